"""What was promised: its standing by day, whether its measure moved; what changed since a session closed."""

from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from dashboard.charts import Style
from dashboard.charts.comparison import tall_interval_dots
from queries.counting.evaluate import evaluate
from queries.filters import Filters
from queries.schema import petition_case
from queries.settings import Settings
from queries.snapshot import Snapshot, build_from_frames, current, pins
from queries.stats.intervals import newcombe
from queries.store import open_store, raise_version, writing
from queries.views import commitments, meeting, meeting_changes
from queries.views.commitments import STANDINGS
from seed.load.cases import CaseWriter, finish_run, start_run
from tests.examples import SLOW
from tests.installations import DemoOf

JUNE = Filters(date(2022, 6, 1), date(2022, 6, 30), as_of=date(2022, 6, 30))
MAY_SESSION = {"meeting_id": 1, "month": "2022-05-01", "as_of": "2022-05-31", "rules": "regulation2022", "version": 1}
JUNE_SESSION = {"meeting_id": 2, "month": "2022-06-01", "as_of": "2022-06-30", "rules": "regulation2022", "version": 1}


def decision(number: int, **content: object) -> dict[str, object]:
    return {"decision_id": number, "decided_on": "2022-05-06", "text": f"d{number}", "state": "open", "version": 1,
            "meeting_id": 1} | content  # fmt: skip


def recorded(register, *decisions: dict[str, object], cases: str = "place_code\nnorth", **tables: object) -> Snapshot:
    sessions = [MAY_SESSION | {"state": "closed"}, JUNE_SESSION | {"state": "open"}]
    return register(cases, records={"meeting": sessions, "decision": list(decisions), **tables})


def test_open_commitments_of_earlier_sessions_come_first_and_overdue_ones_before_all(register):
    snapshot = recorded(
        register,
        decision(1, due_on="2022-07-31"),
        decision(2, due_on="2022-06-29"),
        decision(3, due_on="2022-06-30"),
        decision(4, state="closed", closed_on="2022-06-05"),
        decision(5, state="closed", closed_on="2022-05-01"),  # ended before the last session: told there
        decision(6, state="dropped", closed_on="2022-06-05", evidence="merged"),
        decision(7, meeting_id=2),  # of this session
        decision(8, meeting_id=None, decided_on="2022-07-02"),  # later than the day it is seen from
        decision(9, withdrawn_at=datetime(2022, 6, 1)),  # noqa: DTZ001  UTC, as the store keeps it
    )
    view = commitments.commitments(snapshot, JUNE)
    assert view.frame.select("decision_id", "standing").rows() == [
        (2, "overdue"), (3, "overdue"), (1, "open"), (4, "closed"), (6, "dropped"),
    ]  # fmt: skip
    assert view.frame["days"].to_list()[:3] == [-1, 0, 31]
    assert view.finding.zh == "议定5项：逾期2、在办1、已办结1、不再办理1"
    own = commitments.decided(snapshot, JUNE)
    assert own.frame["decision_id"].to_list() == [7]
    assert own.finding.zh == "本次议定1项"


def test_one_commitment_is_one(register):
    view = commitments.commitments(register("place_code\nnorth", records={"decision": [decision(2)]}), JUNE)
    assert view.finding.en.startswith("1 commitment: ")


def test_without_promises_the_page_says_so(register):
    view = commitments.commitments(register("place_code\nnorth"), JUNE)
    assert view.frame.is_empty()
    assert view.finding.zh == "没有待落实的议定事项"
    assert commitments.ledger(register("place_code\nnorth"), JUNE).finding.zh == "台账中没有问题"


def test_the_ledger_counts_its_decisions_and_lists_open_problems_first(register):
    items = [
        {"ledger_id": 1, "opened_on": "2022-01-01", "question": "q1", "state": "closed", "closed_on": "2022-02-01",
         "version": 1},
        {"ledger_id": 2, "opened_on": "2022-02-01", "question": "q2", "state": "open", "office_id": "north",
         "version": 1},
    ]  # fmt: skip
    ended = decision(2, ledger_id=2, state="closed", closed_on="2022-06-01")
    snapshot = recorded(register, decision(1, ledger_id=2), ended, ledger_item=items)
    frame = commitments.ledger(snapshot, JUNE).frame
    assert frame.select("ledger_id", "decisions", "open_decisions", "zh").rows() == [
        (2, 2, 1, "north"), (1, 0, 0, "全市"),
    ]  # fmt: skip


counts = st.integers(0, 40)


@given(counts, counts, counts, counts)
@SLOW
def test_whether_a_share_moved_is_newcombes_word_and_the_sentence_says_no_more(tmp_path_factory, a, b, c, d):
    days = [("2022-04-10", True)] * a + [("2022-04-10", False)] * b
    days += [("2022-06-10", True)] * c + [("2022-06-10", False)] * d
    rows = [
        {"case_id": f"c{n}", "registered_at": "2022-03-01", "due_at": due, "place_code": "north",
         "closed_at": due if on_time else "2022-06-20"}
        for n, (due, on_time) in enumerate(days)
    ]  # fmt: skip
    other = {"case_id": "o", "registered_at": "2022-03-01", "due_at": "2022-06-10", "place_code": "south",
             "closed_at": "2022-06-20"}  # fmt: skip
    snapshot = build_from_frames(tmp_path_factory.mktemp("moved") / "s", pl.DataFrame([other, *rows]))
    moved = commitments.moved(snapshot, JUNE, "on_time_reply_rate", "north", date(2022, 4, 30), date(2022, 6, 1))
    if not a + b or not c + d:
        assert moved.direction is None
        assert "无法比较" in moved.sentence.zh
        return
    assert moved.direction == int(newcombe(c, c + d, a, a + b).direction)
    assert moved.improved == ({1: True, -1: False}.get(moved.direction))
    assert ("超出偶然" in moved.sentence.zh) == bool(moved.direction)
    assert ("改善" in moved.sentence.zh) == (moved.improved is True)
    assert f"{a}/{a + b}件" in moved.sentence.zh
    assert f"{c} of {c + d}" in moved.sentence.en


@pytest.mark.parametrize(
    ("before", "since", "direction", "word"),
    [(3, 30, 1, "增加"), (40, 5, -1, "减少"), (9, 3, 0, "偶然波动范围内"), (0, 0, None, "无法比较")],
)
def test_a_number_of_items_is_tested_exactly_and_is_neither_better_nor_worse(before, since, direction, word, register):
    days = ["2022-05-10"] * before + ["2022-06-10"] * since
    table = "registered_at | place_code\n2020-01-01 | north\n" + "\n".join(f"{day} | north" for day in days)
    moved = commitments.moved(register(table), JUNE, "registered_count", "north", date(2022, 5, 6), date(2022, 6, 1))
    assert moved.direction == direction
    assert moved.improved is None
    assert word in moved.sentence.zh


def test_a_commitment_is_not_judged_before_a_month_has_passed_or_by_a_measure_without_a_test(register):
    snapshot = register("registered_at | place_code\n2022-06-01 | north")
    asked = (snapshot, JUNE, "on_time_reply_rate", "north")
    assert "还没有满一个月" in commitments.moved(*asked, date(2022, 6, 20), date(2022, 6, 1)).sentence.zh
    days = commitments.moved(snapshot, JUNE, "days_to_close", "north", date(2022, 5, 1), date(2022, 6, 1))
    assert days.direction is None
    assert "没有可用的检验" in days.sentence.zh


def test_the_petition_bureau_answers_for_the_whole_city(register):
    table = "registered_at | place_code | responsible_office_id\n" + "\n".join(
        f"2022-0{month}-03 | north | {office}" for month in (5, 6) for office in ("信访局", "住建局")
    )
    moved = commitments.moved(register(table), JUNE, "registered_count", "信访局", date(2022, 5, 6), date(2022, 6, 1))
    assert moved.sentence.zh.startswith("全市")
    assert "2件" in moved.sentence.zh


@pytest.fixture(scope="module")
def installed(demo_of: DemoOf) -> Settings:
    return demo_of(1_500)


def test_the_demo_has_kept_overdue_and_dropped_promises_of_closed_sessions(city):
    snapshot = current(city)
    view = commitments.commitments(snapshot, JUNE)
    assert set(view.frame["standing"]) == set(STANDINGS)
    assert view.frame.filter(pl.col("measure").is_not_null())["moved_zh"].is_not_null().all()
    held = meeting.last_before(snapshot, date(2022, 6, 1))
    assert held is not None
    assert held.is_closed
    engine = open_store(city)
    assert pins.open_version(city, snapshot, held.data_version or "", engine) is not None
    engine.dispose()
    figure = tall_interval_dots(meeting.headlines(snapshot, JUNE), Style("zh")).checked
    goals = meeting.headlines(snapshot, JUNE).frame["target"].drop_nulls()
    assert list(figure.data[-1].x) == goals.to_list()


def test_several_comparisons_say_that_they_are_judged_one_by_one(city):
    view = commitments.commitments(current(city), JUNE)
    compared = view.frame["moved"].drop_nulls().len()
    assert compared > 1
    assert f"共比较{compared}项" in view.notes[-1].zh


def test_what_changed_since_a_session_closed_adds_up_exactly_and_its_own_figures_stay(city):
    engine = open_store(city)
    then = current(city, engine)
    name = pins.version_of(then)
    pins.keep(city, then)
    assert "没有新的导入" in meeting_changes.changed_since(then, JUNE, None).finding.zh
    with writing(engine) as connection:
        known = connection.execute(
            select(petition_case.c.case_id, petition_case.c.registered_at).where(
                petition_case.c.due_at >= datetime(2022, 6, 1)  # noqa: DTZ001  the clocks of a register carry no zone
            )
        ).all()
        run = start_run(connection, source="demo")
        writer = CaseWriter(connection, import_id=run, source="demo")
        late = [{"case_id": f"late{n}", "registered_at": datetime(2022, 4, 3), "due_at": datetime(2022, 6, 3),  # noqa: DTZ001
                 "closed_at": None} for n in range(30)]  # fmt: skip
        writer.write(pl.DataFrame([{"case_id": key, "registered_at": at, "is_repeat": True} for key, at in known[::4]]))
        writer.write(pl.DataFrame(late, schema_overrides={"closed_at": pl.Datetime("us")}))
        writer.close()
        finish_run(connection, run, {"rows_new": 30, "rows_changed": 9})
        raise_version(connection)
    now = current(city, engine)
    before = pins.since(city, now, name, engine)
    assert before is not None
    view = meeting_changes.changed_since(now, JUNE, before)
    rows = {row["measure"]: row for row in view.frame.iter_rows(named=True)}
    for measure, row in rows.items():
        closed = evaluate(then, measure, (), JUNE).row(0, named=True)
        today = evaluate(now, measure, (), JUNE).row(0, named=True)
        assert (row["then_numerator"], row["then_denominator"]) == (closed["numerator"], closed["denominator"])
        assert (row["now_numerator"], row["now_denominator"]) == (today["numerator"], today["denominator"])
        assert row["late"] + row["corrected"] == pytest.approx(row["change"], abs=1e-12)
        assert row["late_shown"] + row["corrected_shown"] == pytest.approx(row["change_shown"], abs=1e-12)
    assert rows["closure_rate"]["late"] < 0
    assert any(row["corrected"] for row in rows.values())
    assert "定稿时" in view.finding.zh
    for language in ("zh", "en"):
        assert meeting_changes.table(view, language).height == view.frame.height
    engine.dispose()
