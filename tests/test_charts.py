"""Charts: small, without figures of their own, and never in contradiction with the sentence above them."""

import json
import re
import tomllib
from dataclasses import replace
from datetime import date
from itertools import pairwise
from math import ceil, floor
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dashboard.charts import DARK, LIGHT, Style, as_drawing, distribution, escape, figure, goal_line, month_axis
from dashboard.charts.columns import LINE
from dashboard.charts.comparison import interval_dots
from dashboard.charts.time_series import LABEL_ROOM, LEAST_PLOT, LINE_ROOM, monthly_share, monthly_shares, share_axis
from dashboard.parts.components import plain, working_days
from dashboard.parts.headline_figures import sparkline
from queries import wording
from queries.filters import Filters
from queries.measures import measure
from queries.register import target_of
from queries.snapshot import Snapshot, current
from queries.views import View, closure, overview
from queries.views.parts import bands, change_words
from tests.installations import DemoOf

MOST_BYTES, MOST_MARKS = 40_000, 300  # UX.md §6
STYLES = [Style("zh"), Style("en", dark=True)]
CHARTS = [
    (overview.repeat_trend, monthly_share),
    (overview.by_group, interval_dots),
    (closure.by_month, monthly_shares),
    (closure.ages, distribution.ages),
    (closure.days_taken, distribution.days_taken),
]


@pytest.fixture(scope="module")
def snapshot(demo_of: DemoOf) -> Snapshot:
    return current(demo_of(6_000))


@pytest.fixture(scope="module")
def year() -> Filters:
    return Filters(date(2021, 7, 1), date(2022, 6, 30))


def marks(figure) -> int:
    return sum(max(len(trace.x or ()), len(trace.y or ())) for trace in figure.data) + len(figure.layout.shapes)


def test_a_course_is_drawn_from_its_first_value_on(snapshot, year):
    view = overview.repeat_trend(snapshot, year)
    rows = view.frame.sort("month").with_columns(
        pl.when(pl.int_range(pl.len()) >= 5).then("value").alias("value"),
    )
    axis = monthly_share(replace(view, frame=rows), Style("en")).checked.layout.xaxis
    assert list(axis.range) == month_axis(rows["month"].to_list()[5:], Style("en"))["range"]


@pytest.mark.parametrize("style", STYLES, ids=str)
@pytest.mark.parametrize(("question", "chart"), CHARTS, ids=lambda part: getattr(part, "__name__", ""))
def test_a_figure_is_small(question, chart, style, snapshot, year):
    figure = chart(question(snapshot, year), style).checked
    assert len(figure.to_json()) < MOST_BYTES
    assert 0 < marks(figure) < MOST_MARKS


@pytest.mark.parametrize("style", STYLES, ids=str)
@pytest.mark.parametrize(("question", "chart"), CHARTS, ids=lambda part: getattr(part, "__name__", ""))
def test_a_figure_uses_our_type_and_no_colour_of_its_own(question, chart, style, snapshot, year):
    text = as_drawing(chart(question(snapshot, year), style), style).text
    colours = set(re.findall(r"#[0-9A-Fa-f]{6}\b", text))
    assert colours <= {value for value in vars(style.palette).values()}


def test_what_is_sent_of_a_figure_holds_all_but_the_looks_common_to_all(snapshot, year):
    sketch = interval_dots(overview.by_group(snapshot, year), Style("zh"))
    sent, drawn = as_drawing(sketch, Style("zh")), sketch.checked
    figure = json.loads(sent.text)
    assert sent.height == drawn.layout.height
    assert "template" not in figure["layout"]
    assert figure["layout"]["xaxis"]["range"] == list(drawn.layout.xaxis.range)
    assert len(figure["data"]) == len(drawn.data)


@pytest.mark.parametrize("absent", [None, 3])
def test_print_beside_rows_is_sent_as_a_column_with_a_line_on_each_row(absent):
    fig = figure(200, yaxis={"range": [-0.7, 5.7]}, margin={"t": 20, "b": 30}).add_annotation(x=0.5, y=1, text="own")
    for place in (place for place in range(6) if place != absent):
        fig.add_annotation(x=1, xref="paper", xanchor="right", xshift=64, y=place, text=f"{place} %", font={"size": 12})
    own, column = json.loads(as_drawing(fig, Style("zh")).text)["layout"]["annotations"]
    assert own["text"] == "own"
    assert [re.sub("<[^>]+>", "", line) for line in column["text"].split("<br>")] == [
        "" if place == absent else f"{place} %" for place in (5, 4, 3, 2, 1, 0)
    ]
    assert column["font"]["size"] * LINE == pytest.approx(150 / 6.4)
    assert (column["y"], column["align"], column["xshift"]) == (2.5, "right", 64)
    filling = json.loads(as_drawing(fig, Style("zh", fills=True)).text)["layout"]["annotations"]
    assert len(filling) == len(fig.to_dict()["layout"]["annotations"])  # of rows whose height nobody knows


def test_the_palette_is_the_theme_of_the_app():
    theme = tomllib.loads((Path(__file__).parents[1] / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]
    for palette, part in ((LIGHT, theme["light"]), (DARK, theme["dark"])):
        assert (part["backgroundColor"], part["textColor"], part["primaryColor"]) == (
            palette.background,
            palette.ink,
            palette.data,
        )
        assert (part["redTextColor"], part["grayTextColor"]) == (palette.breach, palette.muted)


def test_every_colour_of_one_ground_has_its_like_on_the_other():
    assert len(LIGHT.colours) == len(DARK.colours) == len(set(DARK.colours))
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in (*LIGHT.colours, *DARK.colours))


def test_the_newest_whole_month_is_printed_and_an_unfinished_one_is_open(snapshot):
    seen_early = Filters(date(2021, 7, 1), date(2022, 6, 30), as_of=date(2022, 6, 15))
    view = overview.repeat_trend(snapshot, seen_early)
    figure = monthly_share(view, Style("zh")).checked
    last = view.frame.filter("complete").tail(1)
    assert last["month"][0] == date(2022, 5, 1)
    printed = " ".join(note.text for note in figure.layout.annotations)
    assert wording.per_cent(last["value"][0], "zh") in printed
    dotted = [trace for trace in figure.data if trace.line.dash == "dot"]
    assert dotted[0].x[-1] == "2022-06-01"


def made_view(**columns) -> View:
    """A view of a share with these columns; the charts below read nothing else of it."""
    return View(pl.DataFrame(columns), (measure("repeat_share"),), (), Filters(), date(2022, 6, 30), "")


def months(share: float, target: float | None = None, *, ended: bool = True) -> View:
    """A course whose newest whole month has a share, its mean below, with a target; then one that has not ended."""
    return made_view(
        month=[date(2022, 4, 1), date(2022, 5, 1), date(2022, 6, 1)], value=[0.5, share, None if ended else 0.6],
        numerator=[5, 9, 6], denominator=[10, 10, 10], lower=[0.3, 0.6, 0.3], upper=[0.7, 1.0, 0.8],
        complete=[True, True, False], mean=[0.7, 0.7, 0.7], target=pl.Series([target] * 3, dtype=pl.Float64),
    )  # fmt: skip


@given(st.floats(0.3, 1.0), st.floats(0.3, 1.0))
@hypothesis_settings(max_examples=40, deadline=None)
def test_the_newest_value_stands_beside_its_line_apart_from_mean_and_target(share, target):
    figure = monthly_share(months(share, target), Style("zh")).checked
    low, high = figure.layout.yaxis.range
    beside = [note for note in figure.layout.annotations if note.xref == "paper"]
    assert sum("<b>" in note.text for note in beside) == 1
    heights = sorted((note.y - low) / (high - low) * LEAST_PLOT + note.yshift for note in beside)
    assert len(heights) == 3
    assert all(above - below >= LINE_ROOM - 1e-6 for below, above in pairwise(heights))


@pytest.mark.parametrize(("share", "is_cut"), [(1.0, True), (0.95, True), (0.9, False)])
def test_a_share_printed_at_the_end_of_the_axis_has_room_above_the_plot(share, is_cut):
    margins = monthly_share(months(share, ended=False), Style("zh")).checked.layout.margin
    assert (margins.t == LABEL_ROOM) == is_cut


def test_a_single_bar_does_not_fill_the_width():
    view = made_view(low=[0], high=[15], items=[1], overdue=[0])
    left, right = distribution.ages(view, Style("zh")).checked.layout.xaxis.range
    assert right - left >= 5


@pytest.mark.parametrize(("target", "is_above"), [(0.95, False), (0.99, True), (None, True)])
def test_a_printed_value_is_not_struck_out_by_the_target(target, is_above):
    notes = monthly_share(months(0.9, target, ended=False), Style("zh")).checked.layout.annotations
    assert [note.yshift > 0 for note in notes if note.text == "<b>90.0%</b>"] == [is_above]


def test_the_sentence_names_those_that_are_marked(snapshot, year):
    view = overview.by_group(snapshot, year)
    worse = view.frame.filter("worse")
    for language in ("zh", "en"):
        for name in worse[language].to_list():
            assert name in view.finding(language)
    figure = interval_dots(view, Style("zh")).checked
    shown = json.loads(figure.to_json())
    diamonds = json.dumps(shown["data"]).count('"diamond"')
    assert diamonds == worse.height


def test_the_counts_beside_the_dots_are_those_of_the_view(snapshot, year):
    view = overview.by_group(snapshot, year)
    printed = {note.text for note in interval_dots(view, Style("zh")).checked.layout.annotations}
    for row in view.frame.iter_rows(named=True):
        assert any(wording.fraction(row["numerator"], row["denominator"], "zh") in text for text in printed)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), min_size=1, max_size=12))
@hypothesis_settings(max_examples=40, deadline=None)
def test_a_group_is_called_different_only_when_it_lies_on_that_side(pairs):
    rows = [(min(part, whole), whole) for part, whole in pairs]
    share = sum(part for part, _ in rows) / sum(whole for _, whole in rows)
    frame = pl.DataFrame(rows, schema={"numerator": pl.Int64, "denominator": pl.Int64}, orient="row")
    judged = bands(frame, share, "higher", 10)
    for part, whole, band, worse in judged.iter_rows():
        assert worse == (band == "low")
        assert band == "small" if whole < 10 else band != "small"
        assert not (band == "low" and part / whole >= share)
        assert not (band == "high" and part / whole <= share)


def test_twelve_equal_groups_are_hardly_ever_told_apart():
    rng = np.random.default_rng(20220630)
    called = 0
    for _ in range(300):
        late = rng.binomial(60, 0.95, size=12)
        frame = pl.DataFrame({"numerator": late, "denominator": [60] * 12})
        called += (bands(frame, late.sum() / 720, "higher", 10)["band"] != "same").any()
    assert called / 300 <= 0.06


def test_a_change_within_chance_is_never_called_a_rise():
    assert change_words(0.08, 0, "上年同期", "last year").zh == "与上年同期没有明显差别"
    assert change_words(0.08, 1, "上年同期", "last year").en == "up 8.0 pp on last year"
    assert change_words(None, None, "上年同期", "last year") is None


def test_a_month_axis_leaves_the_number_of_labels_to_the_width_but_names_each_of_few_months():
    months = [date(2020 + at // 12, at % 12 + 1, 1) for at in range(30)]
    long, short = month_axis(months, Style("zh")), month_axis(months[:3], Style("en"))
    assert "tickvals" not in long
    assert long["tickformat"].startswith("%-m月")
    assert short["tickvals"] == ["2020-01-01", "2020-02-01", "2020-03-01"]
    assert month_axis([], Style("en"))["tickvals"] == []


def test_a_month_axis_holds_every_month_and_no_label_beyond():
    months = [date(2021, 1, 1), date(2022, 6, 1)]
    low, high = month_axis(months, Style("zh"))["range"]
    assert low < "2021-01-01"
    assert "2022-06-01" < high < "2022-07-01"


@given(st.lists(st.floats(0, 1), max_size=40))
def test_a_share_axis_holds_every_share_it_is_given(shares):
    low, high = share_axis(shares)["range"]
    assert 0 <= low < high <= 1.01
    assert all(low <= share <= high for share in shares)


@pytest.mark.parametrize("share", [0.0, 0.004, 0.5, 0.955, 1.0])
def test_shares_that_are_all_alike_still_have_two_labels_to_be_read_by(share):
    axis = share_axis([share] * 12)
    low, high = axis["range"]
    assert low <= share <= high
    assert floor(high / axis["dtick"]) - ceil(low / axis["dtick"]) >= 1


def test_names_from_a_register_are_never_markup():
    assert escape("<b>镇</b>") == "&lt;b&gt;镇&lt;/b&gt;"
    shown = plain("a*b_[c](http://x) :red[d] <script> $x$\n# e")
    assert all(f"\\{sign}" in shown for sign in "*_[(<$#:")
    assert "\n" not in shown
    found_in_text = ("镇:material/home:", "https://example.com", "WWW.example.com")  # past backslashes
    assert not any(text in plain(text).replace("\\", "") for text in found_in_text)


def test_a_sparkline_of_equal_values_is_level():
    assert "NaN" not in sparkline([0.5, 0.5, 0.5], LIGHT)
    assert sparkline([0.1, 0.9], DARK).startswith("<svg")


def test_working_days_leave_out_weekends_and_holidays():
    assert working_days(date(2022, 6, 30), date(2022, 7, 4)) == 2  # Friday, Monday
    assert working_days(date(2022, 9, 30), date(2022, 10, 7)) == 0  # the National Day holidays
    assert working_days(date(2022, 6, 30), date(2022, 6, 30)) == 0


@pytest.mark.parametrize(
    ("function", "values", "zh", "en"),
    [
        (wording.per_cent, (0.92,), "92.0%", "92.0%"),
        (wording.per_cent, (0.99996,), ">99.9%", ">99.9%"),
        (wording.per_cent, (0.00001,), "<0.1%", "<0.1%"),
        (wording.per_cent, (1.0,), "100.0%", "100.0%"),
        (wording.per_cent, (None,), "—", "—"),
        (wording.per_cent, (0.9999999999999998,), "100.0%", "100.0%"),
        (wording.per_cent, (1e-17,), "0.0%", "0.0%"),
        (wording.goal, (0.95,), "95%", "95%"),
        (wording.goal, (0.925,), "92.5%", "92.5%"),
        (wording.change, (0.013,), "上升1.3个百分点", "up 1.3 pp"),
        (wording.change, (-0.0001,), "下降不到0.1个百分点", "down under 0.1 pp"),
        (wording.change, (0.0,), "持平", "unchanged"),
        (wording.signed_points, (-0.013,), "\u22121.3个百分点", "\u22121.3 pp"),
        (wording.signed_points, (0.0,), "0.0个百分点", "0.0 pp"),
        (wording.signed_points, (-0.0001,), "0.0个百分点", "0.0 pp"),
        (wording.signed_interval, (-0.002, 0.024), "\u22120.2至+2.4个百分点", "\u22120.2 to +2.4 pp"),
        (wording.signed_interval, (0.0004, 0.045), "+0.04至+4.5个百分点", "+0.04 to +4.5 pp"),
        (wording.signed_interval, (0.0, 0.045), "0.0至+4.5个百分点", "0.0 to +4.5 pp"),
        (wording.fraction, (245, 1282), "245/1,282件", "245 of 1,282"),
        (wording.part_of, (2668, 3631), "2,668/3,631", "2,668 of 3,631"),
        (wording.within, (0.0,), "当天", "on the same day"),
        (wording.within, (40.0,), "在40天内", "within 40 days"),
        (wording.items, (12345,), "1.23万件", "12,345 items"),
        (wording.items, (1,), "1件", "1 item"),
        (wording.number, (-3.25, ), "−3", "−3"),
        (wording.period, (date(2022, 6, 1), date(2022, 6, 30)), "2022年6月", "Jun 2022"),
        (wording.period, (date(2021, 7, 1), date(2022, 6, 30)), "2021年7月至2022年6月", "Jul 2021 – Jun 2022"),
        (wording.period, (date(2022, 6, 3), date(2022, 6, 3)), "2022年6月3日", "3 Jun 2022"),
        (wording.period, (None, None), "全部时间", "all time"),
        (wording.listing, (["甲"] * 3002,), "甲、甲等3,002个", "甲, 甲 and 3,000 others"),
        (wording.listing, (["甲", "乙", "丙", "丁"],), "甲、乙等4个", "甲, 乙 and 2 others"),
    ],
)  # fmt: skip
def test_numbers_and_dates_are_written_as_the_field_writes_them(function, values, zh, en):
    assert (function(*values, "zh"), function(*values, "en")) == (zh, en)


@pytest.mark.parametrize("style", STYLES)
def test_a_target_hides_the_line_of_the_grid_it_lies_on(style):
    fig = figure(200)
    goal_line(fig, style, 0.95, "y", (0, 1))
    under, dashed = fig.checked.layout.shapes
    assert (under.y0, under.y1, under.line.color, under.line.dash) == (0.95, 0.95, style.palette.background, None)
    assert (dashed.y0, dashed.line.dash) == (0.95, "dash")
    assert under.line.width > dashed.line.width
    assert {(each.layer, each.xref, each.yref) for each in (under, dashed)} == {
        ("between", "x", "y")
    }  # grid, this, data


@pytest.mark.parametrize("style", STYLES)
def test_closure_by_month_shows_the_target_of_on_time_reply_within_its_axis(snapshot, style):
    view = closure.by_month(snapshot, Filters())
    goal = target_of(snapshot, closure.SHARES[0], snapshot.as_of)
    fig = monthly_shares(view, style).checked
    assert goal is not None
    assert {shape.y0 for shape in fig.layout.shapes} == {goal.value}
    low, high = fig.layout.yaxis.range
    assert low < goal.value < high
    untargeted = replace(view, frame=view.frame.with_columns(target=pl.lit(None, pl.Float64)))
    assert not monthly_shares(untargeted, style).checked.layout.shapes


def test_a_sparkline_is_amber_only_where_its_change_is_beyond_chance():
    assert LIGHT.signal not in sparkline([0.1, 0.9], LIGHT)
    assert LIGHT.signal in sparkline([0.1, 0.9], LIGHT, is_signal=True)
