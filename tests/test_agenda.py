"""The agenda of the monthly session: one list, every panel answered and drawn, sentences true to the figures."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.agenda import AGENDA, finding, item
from dashboard.charts import Style
from dashboard.screens import pages
from queries.days import add_months, month_end
from queries.filters import Filters
from queries.snapshot import Snapshot, build_from_frames, current
from queries.views import meeting
from queries.views.meeting import ITEMS, Meeting, meeting_of, newest_month
from tests.examples import SLOW
from tests.installations import DemoOf

PANELS = [(each.key, panel) for each in AGENDA for panel in each.panels]


@pytest.fixture(scope="module")
def snapshot(demo_of: DemoOf) -> Snapshot:
    return current(demo_of(3_000))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    cases = pl.DataFrame({"case_id": ["a", "b"], "registered_at": ["2022-05-02", "2022-06-20"]})
    return build_from_frames(tmp_path_factory.mktemp("bare") / "s", cases)


def newest(snapshot: Snapshot) -> Meeting:
    return meeting_of(snapshot, Filters(), newest_month(snapshot.as_of))


def test_the_agenda_has_every_item_once_and_in_order():
    assert [each.key for each in AGENDA] == list(ITEMS)
    names = [panel.name for _, panel in PANELS]
    assert len(set(names)) == len(names)
    assert {panel.page for _, panel in PANELS} <= {page.name for page in pages()} | {""}


@pytest.mark.parametrize("which", ["snapshot", "bare"])
@pytest.mark.parametrize(("key", "panel"), PANELS, ids=lambda part: getattr(part, "name", part))
def test_every_panel_is_answered_and_drawn_on_any_register(key, panel, which, request):
    snapshot = request.getfixturevalue(which)
    session = newest(snapshot)
    if not panel.offered(snapshot):
        return
    filters = session.filters(panel.span)
    view = panel.question(snapshot, filters, *panel.arguments)
    assert panel.note(filters, "zh")
    assert panel.note(filters, "en")
    has_values = view.frame.height and ("value" not in view.frame.columns or view.frame["value"].is_not_null().any())
    if panel.chart is not None and has_values:
        assert panel.chart(view, Style("en", dark=True)).checked.data
    if which == "snapshot":
        assert view.frame.height or panel.name == "decided"  # nothing is decided before the session


@pytest.mark.parametrize("which", ["snapshot", "bare"])
def test_every_item_with_panels_has_a_sentence(which, request):
    snapshot = request.getfixturevalue(which)
    for each in AGENDA:
        said = finding(each, snapshot, newest(snapshot).filters)
        if which == "snapshot" and each.panels:
            assert said is not None, each.key
            assert said.zh
            assert said.en


def test_an_unknown_item_is_the_first():
    assert item("offices").key == "offices"
    assert item("nonsense").key == AGENDA[0].key


@pytest.mark.parametrize(
    ("day", "month"),
    [
        (date(2022, 6, 30), date(2022, 6, 1)),
        (date(2022, 7, 5), date(2022, 6, 1)),
        (date(2022, 1, 1), date(2021, 12, 1)),
    ],
)
def test_the_newest_session_is_about_the_newest_month_that_is_over(day, month):
    assert newest_month(day) == month


def test_the_newest_session_needs_no_record_and_is_seen_from_the_newest_day(snapshot):
    session = newest(snapshot)
    assert session.meeting_id is None
    assert session.as_of == snapshot.as_of
    assert session.filters("month") == Filters(session.month, month_end(session.month), as_of=snapshot.as_of)
    assert session.filters("year").start == add_months(session.month, -11)


# rows of "on time or not" of two months, all due in their month
counts = st.integers(0, 30)


@given(counts, counts, counts, counts)
@SLOW
def test_the_change_since_the_last_session_is_told_as_it_is(tmp_path_factory, good1, bad1, good2, bad2):
    days = [("2022-05-20", True)] * good1 + [("2022-05-20", False)] * bad1
    days += [("2022-06-20", True)] * good2 + [("2022-06-20", False)] * bad2
    rows = [
        {
            "case_id": f"c{n}",
            "registered_at": "2022-04-01",
            "due_at": due,
            "closed_at": due if on_time else "2022-06-25",
        }
        for n, (due, on_time) in enumerate(days)
    ] or [{"case_id": "c", "registered_at": "2022-04-01", "due_at": None, "closed_at": None}]
    schema = dict.fromkeys(("case_id", "registered_at", "due_at", "closed_at"), pl.String)
    folder = tmp_path_factory.mktemp("told") / "s"
    target = [{"target_id": 1, "measure": "on_time_reply_rate", "scope": "", "valid_from": "2022-01-01",
               "value": 0.9, "source": "test"}]  # fmt: skip
    snapshot = build_from_frames(folder, pl.DataFrame(rows, schema=schema), records={"target": target})
    filters = Filters(date(2022, 6, 1), date(2022, 6, 30), as_of=date(2022, 6, 30))
    row = (
        meeting.headlines(snapshot, filters).frame.filter(pl.col("measure") == "on_time_reply_rate").row(0, named=True)
    )
    said = meeting.change_since_last(snapshot, filters, "on_time_reply_rate")
    if good2 + bad2 == 0:
        assert said is None
        return
    assert (row["numerator"], row["denominator"]) == (good2, good2 + bad2)
    assert row["worse"] == (row["upper"] < 0.9 and row["band"] != "small")
    few = 10  # items, of which a share is none
    if good2 + bad2 < few:
        assert ("样本不足" in said.zh, "too few" in said.en) == (True, True)
        assert row["signal"] is None
    elif good1 + bad1 < few:
        assert row["signal"] is None
        assert "无法比较" in said.zh
    else:
        assert (row["last_numerator"], row["last_denominator"]) == (good1, good1 + bad1)
        assert ("超出偶然" in said.zh) == ("beyond chance" in said.en) == bool(row["signal"])
        if row["signal"]:
            assert ("上升" in said.zh) == (row["change"] > 0) == (row["signal"] > 0)
    finding = meeting.headlines(snapshot, filters).finding
    assert ("明显未达目标" in finding.zh and "没有指标" not in finding.zh) == (
        "clearly short of target" in finding.en and "no measure" not in finding.en
    )


def test_the_last_session_is_the_recorded_one_seen_from_its_own_day(register):
    snapshot = register(
        """
        due_at     | replied_at
        -----------+-----------
        2022-04-10 | 2022-05-20
        2022-06-10 | 2022-06-09
        """,
        records={"meeting": [{"meeting_id": 1, "month": "2022-04-01", "as_of": "2022-05-10", "rules": "regulation2022",
                              "state": "closed", "version": 1}]},
    )  # fmt: skip
    filters = Filters(date(2022, 6, 1), date(2022, 6, 30), as_of=date(2022, 6, 30))
    frame = meeting.headlines(snapshot, filters).frame.filter(pl.col("measure") == "closure_rate")
    assert frame["last_month"][0] == date(2022, 4, 1)
    assert frame["last_as_of"][0] == date(2022, 5, 10)
    before = meeting.last_before(snapshot, date(2022, 6, 1))
    assert before is not None
    assert before.is_closed
    assert meeting.last_before(snapshot, date(2022, 4, 1)) is None
