"""Several registers in one store: what one of them cannot say is left out, not denied to the others."""

from datetime import date
from unittest.mock import patch

import polars as pl
import pytest

from dashboard.bench import sql
from dashboard.bench.calls import Call
from queries.counting import distributions, followup
from queries.counting.evaluate import evaluate
from queries.counting.reasons import reason_text
from queries.counting.recipe import code
from queries.engines import DuckDBEngine
from queries.filters import Filters
from queries.measures import measure
from queries.views import closure, repeats

TWO = """
    source | registered_at | is_repeat
    -------+---------------+----------
    county | 2022-01-01    | yes
    county | 2022-01-02    | no
    phone  | 2022-01-03    | no
    phone  | 2022-01-04    | no
    phone  | 2022-01-05    | no
"""
NO_FLAG = {"repeat_share": {"zh": "热线没有重复标志", "en": "the hotline has no repeat flag"}}


def test_a_measure_one_register_cannot_support_leaves_out_its_items_and_says_why(register):
    snapshot = register(TWO, unsupported={"phone": NO_FLAG})
    row = evaluate(snapshot, "repeat_share").row(0, named=True)
    assert (row["numerator"], row["denominator"], row["excluded"]) == (1, 2, 3)
    assert "来自“phone”的件未计入（热线没有重复标志）" in " ".join(
        note.zh for note in repeats.headline(snapshot, Filters()).notes
    )
    assert "source" in (code(snapshot, Filters(), "repeat_share", "en") or "")


def test_a_measure_no_register_can_support_is_blocked(register):
    snapshot = register(TWO, unsupported={"phone": NO_FLAG, "county": NO_FLAG})
    row = evaluate(snapshot, "repeat_share").row(0, named=True)
    assert (row["value"], row["reason"]) == (None, "unsupported")
    assert "热线没有重复标志" in reason_text(measure("repeat_share"), snapshot, "unsupported").zh


def test_a_register_without_items_denies_nothing(register):
    snapshot = register(TWO, unsupported={"empty": NO_FLAG})
    assert evaluate(snapshot, "repeat_share").row(0, named=True)["denominator"] == 5


UNDATED = "\n".join(
    ["source | registered_at | due_at | closed_at | closed_stated", "---+---+---+---+---"]
    + ["county | 2022-01-01 | 2022-02-01 | 2022-01-20 | yes"] * 198
    + ["county | 2022-01-01 | 2022-02-01 | | yes", "county | 2022-01-01 | 2022-02-01 | | no"]
    + ["county | 2022-06-30 | 2022-08-30 | | no"]
)


def test_closed_on_an_unknown_day_counts_from_the_day_the_register_says_so(register):
    snapshot = register(UNDATED)
    now, then = (evaluate(snapshot, ["closure_rate", "open_count"], (), Filters(as_of=day)).rows(named=True)
                 for day in (date(2022, 6, 30), date(2022, 3, 1)))  # fmt: skip
    assert [(row["numerator"], row["denominator"], row["excluded"]) for row in now] == [(199, 200, 0), (2, None, 0)]
    assert [(row["numerator"], row["denominator"], row["excluded"]) for row in then] == [(198, 199, 1), (1, None, 1)]


def test_where_many_closings_have_no_day_an_earlier_day_has_no_figure(register):
    snapshot = register(UNDATED.replace("| 2022-01-20 | yes", "| | yes"))
    assert evaluate(snapshot, "closure_rate").row(0, named=True)["numerator"] == 199
    row = evaluate(snapshot, "closure_rate", (), Filters(as_of=date(2022, 3, 1))).row(0, named=True)
    assert (row["value"], row["reason"]) == (None, "undated")
    assert "不能回看" in reason_text(measure("closure_rate"), snapshot, "undated").zh


def test_the_peers_of_the_benchmark_and_a_second_engine_count_the_same(register):
    duckdb = pytest.importorskip("duckdb")
    frames = pytest.importorskip("dashboard.bench.frames")
    hotline = "\n".join(["phone | 2022-01-03 | 2022-02-01 | | yes"] * 2 + ["phone | 2022-01-03 | 2022-02-01 | | no"])
    snapshot = register(f"{UNDATED}\n{hotline}", unsupported={"phone": {"closed_share": {"zh": "无", "en": "none"}}})
    names = ("closure_rate", "open_count", "closed_share", "overdue_count")
    for day in (date(2022, 3, 1), date(2022, 6, 30)):
        filters = Filters(as_of=day)
        with patch("queries.counting.reasons.UNDATED_MOST", 1.0):
            ours, theirs = (evaluate(snapshot, names, (), filters, engine) for engine in (None, DuckDBEngine()))
        assert ours.equals(theirs)
        counted = [
            (row["numerator"], row["denominator"] or row["numerator"], row["excluded"])
            for row in ours.iter_rows(named=True)
        ]
        call = Call("evaluate", names, (), filters)
        connection = duckdb.connect()
        connection.register("cases", pl.concat([part.frame for part in snapshot.partitions("cases")]).to_arrow())
        in_sql = [
            sql.answer(lambda text, base=connection: base.execute(text).fetchall(), snapshot, call, planned=planned)
            for planned in (False, True)
        ]
        for peer in (frames.answer(frames.tables(snapshot), snapshot, call), *in_sql):
            assert [peer[name][0][:3] for name in names] == counted


NO_DAYS = {"zh": "热线没有办结时间", "en": "the hotline has no closing dates"}
UNCOUNTED = {name: NO_DAYS for name in ("open_count", "overdue_count", "days_to_close", "resolved_once_rate")}
CLOSINGS = """
    source | registered_at | due_at     | closed_at  | matter_id
    -------+---------------+------------+------------+----------
    county | 2022-01-01    | 2022-02-01 | 2022-01-11 | m1
    county | 2022-01-02    | 2022-02-01 |            | m2
    phone  | 2022-01-03    | 2022-02-01 | 2022-01-08 | m3
    phone  | 2022-01-04    | 2022-02-01 |            | m4
"""


def test_ages_deadlines_days_and_curves_leave_out_the_same_register(register):
    snapshot, filters = register(CLOSINGS, unsupported={"phone": UNCOUNTED}), Filters(as_of=date(2022, 3, 1))
    ages = distributions.open_ages(snapshot, (), filters)
    assert (ages["items"].sum(), ages["overdue"].sum()) == (1, 1)
    assert distributions.open_by_due_date(snapshot, (), filters)["items"].sum() == 1
    assert distributions.closing_days(snapshot, (), filters).rows() == [(10, 1)]
    assert followup.closings(snapshot, filters)["items"].sum() == 2
    assert followup.returns(snapshot, filters).start.size == 1
    assert followup.flow(snapshot, filters, 0).open_now == 1
    for view in (closure.ages(snapshot, filters), closure.days_taken(snapshot, filters)):
        assert any("来自“phone”的件未计入（热线没有办结时间）" in note.zh for note in view.notes)
