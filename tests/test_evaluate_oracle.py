"""Every measure on invented registers equals a count in plain Python, row by row, on every engine.

The oracle reads DOMAIN.md §3 with dates and ifs and shares no code with the definitions.
"""

import math
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polars.testing import assert_frame_equal
from queries.checks import UNUSABLE
from queries.engines import DuckDBEngine, Engine, PolarsEngine
from queries.evaluate import evaluate
from queries.filters import Filters
from queries.measures import Count, Duration, measures
from queries.rules import RuleSet
from queries.snapshot import Snapshot, build_from_frames

START = date(2022, 1, 1)
PLACES = ("north", "south")
CASES = {
    "registered_at": pl.Datetime, "forwarded_at": pl.Datetime, "received_by_office_at": pl.Datetime,
    "accepted_at": pl.Datetime, "due_at": pl.Datetime, "extended_days": pl.Int64, "closed_at": pl.Datetime,
    "closed_stated": pl.Boolean, "on_time_stated": pl.Boolean, "is_first_national": pl.Boolean,
    "is_first_local": pl.Boolean, "is_repeat": pl.Boolean, "petitioner_count": pl.Int64, "matter_id": pl.String,
    "procedure": pl.String, "place_code": pl.String, "channel": pl.String, "unusable": pl.Int64,
    "case_no": pl.Int64,
}  # fmt: skip
EVALUATIONS = {"case_no": pl.Int64, "target": pl.String, "status": pl.String, "score": pl.String,
               "window_ends_at": pl.Datetime, "evaluated_at": pl.Datetime}  # fmt: skip
BACKLOG = {"batch": pl.String, "place_code": pl.String, "assigned_on": pl.Date, "reported_on": pl.Date,
           "reviewed_on": pl.Date, "review_result": pl.String, "reflow_on": pl.Date}  # fmt: skip

Row = dict[str, Any]
Register = dict[str, list[Row]]

# ---------------------------------------------------------------- registers

moments = st.integers(0, 24 * 4 * 120).map(lambda quarters: datetime(2022, 1, 1) + timedelta(minutes=15 * quarters))
maybe_bool = st.sampled_from([None, False, True])
spoilt = st.sampled_from([0, 0, 0, 0, *UNUSABLE.values(), 4 + 8, 32 + 128])


@st.composite
def cases(draw: st.DrawFn) -> Row:
    """A case whose dates mostly follow each other, as registers' do."""
    registered = draw(moments)

    def later(after: datetime, days: int) -> datetime | None:
        delay = draw(st.one_of(st.none(), st.integers(0, 24 * days)))
        return None if delay is None else after + timedelta(hours=delay)

    received = later(registered, 20)
    accepted = later(received or registered, 40)
    return {
        "registered_at": registered,
        "forwarded_at": later(registered, 2),
        "received_by_office_at": received,
        "accepted_at": accepted,
        "due_at": later(registered, 90),
        "extended_days": draw(st.sampled_from([None, 0, 30])),
        "closed_at": later(registered, 100),
        "closed_stated": draw(maybe_bool),
        "on_time_stated": draw(maybe_bool),
        "is_first_national": draw(maybe_bool),
        "is_first_local": draw(maybe_bool),
        "is_repeat": draw(maybe_bool),
        "petitioner_count": draw(st.sampled_from([None, 1, 3])),
        "matter_id": draw(st.sampled_from([None, "m1", "m2", "m3"])),
        "procedure": draw(st.sampled_from([None, "petition", "petition", "litigation"])),
        "place_code": draw(st.sampled_from([None, "north", "south"])),
        "channel": draw(st.sampled_from([None, "visit", "letter"])),
        "unusable": draw(spoilt),
    }


@st.composite
def evaluations(draw: st.DrawFn, case_no: int) -> Row:
    status = draw(st.sampled_from(["evaluated", "expired", "pending"]))
    scores = ["satisfied", "basically_satisfied", "dissatisfied", None] if status == "evaluated" else [None]
    return {
        "case_no": case_no,
        "target": draw(st.sampled_from(["bureau", "office"])),
        "status": status,
        "score": draw(st.sampled_from(scores)),
        "window_ends_at": draw(st.one_of(st.none(), moments)),
        "evaluated_at": draw(moments) if status == "evaluated" else None,
    }


days = st.integers(0, 120).map(lambda after: START + timedelta(days=after))
backlog_items = st.fixed_dictionaries(
    {
        "batch": st.sampled_from(["first", "second"]),
        "place_code": st.sampled_from([None, "north", "south"]),
        "assigned_on": days,
        "reported_on": st.one_of(st.none(), days),
        "reviewed_on": st.one_of(st.none(), days),
        "review_result": st.sampled_from([None, "recognised", "returned", "under_review"]),
        "reflow_on": st.one_of(st.none(), days),
    }
)


@st.composite
def registers(draw: st.DrawFn) -> Register:
    rows = draw(st.lists(cases(), min_size=1, max_size=25))
    rows = [row | {"case_no": number} for number, row in enumerate(rows, start=1)]
    asked = draw(st.lists(st.sampled_from(rows).map(lambda row: row["case_no"]), unique=True, max_size=12))
    return {
        "cases": rows,
        "evaluations": [draw(evaluations(case_no)) for case_no in asked],
        "backlog": draw(st.lists(backlog_items, max_size=8)),
    }


as_ofs = st.integers(0, 160).map(lambda after: START + timedelta(days=after))


@st.composite
def selections(draw: st.DrawFn) -> Filters:
    start = draw(st.one_of(st.none(), days))
    length = draw(st.integers(0, 90))
    places = draw(st.sets(st.sampled_from(["", "north", "south"]), max_size=2))
    return Filters(
        start=start,
        end=draw(st.sampled_from([None, start + timedelta(days=length)])) if start else None,
        where=(("place", tuple(places)),) if places else (),
        as_of=draw(as_ofs),
        rules=draw(st.sampled_from(["regulation2022", "regulation2005"])),
        convention=draw(st.sampled_from(["observed", "silence_is_satisfied"])),
        evaluation_target=draw(st.sampled_from(["bureau", "office"])),
    )


@contextmanager
def snapshot_of(register: Register) -> Iterator[Snapshot]:
    with tempfile.TemporaryDirectory() as folder:
        yield build_from_frames(
            Path(folder) / "snapshot",
            pl.DataFrame(register["cases"], schema=CASES),
            pl.DataFrame(register["evaluations"], schema=EVALUATIONS),
            pl.DataFrame(register["backlog"], schema=BACKLOG),
            pl.DataFrame([{"office_id": place, "name": place, "kind": "township", "is_listed": True} for place in PLACES]),
        )


# ---------------------------------------------------------------- the oracle

Verdict = tuple[date | None, bool, bool, bool]
"""The day that places a row in a period; in the numerator, in the denominator, excluded."""


def day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def bad(row: Row, *columns: str) -> bool:
    return any(row["unusable"] & UNUSABLE[column] for column in columns)


def by(moment: datetime | None, latest: date) -> bool:
    return moment is not None and moment.date() <= latest


def is_closed(row: Row, as_of: date) -> bool:
    return by(row["closed_at"], as_of) if row["closed_at"] else bool(row["closed_stated"])


def due(row: Row, rules: RuleSet) -> date | None:
    if row["due_at"]:
        return row["due_at"].date()
    if row["accepted_at"] and row["procedure"] in rules.timed_procedures:
        return row["accepted_at"].date() + timedelta(days=rules.handling_days + (row["extended_days"] or 0))
    return None


def bad_due(row: Row) -> bool:
    return bad(row, "due_at") or (row["due_at"] is None and bad(row, "accepted_at"))


def is_first(row: Row) -> bool:
    for flag, wanted in (("is_first_national", True), ("is_first_local", True), ("is_repeat", False)):
        if row[flag] is not None:
            return row[flag] is wanted
    return False


def is_repeat(row: Row) -> bool | None:
    for flag, wanted in (("is_repeat", True), ("is_first_national", False), ("is_first_local", False)):
        if row[flag] is not None:
            return row[flag] is wanted
    return None


def case_verdict(name: str, row: Row, rows: list[Row], as_of: date, rules: RuleSet) -> Verdict:
    registered = row["registered_at"].date()
    exists = registered <= as_of
    limit = due(row, rules)
    if name == "registered_count":
        return registered, exists, exists, False
    if name == "people_count":
        unusable = bad(row, "petitioner_count")
        inside = exists and row["petitioner_count"] is not None
        return registered, inside and not unusable, inside, inside and unusable
    if name in ("open_count", "overdue_count"):
        inside = exists and not is_closed(row, as_of)
        unusable = bad(row, "closed_at")
        if name == "overdue_count":
            inside = inside and limit is not None and limit <= as_of
            unusable = unusable or bad_due(row)
        return registered, inside and not unusable, inside, inside and unusable
    if name == "timely_acceptance_rate":
        deadline = registered + timedelta(days=rules.register_days)
        inside, unusable = deadline <= as_of, bad(row, "accepted_at")
        return deadline, *split(inside, by(row["accepted_at"], deadline), unusable)
    if name == "office_acceptance_rate":
        sent = by(row["forwarded_at"], as_of) or by(row["received_by_office_at"], as_of)
        if by(row["received_by_office_at"], as_of):
            deadline = row["received_by_office_at"].date() + timedelta(days=rules.office_acceptance_days)
        else:
            deadline = registered + timedelta(days=rules.unknown_receipt_days)
        unusable = bad(row, "accepted_at", "forwarded_at", "received_by_office_at")
        return deadline, *split(exists and sent and deadline <= as_of, by(row["accepted_at"], deadline), unusable)
    if name == "same_day_forwarding_rate":
        same = day(row["forwarded_at"]) == registered
        return registered, *split(exists and is_first(row), same, bad(row, "first", "forwarded_at"))
    if name == "on_time_reply_rate":
        if limit is None:
            inside = exists and row["on_time_stated"] is not None
            return registered, *split(inside, bool(row["on_time_stated"]), False)
        unknown = row["closed_at"] is None and bool(row["closed_stated"])
        unusable = bad_due(row) or bad(row, "closed_at") or unknown
        return limit, *split(exists and limit <= as_of, by(row["closed_at"], limit), unusable)
    if name == "closure_rate":
        inside = exists and limit is not None and limit <= as_of
        return limit, *split(inside, is_closed(row, as_of), bad(row, "closed_at") or bad_due(row))
    if name == "closed_share":
        return registered, *split(exists, is_closed(row, as_of), bad(row, "closed_at"))
    if name.startswith("days_to_close"):
        inside = exists and by(row["closed_at"], as_of)
        return registered, *split(inside, True, bad(row, "closed_at"))
    if name == "repeat_share":
        return registered, *split(exists, bool(is_repeat(row)), bad(row, "first") or is_repeat(row) is None)
    assert name == "resolved_once_rate"
    if row["closed_at"] is None:
        return None, False, False, False
    end = row["closed_at"].date() + timedelta(days=rules.follow_up_days)
    later = [
        other["registered_at"]
        for other in rows
        if row["matter_id"] and other["matter_id"] == row["matter_id"] and other["registered_at"] > row["closed_at"]
    ]
    returned = bool(later) and min(later).date() <= end
    inside = exists and is_first(row) and end <= as_of
    return day(row["closed_at"]), *split(inside, not returned, bad(row, "first", "closed_at"))


def split(inside: bool, counted: bool, unusable: bool) -> tuple[bool, bool, bool]:
    """Numerator, denominator, excluded of a row."""
    return inside and counted and not unusable, inside and not unusable, inside and unusable


def evaluation_verdict(name: str, row: Row, case: Row, filters: Filters, as_of: date) -> Verdict:
    window, given = day(row["window_ends_at"]), day(row["evaluated_at"])
    registered = case["registered_at"].date()
    place = window or given or registered
    if registered > as_of or row["target"] != filters.evaluation_target:
        return place, False, False, False
    evaluated = row["status"] == "evaluated" and given is not None and given <= as_of
    ended = window <= as_of if window else row["status"] == "expired"
    expired = ended and not evaluated
    if name == "participation_rate":
        return place, *split(evaluated or expired, evaluated, False)
    content = evaluated and row["score"] in ("satisfied", "basically_satisfied")
    unknown = evaluated and row["score"] is None
    if filters.convention == "silence_is_satisfied":
        return place, *split(evaluated or expired, content or expired, unknown)
    return place, *split(evaluated, content, unknown)


def backlog_verdict(name: str, row: Row, as_of: date) -> Verdict:
    place = row["assigned_on"]
    inside = place <= as_of
    reviewed = row["reviewed_on"] or row["reported_on"] or row["assigned_on"]
    recognised = row["review_result"] == "recognised" and reviewed <= as_of
    if name == "backlog_reported_rate":
        return place, *split(inside, row["reported_on"] is not None and row["reported_on"] <= as_of, False)
    if name == "backlog_recognised_rate":
        return place, *split(inside, recognised, row["review_result"] is None)
    reflow = row["reflow_on"] is not None and row["reflow_on"] <= as_of
    return place, *split(inside and recognised, reflow, False)


def oracle(name: str, register: Register, filters: Filters, group: str | None = None) -> dict[Any, list[float]]:
    """Group to [numerator, denominator, excluded], and the seconds behind a duration."""
    definition, rules = measures()[name], filters.rule_set
    as_of = filters.as_of
    assert as_of is not None
    numbers = {row["case_no"]: row for row in register["cases"]}
    found: dict[Any, list[Any]] = {}
    for row in register[definition.table]:
        case = numbers[row["case_no"]] if definition.table == "evaluations" else row
        if definition.table == "cases":
            verdict = case_verdict(name, row, register["cases"], as_of, rules)
        elif definition.table == "evaluations":
            verdict = evaluation_verdict(name, row, case, filters, as_of)
        else:
            verdict = backlog_verdict(name, row, as_of)
        place, numerator, denominator, excluded = verdict
        kept = filters.keys("place")
        if kept and (case["place_code"] or "") not in kept:
            continue
        if filters.start and (place is None or place < filters.start):
            continue
        if filters.end and (place is None or place > filters.end):
            continue
        if not (numerator or denominator or excluded):
            continue
        key = key_of(group, case, place)
        counts = found.setdefault(key, [0, 0, 0, []])
        weight = row["petitioner_count"] if name == "people_count" else 1
        counts[0] += weight * numerator
        counts[1] += denominator
        counts[2] += excluded
        if isinstance(definition, Duration) and denominator:
            counts[3].append(seconds(row))
    return found


def key_of(group: str | None, case: Row, place: date | None) -> Any:
    if group == "place":
        return case["place_code"] or ""
    if group == "channel":
        return case["channel"] or ""
    if group == "month":
        return place.replace(day=1) if place else None
    if group == "week":
        return place - timedelta(days=place.weekday()) if place else None
    return None


def seconds(row: Row) -> float:
    taken = (row["closed_at"] - row["registered_at"]).total_seconds()
    return max(taken, 0)


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = math.ceil(place)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


# ---------------------------------------------------------------- tests

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
GROUPS = (None, "place", "channel", "month", "week")


@pytest.fixture(params=["polars", "duckdb"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with closing(PolarsEngine() if request.param == "polars" else DuckDBEngine(threads=1)) as engine:
        yield engine


@given(register=registers(), filters=selections())
@QUICK
def test_every_measure_equals_a_count_by_hand(engine: Engine, register: Register, filters: Filters) -> None:
    with snapshot_of(register) as snapshot:
        plain = evaluate(snapshot, list(measures()), [], filters, engine)
        empty = plain.filter(pl.col("reason") == "column_empty")["measure"].to_list()
        for group in GROUPS:
            names = [name for name, each in measures().items() if group != "channel" or each.table != "backlog"]
            frame = plain if group is None else evaluate(snapshot, names, [group], filters, engine)
            for name in names:
                rows = frame.filter(pl.col("measure") == name).rows(named=True)
                found = {row[group] if group else None: row for row in rows}
                if name in empty:
                    assert not any(row["numerator"] or row["denominator"] or row["excluded"] for row in rows)
                else:
                    check(name, found, oracle(name, register, filters, group), group)


def check(name: str, found: dict[Any, Row], expected: dict[Any, list[Any]], group: str | None) -> None:
    definition = measures()[name]
    if group is None:
        expected = expected or {None: [0, 0, 0, []]}
    assert found.keys() == expected.keys(), (name, group)
    for key, (numerator, denominator, excluded, values) in expected.items():
        row = found[key]
        if isinstance(definition, Count):
            assert (row["numerator"], row["denominator"], row["excluded"]) == (numerator, None, excluded), (name, key)
            assert row["value"] == numerator
            continue
        assert (row["numerator"], row["denominator"], row["excluded"]) == (numerator, denominator, excluded), (name, key)
        if denominator == 0:
            assert row["value"] is None
            assert row["reason"] in ("no_cases", "not_stated")
        elif isinstance(definition, Duration):
            assert row["value"] == pytest.approx(quantile(values, definition.quantile) / 86400, abs=1e-12)
        else:
            assert row["value"] == numerator / denominator
            assert row["lower"] <= row["value"] <= row["upper"]


def totals(snapshot: Snapshot, filters: Filters, group: tuple[str, ...] = ()) -> pl.DataFrame:
    names = [name for name, each in measures().items() if each.table == "cases" or "channel" not in group]
    frame = evaluate(snapshot, names, group, filters)
    counts = pl.col("numerator", "denominator", "excluded").fill_null(0).sum()
    return frame.group_by("measure").agg(counts).filter(pl.sum_horizontal("numerator", "denominator", "excluded") > 0)


@given(register=registers(), filters=selections(), group=st.sampled_from([("place",), ("place", "month"), ("quarter",)]))
@QUICK
def test_groups_add_up_to_the_total(register: Register, filters: Filters, group: tuple[str, ...]) -> None:
    with snapshot_of(register) as snapshot:
        whole, parts = totals(snapshot, filters), totals(snapshot, filters, group)
        assert whole.sort("measure").equals(parts.sort("measure"))


@given(register=registers(), filters=selections())
@QUICK
def test_a_numerator_never_exceeds_its_denominator(register: Register, filters: Filters) -> None:
    with snapshot_of(register) as snapshot:
        frame = evaluate(snapshot, list(measures()), [], filters).drop_nulls("denominator")
        assert (frame["numerator"] <= frame["denominator"]).all()
        assert (frame["numerator"] >= 0).all()


@given(register=registers(), filters=selections(), later=st.integers(0, 60))
@QUICK
def test_what_has_happened_stays_so_as_time_goes_on(register: Register, filters: Filters, later: int) -> None:
    growing = ["registered_count", "people_count", "closed_share", "days_to_close", "timely_acceptance_rate",
               "repeat_share", "backlog_reported_rate"]  # fmt: skip
    assert filters.as_of is not None
    then = replace(filters, as_of=filters.as_of + timedelta(days=later))
    with snapshot_of(register) as snapshot:
        before, after = (evaluate(snapshot, growing, [], chosen) for chosen in (filters, then))
        assert (before["numerator"] <= after["numerator"]).all()


@given(register=registers(), filters=selections(), place=st.sampled_from(["", "north", "south"]))
@QUICK
def test_a_filter_gives_the_same_as_the_group_of_that_key(register: Register, filters: Filters, place: str) -> None:
    free = replace(filters, where=())
    names = list(measures())
    with snapshot_of(register) as snapshot:
        if place not in snapshot.labels("place", "zh"):
            return
        grouped = evaluate(snapshot, names, ["place"], free).filter(pl.col("place") == place).drop("place")
        filtered = evaluate(snapshot, names, [], free.only("place", place))
        filtered = filtered.filter(pl.sum_horizontal("numerator", "denominator", "excluded") > 0)
        assert_frame_equal(grouped, filtered)  # intervals may differ in the last bit


@given(register=registers(), filters=selections())
@QUICK
def test_a_spoilt_row_moves_from_the_denominator_to_excluded(register: Register, filters: Filters) -> None:
    clean = {**register, "cases": [row | {"unusable": 0} for row in register["cases"]]}
    ratios = [name for name, each in measures().items() if not isinstance(each, Count)]
    with snapshot_of(register) as snapshot, snapshot_of(clean) as spotless:
        some, none = evaluate(snapshot, ratios, [], filters), evaluate(spotless, ratios, [], filters)
        assert (some["denominator"] + some["excluded"]).equals(none["denominator"] + none["excluded"])
        assert (some["numerator"] <= none["numerator"]).all()
