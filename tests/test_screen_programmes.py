"""Pages of the programmes: what the bureau and what an office sees, and that what is entered is counted."""

from datetime import date

import polars as pl
import pytest

from dashboard.i18n import Words
from dashboard.screens import pages
from dashboard.state.choices import Choices
from dashboard.state.session import Session
from queries.access import BUREAU, Viewer
from queries.filters import Filters
from queries.records.write import save
from queries.settings import Settings
from queries.snapshot import Snapshot, build_from_frames, current
from queries.store import open_store
from queries.views import batches, reports
from tests.app_test import AppTest
from tests.figures import words_of
from tests.installations import DemoOf, empty

BY_NAME = {page.name: page for page in pages()}
WITH_RECORDS = ("batches", "periods", "reports", "supervision")
OFFICE = Viewer("office", "岚溪镇")
WORDS = Words("zh")


@pytest.fixture(scope="module")
def installation(demo_of: DemoOf) -> Settings:
    return demo_of(1_500)


@pytest.fixture(scope="module")
def snapshot(installation) -> Snapshot:
    return current(installation)


def session(installation, snapshot, *, viewer=BUREAU, filters=None) -> Session:
    choices = Choices()
    return Session(
        settings=installation,
        language="zh",
        dark=False,
        snapshot=snapshot,
        filters=filters or choices.filters(snapshot.as_of),
        choices=choices,
        today=snapshot.as_of,
        viewer=viewer,
    )


def opened(installation, snapshot, name, *, viewer=BUREAU, filters=None) -> AppTest:
    reader = session(installation, snapshot, viewer=viewer, filters=filters)
    app = AppTest.from_function(_draw, args=(BY_NAME[name], reader), default_timeout=30).run()
    assert not app.exception
    return app


def _draw(page, reader):
    page.render(reader)


def said(app: AppTest) -> str:
    return "\n".join([*(str(part.value) for part in (*app.markdown, *app.caption, *app.info)), *words_of(app)])


def buttons(app: AppTest) -> set[str]:
    return {button.label for button in app.button}


@pytest.mark.parametrize("name", WITH_RECORDS)
def test_the_bureau_can_enter_and_an_office_cannot(name, installation, snapshot):
    assert WORDS("records.edit") in buttons(opened(installation, snapshot, name))
    assert WORDS("records.edit") not in buttons(opened(installation, snapshot, name, viewer=OFFICE))


@pytest.mark.parametrize(("name", "title"), [("batches", "items_title"), ("supervision", "matters_title")])
def test_single_items_are_for_the_bureau_alone(name, title, installation, snapshot):
    heading = WORDS(f"{name}.{title}")
    assert heading in said(opened(installation, snapshot, name))
    assert heading not in said(opened(installation, snapshot, name, viewer=OFFICE))


@pytest.mark.parametrize("name", WITH_RECORDS)
def test_without_records_the_page_says_how_to_enter_some(name, installation, tmp_path):
    cases = pl.DataFrame({"case_id": ["a", "b"], "registered_at": ["2022-05-02", "2022-06-20"]})
    app = opened(installation, build_from_frames(tmp_path / "s", cases), name)
    assert "记录。可在此新增" in said(app)
    assert WORDS("entry.all") in buttons(app)


def test_the_headline_follows_the_as_of_day(installation, snapshot):
    earlier = opened(installation, snapshot, "batches", filters=Filters(as_of=date(2022, 2, 28)))
    assert "第二批" not in earlier.markdown[0].value
    assert "第二批10件上报10件、认定未说明" in opened(installation, snapshot, "batches").markdown[0].value


def test_what_is_entered_is_counted_at_once(tmp_path):
    settings = empty(tmp_path)
    store = open_store(settings)
    filters = Filters(as_of=date(2022, 6, 30))
    item = {"item_id": "x", "batch": "第三批", "assigned_on": date(2022, 5, 1), "leader_assigned": True}
    made = save(store, "backlog_item", item | {"reported_on": date(2022, 6, 1)}, by="甲")
    rows = batches.ladder(current(settings), filters).frame.select("batch", "assigned", "reported", "named").rows()
    assert rows == [("第三批", 1, 1, 0)]  # a leader without an office is not enough
    later = item | {"item_id": made, "reported_on": date(2022, 7, 1)}
    save(store, "backlog_item", later, by="甲", record_id=made, version=1)
    assert batches.ladder(current(settings), filters).frame["reported"].to_list() == [0]
    store.dispose()


@pytest.mark.parametrize(("viewer", "asks"), [(BUREAU, True), (OFFICE, False)])
def test_a_click_on_a_missing_report_opens_its_form_for_the_bureau_alone(viewer, asks, installation, snapshot):
    reader = session(installation, snapshot, viewer=viewer)
    view = reader.view(reports.matrix)
    office, day = view.frame.filter(pl.col("status") == "missing").select("office", "column").row(0)
    gap = [office, "", "", "", str(day)]
    app = AppTest.from_function(_click, args=(reader, view, gap), default_timeout=30).run()
    assert not app.exception
    chosen = [(each.label, each.value) for each in app.selectbox]
    days = [each.value for each in app.date_input]
    assert (("报告单位 *", office) in chosen, day in days) == (asks, asks)


def _click(reader, view, gap):
    import streamlit as st

    from dashboard.forms.entries import gap_filler, open_asked
    from dashboard.state.filter_widgets import WIDGET

    if "clicked" not in st.session_state:
        st.session_state["clicked"] = True
        st.session_state["figure"] = {"click": {"customdata": gap}}
        st.session_state[WIDGET + "office"] = st.session_state[WIDGET + "place"] = []
        gap_filler(reader, view, "problem_report", "figure", ("missing",), ("office_id", "due_on"))()
    open_asked(reader, "problem_report", key="gap")
