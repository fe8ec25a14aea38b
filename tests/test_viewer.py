"""Who is looking, and what the pages show them."""

from dataclasses import replace

import pytest

from dashboard.frame.ask import found_for
from dashboard.screens import doors, pages
from dashboard.state.case_reader import CaseReader
from dashboard.state.choices import Choices
from dashboard.state.session import Session
from dashboard.state.viewer import viewer_of
from queries.access import BUREAU, STRANGER, Viewer, visible_to
from queries.cases.case_list import Question
from queries.errors import NotAllowed, SettingsError
from queries.settings import Settings
from queries.snapshot import Snapshot, current
from tests.app_test import AppTest
from tests.figures import headline_figures
from tests.installations import DemoOf

HEADER = "X-Huiyin-Viewer"


@pytest.fixture(scope="module")
def settings(demo_of: DemoOf) -> Settings:
    return replace(demo_of(700), viewer_header=HEADER, case_rows="own")


@pytest.fixture(scope="module")
def snapshot(settings: Settings) -> Snapshot:
    return current(settings)


def reader(settings: Settings, snapshot: Snapshot, viewer: Viewer) -> Session:
    choices = Choices(period="all")
    seen = visible_to(viewer, snapshot)
    return Session(settings, "zh", False, seen, choices.filters(seen.as_of), choices, seen.as_of, viewer=viewer)


@pytest.mark.parametrize(("values", "expected"), [
    (["bureau"], BUREAU), ([], STRANGER), (["bureau", "bureau"], STRANGER), ([""], STRANGER), (["nowhere"], STRANGER),
    (["%E5%8C%97"], Viewer("office", "north")), (["north"], Viewer("office", "north")),
])  # fmt: skip
def test_the_proxy_names_the_viewer_and_anything_else_is_a_stranger(settings, register, values, expected):
    held = register("responsible_office_id\n---\nnorth")
    names = held.dimension("office").with_columns(zh=held.dimension("office")["zh"].replace("north", "北"))
    held._shared.read["office"] = names
    assert viewer_of(settings, lambda name: values if name == HEADER else [], held) == expected


def test_without_a_configured_header_no_header_is_believed(settings, snapshot):
    unset = Settings(settings.data_dir, settings.database_url)
    assert viewer_of(unset, lambda name: ["north"], snapshot) == BUREAU


def test_a_setting_nobody_knows_is_refused_with_those_there_are():
    with pytest.raises(SettingsError, match="bureau, own, nobody"):
        Settings.from_environment({"HUIYIN_CASE_ROWS": "everyone"})


def test_pages_with_items_of_all_offices_are_absent_for_an_office(settings, snapshot):
    office = reader(settings, snapshot, Viewer("office", snapshot.keys("office")[0]))
    bureau = reader(settings, snapshot, BUREAU)
    stranger = reader(settings, snapshot, STRANGER)
    open_to = {who: {page.name for page in pages() if page.open_to(session)}
               for who, session in (("office", office), ("bureau", bureau), ("stranger", stranger))}  # fmt: skip
    assert open_to["bureau"] == {page.name for page in pages()}
    assert not open_to["office"] & {"import", "quality", "changes"}
    assert "cases" in open_to["office"]
    assert "cases" not in open_to["stranger"]


def test_what_is_kept_for_the_bureau_is_not_shown_to_an_office_nor_the_other_way_round(settings, snapshot):
    keys = snapshot.keys("office")
    sessions = [reader(settings, snapshot, viewer) for viewer in
                (BUREAU, Viewer("office", keys[0]), Viewer("office", keys[1]), STRANGER)]  # fmt: skip
    lists = [session.cases.found(Question()).numbers if session.cases else None for session in sessions]
    assert lists[3] is None
    own = [set(numbers.to_list()) for numbers in lists[:3] if numbers is not None]
    assert own[1] < own[0]
    assert own[2] < own[0]
    assert not own[1] & own[2]
    counts = [session.answer(_registered) for session in sessions]
    assert counts[0] > counts[1] == counts[2] == counts[3]


def _registered(snapshot, filters):
    from queries.counting.evaluate import evaluate

    return evaluate(snapshot, "registered_count", (), filters)["numerator"][0]


def test_an_item_of_another_office_cannot_be_opened_by_its_number(settings, snapshot):
    bureau, office = (reader(settings, snapshot, viewer)
                      for viewer in (BUREAU, Viewer("office", snapshot.keys("office")[0])))  # fmt: skip
    assert bureau.cases
    assert office.cases
    every = bureau.cases.found(Question()).numbers.to_list()
    own = set(office.cases.found(Question()).numbers.to_list())
    other = next(number for number in every if number not in own)
    _, ids = bureau.cases.rows([other])
    assert bureau.cases.case(ids[other]) is not None
    assert office.cases.case(ids[other]) is None
    assert office.cases.rows([other])[1] == {}
    assert [each.key for each in found_for(bureau, (), ids[other].lower()) if each.kind == "case"] == [ids[other]]
    assert bureau.cases.found(Question(search=ids[other].lower())).numbers.to_list() == [other]
    assert ids[other] not in [each.key for each in found_for(office, (), ids[other]) if each.kind == "case"]


def test_an_item_is_asked_for_by_the_beginning_of_its_number_by_those_who_may_list_it(settings, snapshot):
    offices = [reader(settings, snapshot, Viewer("office", key)) for key in snapshot.keys("office")[:2]]
    bureau = reader(settings, snapshot, BUREAU)
    number = next(iter(bureau.cases.rows(bureau.cases.found(Question()).numbers[:1].to_list())[1].values()))
    asked = number[:-4]
    found = {each.kind: each.key for each in found_for(bureau, (), asked)}
    assert found["case"].startswith(asked)
    assert found["cases"] == asked
    protected = snapshot.hide("purpose", [key for key in snapshot.keys("purpose") if key != "accusation"])
    accusations = CaseReader(bureau.cases.store, protected, bureau.filters, "accusations").numbered(asked, 50)
    assert accusations
    for office in offices:
        own = office.cases.numbered(asked, 50)
        assert own
        assert not set(own) & set(accusations)
    assert found_for(reader(settings, snapshot, STRANGER), (), number) == []


def test_a_file_of_items_holds_the_list_in_its_order_and_nothing_a_reader_may_not_list(settings, snapshot):
    office = reader(settings, snapshot, Viewer("office", snapshot.keys("office")[0])).cases
    bureau = reader(settings, snapshot, BUREAU).cases
    assert office
    assert bureau
    numbers = office.found(Question(sort="due")).numbers
    file = office.file(numbers, ("case_id", "due", "purpose"), "zh")
    assert file.columns == ["信访件编号", "办理期限", "信访目的"]
    assert file["信访件编号"].to_list() == [office.rows([number])[1][number] for number in numbers]
    every = office.file(bureau.found(Question(sort="due")).numbers, ("case_id", "due", "purpose"), "zh")
    assert sorted(every["信访件编号"]) == sorted(file["信访件编号"])
    assert "检举控告" not in every["信访目的"].to_list()


def test_a_page_of_cases_says_so_where_no_items_may_be_seen(settings, snapshot):
    shown = next(page for page in pages() if page.name == "cases")
    app = AppTest.from_function(_draw, args=(shown, reader(settings, snapshot, STRANGER)), default_timeout=30).run()
    assert not app.exception
    assert not app.dataframe
    assert len(app.info) == 1


def test_number_cards_lead_to_no_items_where_none_may_be_seen(settings, snapshot):
    shown = next(page for page in pages() if page.name == "overview")
    for viewer, links in ((BUREAU, 4), (STRANGER, 0)):
        app = AppTest.from_function(_draw, args=(shown, reader(settings, snapshot, viewer)), default_timeout=30).run()
        assert not app.exception
        assert sum("link" in figure for figure in headline_figures(app)) == links


def _draw(page, reader):
    page.render(reader)


def test_an_office_enters_no_records_but_may_save_views(settings, snapshot):
    office = reader(settings, snapshot, Viewer("office", snapshot.keys("office")[0]))
    with pytest.raises(NotAllowed):
        office.save_record("supervision_item", {})
    with pytest.raises(NotAllowed):
        office.withdraw_record("saved_view_of_others", 1, 1)
    assert office.may_write("saved_view")


@pytest.mark.parametrize(("address", "said"), [("quality", "数据质量"), ("nowhere", "nowhere")])
def test_where_a_page_is_not_open_or_not_there_one_line_says_so_and_nothing_of_it_is_shown(
    settings, snapshot, address, said
):
    office = reader(settings, snapshot, Viewer("office", snapshot.keys("office")[0]))
    page = doors(office, address)[address]
    assert not page.open_to(office)
    app = AppTest.from_function(_draw, args=(page, office), default_timeout=30).run()
    assert not app.exception
    assert said in app.markdown[0].value
    assert len(app.markdown) == 2
