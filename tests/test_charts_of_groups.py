"""Charts that put groups side by side: every colour doubled by a shape, nothing too heavy, a click gives a key."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import plotly.graph_objects as go
import polars as pl
import pytest
from pptx import Presentation

from dashboard.briefing import Exhibit
from dashboard.charts import DARK, LIGHT, Style, as_drawing
from dashboard.charts.comparison import in_two_lines, interval_dots, row_height, shortened, tall_interval_dots
from dashboard.charts.concentration import items_by_matter, ladder
from dashboard.charts.gap import dumbbell, gap_parts, silence_bounds
from dashboard.charts.map import places_map
from dashboard.charts.sketch import Sketch
from dashboard.exports.pictures import png
from dashboard.exports.plans import RowPlan, plan
from dashboard.exports.slide_charts import draw_rows
from queries.filters import Filters
from queries.settings import Settings
from queries.snapshot import Snapshot, current
from queries.views import View, heard, repeats, satisfaction, townships
from tests.installations import DemoOf

YEAR = Filters(start=date(2021, 7, 1), end=date(2022, 6, 30))
LINE_HEIGHT = 1.3  # of the size of the letters, as Plotly sets lines under each other
STYLES = [Style(language, dark) for language in ("zh", "en") for dark in (False, True)]


@pytest.fixture(scope="module")
def settings(demo_of: DemoOf) -> Settings:
    return demo_of(6_000)


@pytest.fixture(scope="module")
def views(settings: Settings) -> dict[str, View]:
    snapshot: Snapshot = current(settings)
    map_file: Path = settings.map_file
    return {
        "dots": townships.dots(snapshot, YEAR, "on_time_reply_rate"),
        "offices": townships.dots(snapshot, YEAR, "on_time_reply_rate", "office"),
        "map": townships.on_map(snapshot, YEAR, "on_time_reply_rate", map_file),
        "matters": repeats.concentration(snapshot, YEAR),
        "ladder": repeats.ladder(snapshot, YEAR),
        "apart": heard.apart(snapshot, YEAR, "bureau", "place"),
        "gap": satisfaction.widest(snapshot, YEAR, "bureau", "place"),
        "gap by office": satisfaction.widest(snapshot, YEAR, "office", "office"),
    }


CHARTS = {
    "dots": tall_interval_dots,
    "offices": interval_dots,
    "map": places_map,
    "matters": items_by_matter,
    "ladder": ladder,
    "gap": dumbbell,
    "gap by office": silence_bounds,
}


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("style", STYLES, ids=str)
def test_a_figure_stays_light(views, name, style):
    figure = CHARTS[name](views[name], style).checked
    marks = sum(len(trace.x) for trace in figure.data if "lines" not in (trace.to_plotly_json().get("mode") or ""))
    assert len(figure.to_json()) < 60_000
    assert marks <= 300
    assert len(figure.data) <= 30


@pytest.mark.parametrize("name", CHARTS)
def test_no_word_is_missing_from_the_catalogues(views, name):
    for style in STYLES:
        assert "charts." not in words(CHARTS[name](views[name], style))


PICTURES = (
    ("dots", tall_interval_dots, ("target",)),
    ("gap", dumbbell, ("participation_target", "satisfaction_target")),
    ("gap by office", silence_bounds, ("satisfaction_target",)),
)


@pytest.mark.parametrize(("name", "chart", "columns"), PICTURES)
@pytest.mark.parametrize("own", [False, True])
def test_page_and_picture_draw_the_one_target_of_all_as_a_line_and_others_on_their_rows(
    views, name, chart, columns, own
):
    """What the page draws as a mark on a row, documents and slides do too."""
    view = views[name]
    goals = [None, *(0.31 + at / 100 for at in range(view.frame.height - 1))] if own else [0.31] * view.frame.height
    view = replace(view, frame=view.frame.with_columns(pl.Series(column, goals, pl.Float64) for column in columns))
    drawn = plan(Exhibit(view, chart, ""), "zh")
    assert isinstance(drawn, RowPlan)
    figure = chart(view, Style("zh")).checked
    on_page = [trace for trace in figure.data if "line-ns" in str(trace.to_plotly_json())]
    assert len(on_page) == (len(columns) if own else 0)
    assert drawn.low <= 0.31 <= drawn.high
    places = [place for place, _ in drawn.ticks]
    assert drawn.low <= min(places) < max(places) <= drawn.high, "a label beyond the scale would stretch it"
    for at, row in enumerate(drawn.rows):
        assert [mark.at for mark in row.goals] == ([goals[at]] * len(columns) if own and at else [])
    assert len([line for line in drawn.uprights if line.dashed]) == (0 if own else len(columns))
    assert sum("目标" in text for _, _, text in drawn.legend) == (len(columns) if own else 0)
    assert png(drawn, "zh")
    draw_rows(Presentation().slides.add_slide(Presentation().slide_layouts[6]), drawn, (0.5, 1, 9, 5))


def words(figure: Sketch) -> str:
    """Everything in a figure, unescaped."""
    return json.dumps(json.loads(as_drawing(figure, Style("zh")).text), ensure_ascii=False)


def marks(figure: Sketch) -> go.Scatter:
    return next(trace for trace in figure.checked.data if "markers" in (trace.to_plotly_json().get("mode") or ""))


def test_what_is_clearly_off_differs_by_shape_as_well_as_by_colour(views):
    view = views["dots"]
    marker = marks(tall_interval_dots(view, Style("zh"))).marker
    for row, symbol, colour in zip(view.frame.iter_rows(named=True), marker.symbol, marker.color, strict=True):
        assert (symbol == "diamond") == row["worse"] == (colour == LIGHT.signal)
        assert (colour == LIGHT.background) == (row["band"] == "small")


def test_amber_stands_only_where_the_view_found_a_signal(views):
    found = views["dots"].frame.with_columns(worse=False)
    plain = View(found, views["dots"].measures, ("place",), YEAR, date(2022, 6, 30), "s")
    assert LIGHT.signal not in words(tall_interval_dots(plain, Style("zh")))
    assert DARK.breach not in words(tall_interval_dots(views["dots"], Style("zh", True)))


@pytest.mark.parametrize("name", ["dots", "map"])
def test_a_click_gives_the_key_of_its_place(views, name):
    keys = [data[0] for data in marks(CHARTS[name](views[name], Style("zh"))).customdata]
    assert set(keys) <= set(views["dots"].frame["place"])
    assert len(keys) == len(set(keys))


def test_every_figure_in_a_chart_of_groups_carries_its_counts(views):
    figure = tall_interval_dots(views["dots"], Style("zh")).checked
    printed = {note.text for note in figure.layout.annotations}
    for row in views["dots"].frame.iter_rows(named=True):
        assert f"{row['numerator']}/{row['denominator']}件" in printed


def test_both_conventions_stand_in_the_hover_of_satisfaction(views):
    hover = words(dumbbell(views["gap"], Style("zh")))
    assert "按实际评价" in hover
    assert "未评视为满意" in hover


def test_not_stated_is_written_and_never_drawn_as_a_bar(views):
    figure = ladder(views["ladder"], Style("zh")).checked
    texts = [note.text for note in figure.layout.annotations]
    assert texts.count("未说明") == 2
    assert len(figure.data[0].x) == 6


def test_a_batch_is_named_clear_of_the_steps_however_low_the_picture_is(views):
    figure = ladder(views["ladder"], Style("zh")).checked
    names = [note for note in figure.layout.annotations if note.text.startswith("<b>")]
    assert names
    for name in names:
        assert not name.yshift  # pixels would run into the steps where these are drawn closer
        assert min(abs(name.y - step) for step in figure.layout.yaxis.tickvals) > 0.8
        assert name.y < figure.layout.yaxis.range[1] - 0.4


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("dark", [False, True])
def test_print_on_the_map_is_legible_on_every_shade(dark):
    palette = DARK if dark else LIGHT
    for step, shade in enumerate(palette.shades, start=1):
        ink = palette.background if step >= 4 else palette.ink
        light, low = sorted((luminance(shade), luminance(ink)), reverse=True)
        assert (light + 0.05) / (low + 0.05) >= 4.5, (step, shade)


def test_the_legend_of_the_map_names_the_shares_of_every_shade_on_it(views):
    view, style = views["map"], Style("en")
    figure = places_map(view, style).checked
    shades = [shape.fillcolor for shape in figure.layout.shapes]
    spans = [note.text.rstrip("%").split("–") for note in figure.layout.annotations[-len(shades) :]]
    reach = {shade: (float(span[0]), float(span[-1])) for shade, span in zip(shades, spans, strict=True)}
    shown = view.frame.filter(pl.col("step").is_not_null())
    for step, value in shown.select("step", "value").rows():
        low, high = reach[style.palette.shades[step - 1]]
        assert low <= round(value * 100, 1) <= high
    assert len(reach) == shown["step"].n_unique()


def test_a_long_name_is_shortened_and_kept_whole_in_the_hover(views):
    assert shortened("人力资源和社会保障局") == "人力资源和社会保障局"
    assert shortened("云江新区筹备处（未匹配）") == "云江新区筹备处（未…"


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("On-time reply rate", ("On-time reply rate",)),
        ("Timely acceptance rate (bureau)", ("Timely acceptance", "rate (bureau)")),
        ("Same-day forwarding rate", ("Same-day", "forwarding rate")),
        ("云江新区筹备处（未匹配）", ("云江新区筹备处", "（未匹配）")),
        ("某市自然资源和规划综合行政执法局", ("某市自然资源和规划综", "合行政执法局")),
    ],
)
def test_a_long_name_takes_two_lines_where_a_row_has_room_for_them(name, lines):
    assert in_two_lines(name) == lines


LONG = ("Labour and social security", "某市自然资源和规划综合行政执法局", "Land")


@pytest.mark.parametrize("names", [[one, other] for one in LONG for other in LONG])
def test_names_of_two_lines_are_further_apart_than_their_lines(names):
    lines = [len(in_two_lines(name)) for name in names]
    line = 12 * LINE_HEIGHT
    between = row_height(names, 22) - line * (sum(lines) / 2 - 1)  # middles of the last line and of the next first
    assert between >= (line * 1.4 if min(lines) == 2 else line)


def test_an_axis_of_differences_counts_percentage_points(views):
    for language, unit in (("zh", "百分点"), ("en", "percentage points")):
        axis = gap_parts(views["apart"], Style(language)).checked.layout.xaxis
        assert axis.title.text == unit
        assert not any("%" in tick for tick in axis.ticktext)
        assert list(axis.ticktext)[len(axis.ticktext) // 2] == "0"


def test_names_of_the_register_are_never_markup(views):
    frame = views["dots"].frame.with_columns(zh=views["dots"].frame["zh"] + "<b>x</b>")
    odd = View(frame, views["dots"].measures, ("place",), YEAR, date(2022, 6, 30), "s")
    drawn = words(tall_interval_dots(odd, Style("zh")))
    assert "<b>x</b>" not in drawn
    assert "&lt;b&gt;x&lt;/b&gt;" in drawn
