"""A closed session stays what it was: page, link and briefing, whatever is imported, renamed or edited afterwards."""

import shutil
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from dashboard.agenda import AGENDA
from dashboard.briefing import Briefing
from dashboard.briefing.request import briefing_for, file_stem_for
from dashboard.state.held import held_session
from dashboard.state.session import Session, default_reader
from queries.errors import InvalidRecord, StoreError
from queries.filters import Filters
from queries.records import meetings, write
from queries.records.meetings import Terms
from queries.records.write import catch_up
from queries.schema import case_change, kept_register, meeting, office, petition_case
from queries.settings import Settings
from queries.snapshot import current, pins
from queries.snapshot.seal import seal
from queries.store import open_store, raise_version, writing
from queries.views import View
from queries.views.meeting import meeting_of
from seed.load.cases import finish_run, start_run
from tests.installations import DemoOf
from tests.later_changes import correct, rename_an_office

MONTH = date(2022, 6, 1)
TERMS = Terms(MONTH, date(2022, 6, 28), "regulation2022_180", "silence_is_satisfied", "office")


@pytest.fixture(scope="module")
def installed(demo_of: DemoOf) -> Settings:
    return demo_of(700)


@pytest.fixture
def engine(city):
    opened = open_store(city)
    yield opened
    opened.dispose()


def close(city: Settings, engine: Engine, terms: Terms = TERMS, **how: object) -> str:
    return meetings.close(city, engine, terms, by="综合科", version=None, **how)  # type: ignore[arg-type]


def shown(reader: Session, month: date = MONTH) -> dict[str, View]:
    """Every panel of the agenda as the page asks for it."""
    held, on_its_data = held_session(reader, month)
    assert on_its_data is not None
    return {
        panel.name: panel.question(on_its_data.snapshot, held.filters(panel.span), *panel.arguments)
        for item in AGENDA
        for panel in item.panels
    }


def assert_same(before: dict[str, View], after: dict[str, View]) -> None:
    for name, view in before.items():
        assert view.frame.equals(after[name].frame), name
        assert (view.finding, view.notes) == (after[name].finding, after[name].notes), name


def edit_a_batch(engine: Engine) -> None:
    """By hand: an item of a batch taken back, another one changed."""
    with engine.connect() as connection:
        items = write.kind_of("backlog_item").table
        rows = connection.execute(select(items.c.item_id, items.c.version).order_by(items.c.item_id)).all()
    write.withdraw(engine, "backlog_item", rows[0][0], by="乙", version=rows[0][1])
    write.save(engine, "backlog_item", {"reflow_on": date(2022, 6, 27), "review_result": "recognised",
                                        "reviewed_on": date(2022, 6, 20), "reported_on": date(2022, 6, 1)},
               by="乙", record_id=rows[1][0], version=rows[1][1])  # fmt: skip


def change_everything(engine: Engine) -> None:
    """An import of many corrections, renamed and new offices, edits by hand, other targets."""
    correct(engine)
    rename_an_office(engine)
    edit_a_batch(engine)


@pytest.mark.parametrize("files", ["kept", "lost"])
def test_no_figure_and_no_sentence_of_a_closed_session_changes(files, city, engine):
    edit_a_batch(engine)
    name = close(city, engine)
    before, told = shown(default_reader(city, "zh")), briefing_for(default_reader(city, "zh"), MONTH)
    change_everything(engine)
    if files == "lost":
        shutil.rmtree(city.data_dir / "pinned")
    assert pins.version_of(current(city, engine)) != name
    assert_same(before, shown(default_reader(city, "zh")))
    assert same_but_charts(briefing_for(default_reader(city, "zh"), MONTH), told)
    # pinned to its version, and to a later one
    for link in (name, pins.version_of(current(city, engine)))[: 2 if files == "kept" else 1]:
        reader = default_reader(city, "zh", link)
        assert reader.is_pinned
        assert held_session(reader, MONTH)[0].is_closed
        assert_same(before, shown(reader))
    assert same_but_charts(briefing_for(reader, MONTH), told)


def same_but_charts(one: Briefing, other: Briefing) -> bool:
    """Whether two briefings are equal in every figure and word; views name the files they were counted on."""
    views = [[exhibit.view.frame.to_dicts() for section in each.sections for part in section.parts
              for exhibit in part.exhibits] for each in (one, other)]  # fmt: skip
    bare = [
        replace(each, sections=tuple(replace(section, parts=tuple(replace(part, exhibits=()) for part in section.parts))
                                     for section in each.sections))
        for each in (one, other)
    ]  # fmt: skip
    return views[0] == views[1] and bare[0] == bare[1]


def test_a_session_keeps_the_terms_it_was_closed_with(city, engine):
    close(city, engine)
    held, reader = held_session(default_reader(city, "zh"), MONTH)
    assert reader is not None
    seen = held.filters("month", Filters(convention="observed", evaluation_target="bureau"))
    assert (seen.as_of, seen.rules, seen.convention, seen.evaluation_target) == (
        TERMS.as_of, TERMS.rules, TERMS.convention, TERMS.evaluation_target
    )  # fmt: skip
    told = dict(briefing_for(reader, MONTH).basis)
    assert "未评视为满意" in told.values()


def test_rules_that_are_no_more_are_not_replaced_by_others(city, engine):
    close(city, engine)
    with writing(engine) as connection:
        connection.execute(update(meeting).where(meeting.c.month == MONTH).values(rules="city2019"))
        catch_up(connection, "meeting", by="test")
        raise_version(connection)
    reader = default_reader(city, "zh")
    held, on_its_data = held_session(reader, MONTH)
    assert (held.missing_rules, on_its_data) == ("city2019", None)
    assert file_stem_for(reader, MONTH) is None
    with pytest.raises(StoreError, match="city2019"):
        briefing_for(reader, MONTH)


def test_the_closed_sessions_of_the_demo_have_a_seal(installed):
    opened = open_store(installed)
    with opened.connect() as connection:
        closed = connection.execute(select(meeting.c.data_version).where(meeting.c.state == "closed")).scalars().all()
        sealed = connection.execute(select(kept_register.c.register)).scalars().all()
    opened.dispose()
    assert closed
    assert {name.partition(".")[0] for name in closed} <= set(sealed)


def spoil(engine: Engine) -> None:
    """What no record of changes tells of: the store was written to behind the program's back."""
    with writing(engine) as connection:
        run = start_run(connection, source="demo")
        finish_run(connection, run, {"rows_changed": 1})
        connection.execute(update(petition_case).values(closed_at=None))
        raise_version(connection)


def test_where_the_data_cannot_be_restored_there_are_words_and_no_figure(city, engine):
    close(city, engine)
    spoil(engine)
    shutil.rmtree(city.data_dir / "pinned")
    reader = default_reader(city, "zh")
    assert held_session(reader, MONTH)[1] is None
    assert file_stem_for(reader, MONTH) is None
    with pytest.raises(StoreError) as told:
        briefing_for(reader, MONTH)
    assert "pinned" in told.value.said("zh")
    assert "pinned" in told.value.said("en")


def test_without_a_seal_a_register_whose_links_changed_is_not_made_up(city, engine):
    first = current(city, engine)
    name = pins.version_of(first)
    with writing(engine) as connection:
        (key,) = connection.execute(
            select(petition_case.c.case_id).where(petition_case.c.matter_id.is_not(None)).limit(1)
        ).scalars()
        run = start_run(connection, source="demo")
        finish_run(connection, run, {"rows_changed": 1})
        connection.execute(insert(case_change).values(import_id=run, case_id=key, column="matter_id", old_value="…"))
        raise_version(connection)
        connection.execute(delete(kept_register))
    shutil.rmtree(city.data_dir / "pinned")
    assert pins.open_version(city, current(city, engine), name, engine) is None


def test_the_seal_is_of_what_rows_say(city, engine):
    close(city, engine)
    with engine.connect() as connection:
        (kept,) = connection.execute(select(kept_register.c.seal)).scalars()
    first = current(city, engine)
    assert seal(first) == kept
    with writing(engine) as connection:
        connection.execute(update(office).where(office.c.kind == "township").values(population=1))
        raise_version(connection)
    assert seal(current(city, engine)) != kept


def test_the_record_of_a_closed_session_takes_no_change_but_reopening(city, engine):
    close(city, engine)
    with engine.connect() as connection:
        row = connection.execute(select(meeting).where(meeting.c.month == MONTH)).mappings().one()
    about = {"by": "乙", "version": row["version"]}
    for act in (
        lambda: write.save(engine, "meeting", {"as_of": date(2022, 6, 1)}, record_id=row["meeting_id"], **about),
        lambda: write.withdraw(engine, "meeting", row["meeting_id"], **about),
        lambda: write.undo(engine, "meeting", row["meeting_id"], to=1, **about),
    ):
        with pytest.raises(InvalidRecord) as told:
            act()
        assert "已定稿" in str(told.value.problems)
    meetings.reopen(engine, MONTH, reason="补录", **about)
    with pytest.raises(InvalidRecord):  # and it is closed on its page alone
        write.undo(engine, "meeting", row["meeting_id"], by="乙", version=row["version"] + 1, to=row["version"])
    assert not meeting_of(current(city, engine), Filters(), MONTH).is_closed


def test_who_looked_at_figures_that_an_import_changed_since_closes_nothing(city, engine):
    seen = pins.version_of(current(city, engine))
    correct(engine)
    with pytest.raises(InvalidRecord) as told:
        close(city, engine, seen=seen)
    assert "刷新" in str(told.value.problems)
    assert not meeting_of(current(city, engine), Filters(), MONTH).is_closed
    close(city, engine, seen=pins.version_of(current(city, engine)))
    assert meeting_of(current(city, engine), Filters(), MONTH).is_closed
