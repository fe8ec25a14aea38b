"""The snapshot: what the store holds, as integers, whole or not at all."""

import threading
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import Engine, insert, update

from queries.counting.evaluate import evaluate
from queries.errors import StoreError, UnknownName
from queries.filters import Filters
from queries.records import write as records
from queries.schema import backlog_item, case_evaluation, import_run, office, petition_case
from queries.settings import Settings
from queries.snapshot import Snapshot, build_from_frames, current, publish
from queries.snapshot.write import read_partition
from queries.store import raise_version, writing


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def fill(store: Engine, cases: int = 6) -> None:
    """A small register in the store."""
    with writing(store) as connection:
        connection.execute(
            insert(import_run).values(
                import_id=1, imported_at=moment("2022-07-01"), source="county", files="[]", as_of=date(2022, 6, 30),
                unsupported='{"on_time_reply_rate": {"zh": "无期限。", "en": "No due dates."}}',
            )
        )  # fmt: skip
        connection.execute(
            insert(office),
            [
                {"office_id": "西岸镇", "name": "西岸镇", "kind": "township", "is_listed": True, "population": 21000},
                {"office_id": "东山镇", "name": "东山镇", "kind": "township", "is_listed": True, "population": None},
            ],
        )
        connection.execute(insert(petition_case), [case(number) for number in range(1, cases + 1)])
        connection.execute(
            insert(case_evaluation),
            [{"case_id": "c1", "target": "bureau", "status": "evaluated", "score": "satisfied",
              "window_ends_at": moment("2022-03-31"), "evaluated_at": moment("2022-03-20"), "import_id": 1},
             {"case_id": "c2", "target": "bureau", "status": "expired", "score": None,
              "window_ends_at": moment("2022-03-31"), "evaluated_at": None, "import_id": 1}],
        )  # fmt: skip
        connection.execute(
            insert(backlog_item).values(item_id="b1", batch="first", assigned_on=date(2022, 1, 10), office_id="东山镇")
        )
        raise_version(connection)


def case(number: int) -> dict[str, object]:
    return {
        "case_id": f"c{number}",
        "registered_at": moment(f"2022-0{number % 3 + 1}-05T16:30:00"),
        "closed_at": moment("2022-04-01") if number % 2 else None,
        "place_code": "西岸镇" if number % 2 else None,
        "channel": "visit",
        "petitioner_count": number,
        "matter_id": bytes(16),
        "is_repeat": number > 1,
        "is_group": None if number == 1 else number == 2,
        "counted": number != 6,
        "unusable": 32 if number == 3 else 0,
        "source": "county",
        "import_id": 1,
    }


def test_what_one_register_cannot_support_another_may(any_settings: Settings, store: Engine) -> None:
    fill(store)
    with writing(store) as connection:
        for number, (source, day) in enumerate((("list of offices", None), ("second county", date(2022, 6, 30))), 2):
            values = {"import_id": number, "imported_at": moment("2022-07-02"), "source": source, "files": "[]",
                      "as_of": day}  # fmt: skip
            connection.execute(insert(import_run).values(values))
        raise_version(connection)
    assert current(any_settings).unsupported.keys() == {"on_time_reply_rate"}  # neither has an item
    with writing(store) as connection:
        other = case(7) | {"registered_at": moment("2022-02-05"), "source": "second county", "import_id": 3}
        connection.execute(insert(petition_case), [other])
        raise_version(connection)
    snapshot = current(any_settings)
    assert snapshot.unsupported == {}
    assert snapshot.unsupported_in["on_time_reply_rate"]["county"].en == "No due dates."


def test_a_snapshot_holds_what_the_store_holds(any_settings: Settings, store: Engine) -> None:
    fill(store)
    snapshot = current(any_settings)
    assert snapshot.rows == {"cases": 5, "evaluations": 2, "backlog": 1}
    assert snapshot.manifest["not_counted"] == 1
    assert (snapshot.first_day, snapshot.last_day) == (date(2022, 1, 5), date(2022, 3, 5))
    assert snapshot.as_of == date(2022, 4, 1)
    assert snapshot.coverage["closed_at"] == 3
    assert snapshot.coverage["due_at"] == 0
    assert snapshot.unusable["closed_at"] == 1
    assert snapshot.unsupported["on_time_reply_rate"].en == "No due dates."
    assert snapshot.keys("place") == ["东山镇", "西岸镇"]  # listed townships are there without a case too
    assert snapshot.available("place")
    assert not snapshot.available("topic_l1")
    assert snapshot.dimension("place").filter(pl.col("key") == "西岸镇")["population"].item() == 21000
    counts = evaluate(snapshot, "registered_count", ["place"]).select("place", "numerator").rows()
    assert counts == [("西岸镇", 3), ("", 2)]
    assert evaluate(snapshot, "people_count")["numerator"].item() == 1 + 2 + 3 + 4 + 5
    assert evaluate(snapshot, "participation_rate")["value"].item() == 0.5


def test_an_unchanged_store_keeps_its_snapshot_and_a_write_makes_a_new_one(
    any_settings: Settings, store: Engine
) -> None:
    fill(store)
    first = current(any_settings)
    assert current(any_settings) == first
    with writing(store) as connection:
        connection.execute(update(petition_case).values(channel="letter"))
        raise_version(connection)
    second = current(any_settings)
    assert second.id != first.id
    assert evaluate(second, "registered_count", ["channel"])["channel"].to_list() == ["letter"]
    assert evaluate(first, "registered_count", ["channel"])["channel"].to_list() == ["visit"]


def test_an_old_snapshot_goes_one_version_later(any_settings: Settings, store: Engine) -> None:
    fill(store)
    made = []
    for _ in range(3):
        with writing(store) as connection:
            raise_version(connection)
        made.append(current(any_settings).id)
    kept = {path.name for path in any_settings.snapshot_dir.iterdir() if path.is_dir()}
    assert kept == set(made[1:])
    assert publish.current_id(any_settings.snapshot_dir) == made[-1]


def test_builders_at_the_same_time_build_once(any_settings: Settings, store: Engine) -> None:
    fill(store)
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(current(any_settings).id)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found) == 4


def test_a_builder_that_died_leaves_the_snapshot_before(
    any_settings: Settings, store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    before = current(any_settings)
    with writing(store) as connection:
        raise_version(connection)

    def die(*_: object) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(publish, "publish", die)
        with pytest.raises(KeyboardInterrupt):
            current(any_settings)
    assert publish.current_id(any_settings.snapshot_dir) == before.id
    assert evaluate(Snapshot.open(before.folder), "registered_count")["numerator"].item() == 5
    after = current(any_settings)
    assert after.id != before.id
    assert not list(any_settings.snapshot_dir.glob(".building-*"))


def test_no_event_after_the_newest_file_date_moves_the_as_of_day(tmp_path: Path) -> None:
    cases = pl.DataFrame({"registered_at": ["2022-01-01", "2022-02-01"], "closed_at": ["2022-03-01", "2050-01-01"]})
    spoilt = cases.with_columns(unusable=pl.Series([0, 32]))
    assert build_from_frames(tmp_path / "a", cases, newest_file_date=date(2022, 4, 1)).as_of == date(2022, 4, 1)
    assert build_from_frames(tmp_path / "b", spoilt).as_of == date(2022, 3, 1)


def test_rows_lie_in_the_month_of_their_registration(tmp_path: Path) -> None:
    cases = pl.DataFrame({"registered_at": ["2022-01-31 23:59:00", "2022-02-01", "2022-01-01"]})
    snapshot = build_from_frames(tmp_path / "a", cases)
    assert [(part.month, part.rows) for part in snapshot.partitions("cases")] == [("2022-01", 2), ("2022-02", 1)]
    minutes = snapshot.partitions("cases")[0].frame["registered_minute"].to_list()
    assert minutes == [0, 23 * 60 + 59]


def test_a_registration_knows_whether_offices_worked_that_day_and_when_they_next_do(tmp_path: Path) -> None:
    # Friday, Saturday before the New Year's holiday of 2022 (1 to 3 January), its Monday; a Sunday worked in exchange
    cases = pl.DataFrame({"registered_at": ["2021-12-31", "2022-01-01", "2022-01-03", "2022-01-30"]})
    snapshot = build_from_frames(tmp_path / "a", cases)
    rows = pl.concat([part.frame for part in snapshot.partitions("cases")])
    days = rows["next_working_day"].cast(pl.Int32).cast(pl.Date).to_list()
    assert rows["is_off_day"].to_list() == [1, 2, 2, 1]
    assert days == [date(2022, 1, 4)] * 3 + [date(2022, 2, 7)]


def test_a_register_without_rows_can_be_asked(tmp_path: Path) -> None:
    snapshot = build_from_frames(tmp_path / "a", pl.DataFrame(schema={"registered_at": pl.Datetime}))
    assert snapshot.first_day is None
    assert evaluate(snapshot, "registered_count")["numerator"].item() == 0
    assert evaluate(snapshot, "closure_rate")["reason"].item() == "column_empty"
    assert evaluate(snapshot, "registered_count", ["place", "month"]).is_empty()


def test_a_filter_takes_a_key_a_label_or_another_spelling(tmp_path: Path) -> None:
    cases = pl.DataFrame({"registered_at": ["2022-01-01"] * 3, "channel": ["visit", "visit", None]})
    snapshot = build_from_frames(tmp_path / "a", cases)
    for word in ("visit", "来访", "走访", "Visit"):
        filters = Filters(where=(("channel", (word,)),))
        assert evaluate(snapshot, "registered_count", filters=filters)["numerator"].item() == 2
    with pytest.raises(UnknownName, match="letter"):
        snapshot.codes("channel", ["lettr"])


def test_a_folder_without_a_snapshot_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="Delete the folder"):
        Snapshot.open(tmp_path)


@pytest.mark.parametrize("odd", ["a\\b", "a\tb", "a\nb", 'a"b', "a,b", "a\x1fb", "a\x1eb", "西岸镇（街道）"])
def test_odd_characters_in_a_name_survive(any_settings: Settings, store: Engine, odd: str) -> None:
    fill(store)
    with writing(store) as connection:
        connection.execute(update(petition_case).where(petition_case.c.case_no == 2).values(place_code=odd))
        raise_version(connection)
    counts = dict(evaluate(current(any_settings), "registered_count", ["place"]).select("place", "numerator").rows())
    assert counts == {"西岸镇": 3, odd: 1, "": 1}


def rebuilt(settings: Settings) -> dict[str, object]:
    """The same state read anew: what its manifest says and its rows."""
    (settings.snapshot_dir / "CURRENT").unlink()
    return content(current(settings))


def content(snapshot: Snapshot) -> dict[str, object]:
    told = {name: value for name, value in snapshot.manifest.items() if name != "built_at"}
    files = sorted(path.relative_to(snapshot.folder).as_posix() for path in snapshot.folder.rglob("*.arrow"))
    return told | {file: read_partition(snapshot.folder / file).to_dicts() for file in files}


ITEM = {"batch": "second", "assigned_on": "2022-02-01", "office_id": "西岸镇", "place_code": "东山镇",
        "leader_assigned": True}  # fmt: skip


def test_a_hand_edit_of_a_batch_item_reads_no_case_again_and_says_the_same(
    any_settings: Settings, store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    first = current(any_settings)
    records.save(store, "backlog_item", ITEM | {"item_id": "x"}, by="甲")
    key = records.save(store, "backlog_item", ITEM | {"item_id": "y", "reported_on": "2022-03-01"}, by="甲")
    with monkeypatch.context() as patch:
        patch.setattr("queries.snapshot.read_store", lambda *_: pytest.fail("the register was read again"))
        quick = current(any_settings)
        said = content(quick)
    assert quick.id != first.id
    assert quick.keys("batch") == ["first", "second"]
    assert evaluate(quick, "backlog_reported_rate", ["batch"]).select("numerator", "denominator").rows() == [
        (0, 1), (1, 2),
    ]  # fmt: skip
    assert rebuilt(any_settings) == said
    records.withdraw(store, "backlog_item", key, by="甲", version=1)
    assert current(any_settings).rows["backlog"] == 2


def test_what_may_touch_more_than_the_batches_reads_the_register_again(any_settings: Settings, store: Engine) -> None:
    fill(store)
    current(any_settings)
    records.save(store, "backlog_item", ITEM | {"item_id": "x"}, by="甲")
    with writing(store) as connection:
        connection.execute(update(petition_case).values(channel="letter"))
        raise_version(connection)
    assert current(any_settings).keys("channel")
    assert evaluate(current(any_settings), "registered_count", ["channel"])["channel"].to_list() == ["letter"]
    records.save(store, "backlog_item", ITEM | {"item_id": "z", "reported_on": "2022-06-29"}, by="甲")
    assert current(any_settings).as_of == date(2022, 6, 29)  # the newest event moves the day
