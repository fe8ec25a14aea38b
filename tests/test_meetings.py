"""A session's writes: whole or not at all, one of two people wins, the other is told, nothing is overwritten unseen."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import insert

from queries.errors import Conflict, InvalidRecord
from queries.records import meetings
from queries.records.kinds import kind_of
from queries.records.read import read
from queries.records.write import history
from queries.schema import import_run, office
from queries.snapshot import current, pins
from queries.store import raise_version, writing
from queries.views import records

JUNE = meetings.Terms(date(2022, 6, 1), date(2022, 6, 30), "regulation2022")
QUESTION = {"question": "临期件积压", "opened_on": date(2022, 7, 5), "office_id": "岚溪镇", "agenda": "deadlines"}
DECISION = {"text": "每周清理", "decided_on": date(2022, 7, 5), "office_id": "岚溪镇", "due_on": date(2022, 8, 31),
            "measure": "on_time_reply_rate", "owner_post": "主要负责人", "agenda": "deadlines"}  # fmt: skip


@pytest.fixture
def bureau(store):
    with writing(store) as connection:
        connection.execute(insert(office).values(office_id="岚溪镇", name="岚溪镇", kind="township", is_listed=True))
        connection.execute(
            insert(import_run).values(import_id=1, imported_at=date(2022, 7, 1), source="t", files="[]",
                                      as_of=date(2022, 6, 30))
        )  # fmt: skip
        raise_version(connection)
    return store


def rows(engine, kind):
    with engine.connect() as connection:
        return read(connection).rows(kind).to_dicts()


def close(settings, engine, version, by="甲"):
    return meetings.close(settings, engine, JUNE, by=by, version=version, held_on=date(2022, 7, 5))


def test_a_question_and_its_decision_are_kept_together_under_one_session(bureau):
    first = meetings.decide(bureau, JUNE, QUESTION, DECISION, by="甲")
    second = meetings.decide(bureau, JUNE, QUESTION | {"question": "另一问题"}, None, by="乙")
    (held,) = rows(bureau, "meeting")
    assert (held["month"], held["as_of"], held["state"]) == (JUNE.month, JUNE.as_of, "open")
    items = rows(bureau, "ledger_item")
    assert [(row["ledger_id"], row["meeting_id"]) for row in items] == [(first[0], 1), (second[0], 1)]
    (decision,) = rows(bureau, "decision")
    assert (decision["decision_id"], decision["ledger_id"], decision["meeting_id"]) == (first[1], first[0], 1)
    assert second[1] is None


@pytest.mark.parametrize(
    "wrong", [{"text": "x", "due_on": date(2022, 1, 1)}, {"measure": "no_such"}, {"office_id": "?"}]
)
def test_a_decision_that_cannot_be_kept_leaves_no_question_and_no_session(wrong, bureau):
    with pytest.raises(InvalidRecord):
        meetings.decide(bureau, JUNE, QUESTION, DECISION | wrong, by="甲")
    assert [rows(bureau, kind) for kind in ("meeting", "ledger_item", "decision")] == [[], [], []]


def test_marks_of_two_people_stay_beside_each_other(bureau):
    meetings.mark_discussed(bureau, JUNE, "signals", True, by="甲")
    meetings.mark_discussed(bureau, JUNE, "offices", True, by="乙")
    meetings.mark_discussed(bureau, JUNE, "offices", True, by="乙")
    assert rows(bureau, "meeting")[0]["discussed"] == "signals,offices"
    meetings.mark_discussed(bureau, JUNE, "signals", False, by="乙")
    assert rows(bureau, "meeting")[0]["discussed"] == "offices"


def test_closing_pins_the_data_with_everything_decided_before(bureau, any_settings):
    meetings.decide(bureau, JUNE, QUESTION, DECISION, by="甲")
    name = close(any_settings, bureau, version=1)
    (held,) = rows(bureau, "meeting")
    assert (held["state"], held["data_version"], held["held_on"]) == ("closed", name, date(2022, 7, 5))
    pinned = pins.open_version(any_settings, current(any_settings, bureau), name, bureau)
    assert pinned is not None
    assert pinned.records.rows("decision").height == 1
    assert (any_settings.data_dir / "pinned").exists()


def test_a_session_without_a_record_can_be_closed_at_once(bureau, any_settings):
    close(any_settings, bureau, version=None)
    assert rows(bureau, "meeting")[0]["state"] == "closed"


def test_who_closes_after_somebody_else_wrote_is_told_and_nothing_is_closed(bureau, any_settings):
    meetings.mark_discussed(bureau, JUNE, "signals", True, by="甲")
    meetings.mark_discussed(bureau, JUNE, "offices", True, by="乙")
    for version in (None, 1):
        with pytest.raises(Conflict) as told:
            close(any_settings, bureau, version=version)
        assert told.value.who == "乙"
    assert rows(bureau, "meeting")[0]["state"] == "open"


def test_of_two_who_close_at_once_one_wins_and_the_other_is_told(bureau, any_settings):
    meetings.mark_discussed(bureau, JUNE, "signals", True, by="甲")
    read_version = rows(bureau, "meeting")[0]["version"]

    def try_it(by):
        try:
            return close(any_settings, bureau, read_version, by)
        except Conflict as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(try_it, ("甲", "乙")))
    told = [each for each in results if isinstance(each, Conflict)]
    assert len(told) == 1
    assert told[0].content["state"] == "closed"
    changes = history(bureau, "meeting", 1)
    assert [change.content["state"] for change in changes].count("closed") == 1
    assert told[0].who == changes[-1].changed_by


def test_a_closed_session_takes_no_entries_until_it_is_reopened_for_a_reason(bureau, any_settings):
    close(any_settings, bureau, version=None)
    version = rows(bureau, "meeting")[0]["version"]
    for write in (
        lambda: meetings.decide(bureau, JUNE, QUESTION, DECISION, by="甲"),
        lambda: meetings.mark_discussed(bureau, JUNE, "signals", True, by="甲"),
        lambda: close(any_settings, bureau, version),
        lambda: meetings.reopen(bureau, JUNE.month, by="甲", version=version, reason="  "),
    ):
        with pytest.raises(InvalidRecord):
            write()
    with pytest.raises(Conflict):
        meetings.reopen(bureau, JUNE.month, by="乙", version=version - 1, reason="补录")
    meetings.reopen(bureau, JUNE.month, by="乙", version=version, reason="补录一项议定")
    (held,) = rows(bureau, "meeting")
    assert (held["state"], held["data_version"], held["note"]) == ("open", None, "补录一项议定")
    last = history(bureau, "meeting", 1)[-1]
    assert (last.changed_by, last.content["note"]) == ("乙", "补录一项议定")
    with pytest.raises(InvalidRecord):
        meetings.reopen(bureau, JUNE.month, by="乙", version=last.version, reason="again")


def test_an_unsigned_write_is_refused(bureau):
    with pytest.raises(InvalidRecord):
        meetings.mark_discussed(bureau, JUNE, "signals", True, by=" ")
    assert rows(bureau, "meeting") == []


def test_a_history_names_the_items_of_the_agenda(register):
    field = kind_of("meeting").field("discussed")
    snapshot = register("matter_id\n---\na")
    assert records.in_words(snapshot, field, "headlines,gone", "zh") == "总体情况、gone"
    assert records.in_words(snapshot, field, "headlines,signals", "en") == "Headlines and Weak signals"
