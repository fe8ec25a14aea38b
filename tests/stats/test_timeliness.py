"""On time among what has fallen due, the naive closed share, and the backlog by age."""

from datetime import date

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from queries.counting import followup
from queries.days import day_number, from_day_number
from queries.filters import Filters
from queries.snapshot import build_from_frames
from queries.stats import timeliness

AS_OF = day_number(date(2024, 6, 30))
NEVER = np.nan
day_or_never = st.one_of(st.integers(0, 120).map(float), st.just(NEVER))


def months(days) -> np.ndarray:
    return np.array(["" if np.isnan(day) else f"{from_day_number(day):%Y-%m}" for day in days])


def coded(labels, order) -> np.ndarray:
    place = {label: number for number, label in enumerate(order)}
    return np.array([place.get(label, -1) for label in labels])


def test_on_time_by_month_of_the_due_day_agrees_with_r(reference, synthetic_register):
    rows = reference("t2_censoring_open")["matured_by_due_month"]
    register = synthetic_register
    month = coded(months(register["due"]), [row["due_month"] for row in rows])
    mine = (register["end_kind"] != "withdrawn") & (month >= 0)
    due, ended = register["due"][mine], register["ended"][mine]
    found = timeliness.matured_on_time(due, ended, AS_OF, month[mine], len(rows))
    compare_rates(found, rows, "on_time", "due_cases")


def test_on_time_by_town_agrees_with_r(reference, synthetic_register):
    rows = reference("t2_censoring_open")["matured_last90_by_town"]
    register = synthetic_register
    town = coded(register["town"], [row["town"] for row in rows])
    mine = (register["end_kind"] != "withdrawn") & (register["due"] > AS_OF - 90)
    found = timeliness.matured_on_time(register["due"][mine], register["ended"][mine], AS_OF, town[mine], len(rows))
    compare_rates(found, rows, "on_time", "due_cases")


def compare_rates(found, rows, numerator, denominator):
    assert found.numerator.tolist() == [row[numerator] for row in rows]
    assert found.denominator.tolist() == [row[denominator] for row in rows]
    for mine, name in ((found.rate, "rate"), (found.lower, "wilson_l"), (found.upper, "wilson_u")):
        assert_allclose(mine, [row[name] for row in rows], atol=1e-8, rtol=0)


def test_the_naive_share_by_month_agrees_with_r(reference, synthetic_register):
    rows = reference("t2_censoring_open")["naive_by_registration_month"]
    register = synthetic_register
    month = coded(months(register["registered"]), [row["reg_month"] for row in rows])
    closed = np.where(register["end_kind"] == "closed", register["ended"], NEVER)
    found = timeliness.closed_share(register["registered"], closed, AS_OF, month, len(rows))
    assert found.denominator.tolist() == [row["registered"] for row in rows]
    assert found.numerator.tolist() == [row["closed_by_asof"] for row in rows]
    assert_allclose(found.rate, [row["naive_rate"] for row in rows], atol=1e-8, rtol=0)


def test_the_backlog_by_age_agrees_with_r(reference, synthetic_register):
    values = reference("t2_censoring_open")
    register = synthetic_register
    towns = sorted(values["backlog_by_town"])
    columns = (register["accepted"], register["ended"], register["due"], AS_OF)
    compare_backlog(timeliness.backlog(*columns), [values["backlog_city"]])
    by_town = timeliness.backlog(*columns, coded(register["town"], towns), len(towns))
    compare_backlog(by_town, [values["backlog_by_town"][town] for town in towns])


def compare_backlog(found, rows):
    assert found.open_count.tolist() == [row["open_accepted"] for row in rows]
    ages = ("0-30", "31-60", "61-90", ">90")
    assert found.by_age.tolist() == [[row["age_from_acceptance"][age] for age in ages] for row in rows]
    assert found.overdue.tolist() == [row["overdue"] for row in rows]
    assert found.due_soon.tolist() == [row["due_in_next_14"] for row in rows]
    for mine, name in (
        (found.overdue_share, "overdue_share"),
        (found.median_age, "median_age"),
        (found.ninth_decile_age, "p90_age_type7"),
    ):
        assert_allclose(mine, [row[name] for row in rows], atol=1e-8, rtol=0)


def test_what_came_and_went_explains_the_open_cases(reference, synthetic_register, tmp_path):
    expected = reference("t2_censoring_open")["flow"]
    days = {
        name: [None if np.isnan(day) else from_day_number(day) for day in synthetic_register[column]]
        for name, column in (("registered_at", "registered"), ("closed_at", "ended"))
    }
    cases = pl.DataFrame(days).with_columns(pl.int_range(pl.len()).cast(pl.String).alias("case_id"), unusable=0)
    snapshot = build_from_frames(tmp_path / "s", cases, newest_file_date=from_day_number(AS_OF))
    found = followup.flow(snapshot, Filters(as_of=from_day_number(AS_OF)), AS_OF - 30)
    assert (found.open_then, found.registered, found.ended, found.open_now) == tuple(
        expected[name] for name in ("open_30_days_ago", "registered_last30", "ended_last30", "open_now")
    )


@given(st.lists(st.tuples(st.integers(0, 100).map(float), day_or_never, day_or_never)), st.integers(0, 130))
def test_every_open_case_has_one_age_and_overdue_ones_are_open(cases, as_of):
    accepted, ended, due = np.array(cases, dtype=float).reshape(-1, 3).T
    found = timeliness.backlog(accepted, ended, due, as_of)
    assert found.by_age.sum() == found.open_count[0]
    assert found.overdue[0] + found.due_soon[0] <= found.open_count[0]


def test_a_case_due_today_has_fallen_due_but_is_not_overdue():
    assert timeliness.matured_on_time([10, 11], [NEVER, 9], 10).denominator.tolist() == [1]
    assert timeliness.matured_on_time([10], [10], 10).numerator.tolist() == [1]
    assert timeliness.backlog([0], [NEVER], [10], 10).overdue.tolist() == [0]
    assert timeliness.backlog([0], [NEVER], [10], 11).overdue.tolist() == [1]


def test_a_closure_after_the_as_of_day_counts_in_no_number():
    assert timeliness.closed_share([0, 0, 30], [5, 25, NEVER], 20).numerator.tolist() == [1]
    assert timeliness.closed_share([0, 0, 30], [5, 25, NEVER], 20).denominator.tolist() == [2]


@given(st.lists(st.tuples(st.floats(-100, 100), st.integers(0, 3)), max_size=40), st.sampled_from((0.1, 0.5, 0.9)))
def test_quantiles_by_group_are_numpys(rows, share):
    values, group = np.array([row[0] for row in rows]), np.array([row[1] for row in rows], dtype=int)
    found = timeliness.group_quantile(values, group, 4, share)
    for code in range(4):
        mine = values[group == code]
        assert_allclose(found[code], np.quantile(mine, share) if mine.size else np.nan, atol=1e-9)
