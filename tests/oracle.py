"""Every measure counted in plain Python, row by row.

Reads DOMAIN.md §3 with dates and ifs and shares no code with the definitions.
"""

import math
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import chinese_calendar

from queries.checks import UNUSABLE
from queries.filters import Filters
from queries.measures import Duration, measures
from queries.rules import RuleSet
from tests.invented import Register, Row

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


def as_known(row: Row, as_of: date, newest: date) -> Row:
    """A row as it can be judged on a day before the newest: "closed" without a day was said later."""
    if as_of >= newest or row["closed_at"] or not row["closed_stated"]:
        return row
    return row | {"closed_stated": False, "unusable": row["unusable"] | UNUSABLE["closed_at"]}


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


def works(on: date) -> bool:
    return bool(chinese_calendar.is_workday(on))


def next_working_day(on: date) -> date:
    return next(on + timedelta(days=days) for days in range(1, 30) if works(on + timedelta(days=days)))


def is_after_hours(moment: datetime, rules: RuleSet) -> bool:
    return (moment.hour, moment.minute) > (rules.closing_time.hour, rules.closing_time.minute)


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
    if name == "unforwarded_count":
        inside = exists and not is_closed(row, as_of) and is_first(row) and not by(row["forwarded_at"], as_of)
        unusable = bad(row, "first", "forwarded_at", "closed_at")
        return registered, inside and not unusable, inside, inside and unusable
    if name in ("forwarding_rate_off_days", "forwarding_rate_after_hours"):
        late = name == "forwarding_rate_after_hours" and is_after_hours(row["registered_at"], rules)
        last = next_working_day(registered) if late or not works(registered) else registered
        inside = exists and is_first(row) and last <= as_of
        return registered, *split(inside, by(row["forwarded_at"], last), bad(row, "first", "forwarded_at"))
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
    if name == "days_to_close":
        inside = exists and by(row["closed_at"], as_of)
        return registered, *split(inside, True, bad(row, "closed_at"))
    if name == "higher_level_share":
        level = row["register_level"]
        return registered, *split(exists, level in ("national", "province", "prefecture"), level is None)
    if name == "withdrawn_share":
        outcome = row["outcome"]
        unusable = bad(row, "closed_at") or outcome is None
        return day(row["closed_at"]), *split(exists and by(row["closed_at"], as_of), outcome == "withdrawn", unusable)
    if name == "repeat_share":
        return registered, *split(exists, bool(is_repeat(row)), bad(row, "first") or is_repeat(row) is None)
    assert name == "resolved_once_rate"
    if row["closed_at"] is None:
        return None, False, False, False
    end = row["closed_at"].date() + timedelta(days=rules.follow_up_days)
    later = [
        other["registered_at"]
        for other in rows
        if row["matter_id"]
        and other["matter_id"] == row["matter_id"]
        and other["registered_at"].date() > row["closed_at"].date()
    ]
    returned = bool(later) and min(later).date() <= end
    inside = exists and is_first(row) and end <= as_of
    return day(row["closed_at"]), *split(inside, not returned, bad(row, "first", "closed_at"))


Wait = tuple[Verdict, int]
"""A verdict, and whole days waited."""

STARTS = {
    "days_until_closed": "registered_at", "days_to_forward": "registered_at", "days_to_accept": "registered_at",
    "days_to_reply": "registered_at", "days_in_handling": "accepted_at",
    "office_days_to_accept": "received_by_office_at",
}  # fmt: skip
ENDS = {
    "days_until_closed": "closed_at", "days_to_forward": "forwarded_at", "days_to_accept": "accepted_at",
    "days_to_reply": "replied_at", "days_in_handling": "closed_at", "office_days_to_accept": "accepted_at",
    "days_late": "closed_at",
}  # fmt: skip


def case_wait(name: str, row: Row, as_of: date, rules: RuleSet) -> Wait:
    """The days of an item that may still wait."""
    registered, limit = row["registered_at"].date(), due(row, rules)
    if name == "days_to_register":
        start, end = day(row["petitioned_on"]), registered
        inside = registered <= as_of and start is not None and start <= registered
        return (registered, *split(inside, True, False)), (end - start).days if inside and start else 0
    if name in ("days_open", "days_overdue"):
        start = registered if name == "days_open" else limit
        inside = registered <= as_of and not is_closed(row, as_of) and start is not None and start <= as_of
        unusable = bad(row, "closed_at") or (name == "days_overdue" and bad_due(row))
        return (registered, *split(inside, True, unusable)), (as_of - start).days if inside and start else 0
    start = limit if name == "days_late" else day(row[STARTS[name]])
    place = registered if STARTS.get(name) == "registered_at" else start
    end, closed = day(row[ENDS[name]]), day(row["closed_at"])
    ended = end is not None and end <= as_of
    last = end if ended and end else closed if closed and closed <= as_of else as_of
    inside = registered <= as_of and start is not None and start <= as_of and last >= start
    if name == "days_late" and closed and limit and closed <= limit:
        inside = False
    if name == "days_to_forward" and row.get("handling_mode") == "self":
        inside = False
    if not ended and closed is None and row["closed_stated"]:
        inside = False
    columns = {ENDS[name], "closed_at", *([STARTS[name]] if name in STARTS else [])} - {"registered_at"}
    unusable = bad(row, *columns) or (name == "days_late" and bad_due(row))
    return (place, *split(inside, ended, unusable)), (last - start).days if inside and start else 0


def evaluation_wait(row: Row, case: Row, filters: Filters, as_of: date) -> Wait:
    place, numerator, _, _ = evaluation_verdict("participation_rate", row, case, filters, as_of)
    closed = None if bad(case, "closed_at") else day(case["closed_at"])
    # an evaluation without a day was given by the end of its window at the latest
    given = day(row["evaluated_at"])
    inside = numerator and closed is not None and given is not None and given >= closed
    return (place, *split(inside, True, False)), (given - closed).days if inside and closed and given else 0


def backlog_wait(name: str, row: Row, as_of: date) -> Wait:
    assigned, reported = row["assigned_on"], row["reported_on"]
    end = reported if name == "backlog_days_to_report" else row["reviewed_on"] or reported or assigned
    ended = end is not None and end <= as_of
    inside = assigned <= as_of
    if name == "backlog_days_to_recognise":
        ended = ended and row["review_result"] == "recognised"
        inside = inside and not (row["review_result"] is None and reported is not None and reported <= as_of)
    last = end if ended else as_of
    inside = inside and last >= assigned
    return (assigned, *split(inside, ended, False)), (last - assigned).days


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
    reported = row["reported_on"] is not None and row["reported_on"] <= as_of
    if name == "backlog_reported_rate":
        return place, *split(inside, reported, False)
    if name == "backlog_recognised_rate":
        return place, *split(inside, recognised, reported and row["review_result"] is None)
    reflow = row["reflow_on"] is not None and row["reflow_on"] <= as_of
    return place, *split(inside and recognised, reflow, False)


def oracle(
    name: str, register: Register, filters: Filters, group: str | None = None, newest: date = date.min
) -> dict[Any, list[float]]:
    """Group to [numerator, denominator, excluded], and of a duration its seconds, each with whether the wait ended."""
    definition, rules = measures()[name], filters.rule_set
    as_of = filters.as_of
    assert as_of is not None
    numbers = {row["case_no"]: row for row in register["cases"]}
    found: dict[Any, list[Any]] = {}
    for given in register[definition.table]:
        row = given
        if definition.table == "cases" and any(need.name == "closed" for need in definition.uses):
            row = as_known(row, as_of, newest)
        case = numbers[row["case_no"]] if definition.table == "evaluations" else row
        waited = 0
        if isinstance(definition, Duration) and name != "days_to_close":
            if definition.table == "cases":
                verdict, waited = case_wait(name, row, as_of, rules)
            elif definition.table == "evaluations":
                verdict, waited = evaluation_wait(row, case, filters, as_of)
            else:
                verdict, waited = backlog_wait(name, row, as_of)
        elif definition.table == "cases":
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
            counts[3].append((seconds(row) if name == "days_to_close" else waited * 86400, numerator))
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


def quantile_of_waits(waits: list[tuple[float, bool]], share: float) -> float | None:
    """The quantile of the Kaplan–Meier curve in exact fractions; None where the curve does not come so far."""
    remaining, goal = Fraction(1), 1 - Fraction(share)
    rest: float | None = None
    for moment in sorted({time for time, ended in waits if ended}):
        at_risk = sum(time >= moment for time, _ in waits)
        remaining *= 1 - Fraction(sum(time == moment and ended for time, ended in waits), at_risk)
        if rest is not None and remaining < goal:
            return (rest + moment) / 2
        if remaining < goal:
            return moment
        if remaining == goal and rest is None:
            rest = moment
    return rest
