"""Records: validated, versioned, never lost; the state after any change can be read again."""

import json
import random
from datetime import date

import polars as pl
import pytest
from sqlalchemy import insert, select, text

import queries.store as store_module
from queries.errors import Conflict, InvalidRecord, UnknownName
from queries.records import RECORD_TABLES, Records
from queries.records.kinds import KINDS
from queries.records.read import newest, read
from queries.records.states import of_import
from queries.records.validate import checked
from queries.records.write import catch_up, history, restore, save, undo, withdraw
from queries.schema import backlog_item, office, record_change
from queries.store import open_store, store_version, writing
from seed.demo.programmes import programmes

PERIOD = {"name_zh": "全国两会", "name_en": "Two Sessions", "kind": "congress",
          "starts_on": date(2022, 3, 4), "ends_on": date(2022, 3, 11)}  # fmt: skip
OFFICES = ("岚溪镇", "云汀镇")


@pytest.fixture
def bureau(store):
    with writing(store) as connection:
        connection.execute(insert(office), [{"office_id": name, "name": name, "kind": "township"} for name in OFFICES])
    return store


def rows(engine, kind: str) -> list[dict]:
    with engine.connect() as connection:
        return read(connection).every(kind).to_dicts()


def problems(kind: str, content: dict) -> dict[str, str]:
    _, found = checked(KINDS[kind], content)
    return {name: sentences[0].en for name, sentences in found.items()}


def test_every_table_of_records_has_a_kind_whose_fields_are_its_columns():
    assert set(KINDS) == set(RECORD_TABLES)
    for kind in KINDS.values():
        lineage = {"version", "withdrawn_at", "unusable", "import_id", "first_import_id"}
        assert set(kind.names) | {kind.id} == set(kind.table.c.keys()) - lineage, kind.name
        needed = {column.name for column in kind.table.c if not column.nullable and column.name not in lineage}
        given = {field.name for field in kind.fields if field.required or field.default is not None}
        assert needed - {kind.id} <= given, kind.name
        assert {*kind.key, *kind.title} <= set(kind.names), kind.name


def test_every_record_of_the_demo_keeps_the_rules_of_its_kind():
    for name, made in programmes(1).items():
        if name in KINDS:
            kept = [{key: value for key, value in row.items() if key in KINDS[name].names} for row in made]
            assert [found for found in (checked(KINDS[name], row)[1] for row in kept) if found] == [], name


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("special_period", PERIOD | {"ends_on": date(2022, 3, 3)},
         {"ends_on": "'Last day' may not be before 'First day'"}),
        ("special_period", PERIOD | {"kind": "两会"}, {"kind": "is not one of the choices"}),
        ("special_period", PERIOD | {"name_zh": "  "}, {"name_zh": "must be filled in"}),
        ("special_period", PERIOD | {"name_zh": "会" * 81}, {"name_zh": "has 81 characters, at most 80"}),
        ("special_period", PERIOD | {"starts_on": "2022-03-32"}, {"starts_on": "is not a day"}),
        ("special_period", PERIOD | {"starts_on": "0022-03-04"}, {"starts_on": "a day lies between 1949 and 2100"}),
        ("reception_day", {"day": "2022-03-04", "place_code": "岚溪镇", "received_count": 2, "settled_count": 3},
         {"settled_count": "'Settled on the spot' may not be larger than 'Petitions received'"}),
        ("reception_day", {"day": "2022-03-04", "place_code": "岚溪镇", "received_count": -1},
         {"received_count": "should be a whole number, 0 or more"}),
        ("target", {"measure": "closure_rate", "valid_from": "2022-01-01", "value": 95, "source": "x"},
         {"value": "a share lies between 0% and 100%, nothing is below 0"}),
        ("target", {"measure": "closing", "valid_from": "2022-01-01", "value": 0.95, "source": "x"},
         {"measure": "is not a measure"}),
        ("problem_report", {"office_id": "岚溪镇", "due_on": "2022-01-13", "problem_count": 2},
         {"reported_on": "the number of problems is given, so the day of the report is needed"}),
        ("backlog_item", {"item_id": "1", "batch": "一", "assigned_on": "2022-01-10", "reported_on": "2022-03-01",
                          "reviewed_on": "2022-02-01", "review_result": "recognised"},
         {"reviewed_on": "'Reviewed on' may not be before 'Reported on'"}),
        ("backlog_item", {"item_id": "1", "batch": "一", "assigned_on": "2022-01-10", "review_result": "recognised"},
         {"reviewed_on": "the review has a result, so its day is needed"}),
        ("decision", {"decided_on": "2022-01-13", "text": "按周报送", "state": "closed"},
         {"closed_on": "'Closed on' is needed where the state is Closed or Dropped"}),
        ("ledger_item", {"opened_on": "2022-01-13", "question": "身份证 11010519491231002X"},
         {"question": "holds an identity number, telephone number or mail address, which may not be kept"}),
        ("ledger_item", {"opened_on": "2022-01-13", "question": "请联系13800138000"},
         {"question": "holds an identity number, telephone number or mail address, which may not be kept"}),
        ("ledger_item", {"opened_on": "2022-01-13", "question": "问" * 1_001},
         {"question": "has 1001 characters, at most 1000"}),
        ("supervision_item", {"kind": "督办", "office_id": "岚溪镇", "listed_on": "2022-01-13"},
         {"subject": "the subject or the plan is needed"}),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_right_is_refused_with_a_sentence_at_its_field(kind, content, expected):
    assert problems(kind, content) == expected


def test_a_field_nobody_knows_is_a_mistake_of_the_caller():
    with pytest.raises(UnknownName, match="starts_on"):
        checked(KINDS["special_period"], {"starts": "2022-03-04"})


def test_what_is_saved_is_read_with_its_first_version(bureau):
    number = save(bureau, "special_period", PERIOD, by="分管副局长")
    (row,) = rows(bureau, "special_period")
    assert row == PERIOD | {"period_id": number, "version": 1, "withdrawn_at": None}


def test_a_change_needs_the_version_it_was_read_at(bureau):
    number = save(bureau, "special_period", PERIOD, by="甲")
    save(bureau, "special_period", {"ends_on": date(2022, 3, 12)}, by="乙", record_id=number, version=1)
    with pytest.raises(Conflict) as refused:
        save(bureau, "special_period", {"name_en": "Sessions"}, by="甲", record_id=number, version=1)
    assert (refused.value.who, refused.value.version) == ("乙", 2)
    assert refused.value.content == PERIOD | {"ends_on": date(2022, 3, 12)}
    assert rows(bureau, "special_period")[0]["name_en"] == "Two Sessions"


def test_saving_what_already_stands_there_makes_no_version(bureau):
    number = save(bureau, "special_period", PERIOD, by="甲")
    save(bureau, "special_period", PERIOD, by="乙", record_id=number, version=1)
    assert [change.version for change in history(bureau, "special_period", number)] == [1]


def test_a_second_record_of_the_same_key_is_refused_and_the_first_is_named(bureau):
    first = save(bureau, "special_period", PERIOD, by="甲")
    with pytest.raises(InvalidRecord) as refused:
        save(bureau, "special_period", PERIOD | {"kind": "other"}, by="甲")
    assert refused.value.existing == first
    assert refused.value.said("zh") == "已有同一特殊时期：全国两会 · 2022年3月4日"
    withdraw(bureau, "special_period", first, by="甲", version=1)
    with pytest.raises(InvalidRecord, match="withdrawn") as refused:
        save(bureau, "special_period", PERIOD, by="甲")
    assert refused.value.existing == first


def test_the_same_limits_drawn_anew_twice_are_named_in_words(bureau):
    content = {"measure": "closure_rate", "scope": "", "month": date(2022, 3, 1), "reason": "口径调整"}
    first = save(bureau, "rebaseline", content, by="甲")
    withdraw(bureau, "rebaseline", first, by="甲", version=1)
    with pytest.raises(InvalidRecord, match="withdrawn: Closure rate · whole city · Mar 2022"):
        save(bureau, "rebaseline", content, by="甲")


def test_blank_fields_of_a_key_are_equal_too(bureau):
    finding = {"found_on": "2022-04-11", "finding": "台账不完整"}
    save(bureau, "rectification_item", finding, by="甲")
    with pytest.raises(InvalidRecord):
        save(bureau, "rectification_item", finding, by="甲")


def test_an_office_nobody_listed_is_refused(bureau):
    report = {"office_id": "兰溪镇", "due_on": "2022-01-13"}
    with pytest.raises(InvalidRecord) as refused:
        save(bureau, "problem_report", report, by="甲")
    assert "兰溪镇" in refused.value.problems["office_id"][0].zh
    save(bureau, "problem_report", report | {"office_id": "岚溪镇"}, by="甲")


def test_a_decision_needs_a_ledger_item_that_exists(bureau):
    decided = {"decided_on": "2022-01-13", "text": "按周报送临期件", "ledger_id": 1}
    with pytest.raises(InvalidRecord):
        save(bureau, "decision", decided, by="甲")
    save(bureau, "ledger_item", {"opened_on": "2022-01-13", "question": "办理时间偏长"}, by="甲")
    save(bureau, "decision", decided, by="甲")


def test_nothing_is_written_without_a_signature(bureau):
    with pytest.raises(InvalidRecord):
        save(bureau, "special_period", PERIOD, by="  ")
    assert rows(bureau, "special_period") == []


def test_withdrawing_is_a_dated_state_that_can_be_taken_back(bureau):
    number = save(bureau, "special_period", PERIOD, by="甲")
    withdraw(bureau, "special_period", number, by="乙", version=1)
    with bureau.connect() as connection:
        assert read(connection).rows("special_period").is_empty()
    assert rows(bureau, "special_period")[0]["withdrawn_at"] is not None
    with pytest.raises(Conflict) as refused:
        save(bureau, "special_period", {"kind": "other"}, by="甲", record_id=number, version=2)
    assert refused.value.is_withdrawn
    restore(bureau, "special_period", number, by="丙", version=2)
    changes = history(bureau, "special_period", number)
    assert [(each.action, each.changed_by) for each in changes] == [
        ("add", "甲"),
        ("withdraw", "乙"),
        ("restore", "丙"),
    ]
    assert rows(bureau, "special_period")[0]["version"] == 3


def test_undoing_writes_an_earlier_state_as_the_newest(bureau):
    number = save(bureau, "special_period", PERIOD, by="甲")
    save(bureau, "special_period", {"kind": "other"}, by="乙", record_id=number, version=1)
    undo(bureau, "special_period", number, by="甲", version=2, to=1)
    changes = history(bureau, "special_period", number)
    assert [each.content["kind"] for each in changes] == ["congress", "other", "congress"]
    with pytest.raises(Conflict):
        undo(bureau, "special_period", number, by="甲", version=2, to=2)
    with pytest.raises(UnknownName):
        undo(bureau, "special_period", number, by="甲", version=3, to=9)


def test_an_item_of_a_batch_is_numbered_within_it_and_makes_a_new_snapshot(bureau):
    item = {"item_id": "07", "batch": "第三批", "assigned_on": "2022-06-01"}
    assert save(bureau, "backlog_item", item, by="甲") == "第三批/07"
    with bureau.connect() as connection:
        assert store_version(connection) == 1
    with pytest.raises(InvalidRecord, match="does not change"):
        save(bureau, "backlog_item", {"item_id": "08"}, by="甲", record_id="第三批/07", version=1)
    with pytest.raises(InvalidRecord):
        save(bureau, "backlog_item", item, by="甲")


def test_what_a_loader_wrote_itself_enters_the_history_once(bureau):
    with writing(bureau) as connection:
        connection.execute(insert(backlog_item), {"item_id": "1/1", "batch": "1", "assigned_on": date(2022, 1, 10)})
        assert catch_up(connection, "backlog_item", by=of_import(1)) == 1
        assert catch_up(connection, "backlog_item", by=of_import(1)) == 0
        connection.execute(backlog_item.update().values(reported_on=date(2022, 2, 10)))
        assert catch_up(connection, "backlog_item", by=of_import(2)) == 1
    changes = history(bureau, "backlog_item", "1/1")
    assert [(each.version, each.changed_by) for each in changes] == [(1, "import:1"), (2, "import:2")]
    assert rows(bureau, "backlog_item")[0]["version"] == 2


def test_numbers_given_by_a_loader_are_not_given_again(bureau):
    ledger = KINDS["ledger_item"].table
    with writing(bureau) as connection:
        connection.execute(
            insert(ledger), {"ledger_id": 1, "opened_on": date(2022, 1, 1), "question": "x", "state": "open"}
        )
    assert save(bureau, "ledger_item", {"opened_on": "2022-01-13", "question": "y"}, by="甲") == 2


def test_the_state_after_any_change_can_be_read_again(bureau):
    chance = random.Random(20220630)
    states: dict[int, Records] = {}

    def keep() -> None:
        with bureau.connect() as connection:
            states[newest(connection)] = read(connection)

    keep()
    known: list[int] = []
    for step in range(60):
        versions = {row["event_id"]: row for row in rows(bureau, "context_event")}
        content = {"day": date(2022, 1 + step % 12, 5), "name_zh": f"活动{step}", "name_en": f"Event {step}",
                   "kind": chance.choice(["rule", "training"])}  # fmt: skip
        number = chance.choice(known) if known else 0
        row = versions.get(number, {})
        act = chance.choice(["add", "change", "change", "withdraw", "restore", "undo", "target"])
        if act == "target":
            save(bureau, "target", {"measure": "closure_rate", "valid_from": date(2000 + step, 1, 1),
                                    "value": chance.random(), "source": "文件"}, by="甲")  # fmt: skip
        elif act == "add" or not known:
            known.append(save(bureau, "context_event", content, by="甲"))
        elif act == "withdraw":
            withdraw(bureau, "context_event", number, by="乙", version=row["version"])
        elif act == "restore":
            restore(bureau, "context_event", number, by="乙", version=row["version"])
        elif row["withdrawn_at"] is None:
            if act == "change":
                save(bureau, "context_event", content, by="丙", record_id=number, version=row["version"])
            else:
                undo(bureau, "context_event", number, by="丙", version=row["version"], to=1)
        keep()
    assert len(states) > 30
    with bureau.connect() as connection:
        for version, state in states.items():
            again = read(connection, version=version)
            assert again.version == version
            for name in RECORD_TABLES:
                assert again.every(name).equals(state.every(name)), (version, name)


def test_records_older_than_the_history_get_a_first_state_in_it(empty_settings):
    engine = store_module.connect(empty_settings.database_url)
    store_module.migrate(engine, "0001")
    with writing(engine) as connection:
        connection.execute(
            text("INSERT INTO target (measure, scope, valid_from, value, source)"
                 " VALUES ('closure_rate', '', '2022-01-01', 0.95, '文件')")
        )  # fmt: skip
    engine.dispose()
    upgraded = open_store(empty_settings)
    with upgraded.connect() as connection:
        now = read(connection)
        assert now.version == 1
        assert read(connection, version=1).every("target").equals(now.every("target"))
        (content,) = connection.execute(select(record_change.c.content)).scalars()
        assert json.loads(content)["valid_from"] == "2022-01-01"
    upgraded.dispose()


def test_a_day_without_records_is_an_empty_frame_with_all_columns(store):
    with store.connect() as connection:
        frame = read(connection, version=0).rows("target")
    assert frame.is_empty()
    assert frame.schema["valid_from"] == pl.Date
