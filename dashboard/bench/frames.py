"""The questions of the pages in pandas, one by one, as an analyst writes them over small integers.

A day not given is NEVER, later than every as-of day, so that comparisons need no separate test for it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from dashboard.bench.calls import Answer, Call, day_of
from queries.checks import UNUSABLE
from queries.coding import NO, YES, code, codes
from queries.counting.selection import evaluation_target
from queries.days import day_number
from queries.dimensions import GRAINS
from queries.measures import measure
from queries.snapshot import Snapshot

NEVER = 32767
Mask = Any  # arrays of booleans; pandas ships no types, so nothing made from it has any
Days = Any  # arrays of day numbers


def tables(snapshot: Snapshot) -> dict[str, pd.DataFrame]:
    """The rows of a snapshot as pandas frames of small integers without nulls."""
    found = {}
    for name in ("cases", "evaluations"):
        if not snapshot.partitions(name):
            continue
        frame = pl.concat([part.frame for part in snapshot.partitions(name)])
        fill = [
            pl.col(column).fill_null(
                NEVER if column.endswith("_day") else -1 if column in ("close_seconds", "matter") else 0
            )
            for column in frame.columns
        ]
        found[name] = pd.DataFrame({series.name: series.to_numpy() for series in frame.select(fill)}, copy=False)
    return found


@dataclass(frozen=True)
class Rows:
    """Of each row: its day, whether it is meant, whether it cannot be used, whether it is a hit."""

    day: Days
    rows: Mask
    bad: Mask
    hits: Mask


class Cases:
    """The terms of the definitions over a selection of cases or evaluations."""

    def __init__(self, frame: pd.DataFrame, call: Call, as_of: int):
        self.frame, self.call, self.as_of, self.rules = frame, call, as_of, call.filters.rule_set

    def __getitem__(self, column: str) -> Any:
        return self.frame[column].to_numpy()

    def day(self, column: str) -> Days:
        """A day column, wide enough to add to."""
        return self[column].astype(np.int32)

    def spoilt(self, *columns: str) -> Mask:
        """Rows a check made unusable in one of these columns."""
        return (self["unusable"] & sum(UNUSABLE[column] for column in columns)) != 0

    def here(self) -> Mask:
        """Registered by the as-of day."""
        return self["registered_day"] <= self.as_of

    def closed(self) -> Mask:
        """Closed by the as-of day, or said to be without a date."""
        return (self["closed_day"] <= self.as_of) | ((self["closed_day"] == NEVER) & (self["closed_stated"] == YES))

    def due(self) -> Days:
        """The deadline given, else the one computed."""
        timed = np.isin(self["procedure"], codes("procedure", *self.rules.timed_procedures))
        accepted = self.day("accepted_day")
        computed = np.where(
            timed & (accepted != NEVER), accepted + self.rules.handling_days + self.day("extended_days"), NEVER
        )
        return np.where(self["due_day"] != NEVER, self.day("due_day"), computed)

    def due_spoilt(self) -> Mask:
        """Rows whose deadline cannot be used."""
        return self.spoilt("due_at") | (self.spoilt("accepted_at") & (self["due_day"] == NEVER))

    def first(self) -> Mask:
        """First petitions."""
        national, local, repeat = self["is_first_national"], self["is_first_local"], self["is_repeat"]
        return (national == YES) | ((national == 0) & ((local == YES) | ((local == 0) & (repeat == NO))))

    def repeat(self) -> Mask:
        """Repeat petitions."""
        national, local, repeat = self["is_first_national"], self["is_first_local"], self["is_repeat"]
        return (repeat == YES) | ((repeat == 0) & ((national == NO) | ((national == 0) & (local == NO))))

    def answered(self) -> Mask:
        """Evaluated by the as-of day."""
        given = np.where(self["evaluated_day"] != NEVER, self["evaluated_day"], self["registered_day"])
        return (self["status"] == code("evaluation_status", "evaluated")) & (given <= self.as_of)

    def silent(self) -> Mask:
        """The window ended in silence."""
        stated = (self["window_day"] == NEVER) & (self["status"] == code("evaluation_status", "expired"))
        return ((self["window_day"] <= self.as_of) | stated) & ~self.answered()

    def window(self) -> Days:
        """End of the evaluation window."""
        window, given = self["window_day"], self["evaluated_day"]
        return np.where(window != NEVER, window, np.where(given != NEVER, given, self["registered_day"]))


def _rows_of(name: str, c: Cases) -> Rows:
    """The rows of a measure."""
    no, yes = np.zeros(len(c.frame), dtype=bool), np.ones(len(c.frame), dtype=bool)
    as_of, rules = c.as_of, c.rules
    registered = c.day("registered_day")
    match name:
        case "registered_count":
            return Rows(registered, c.here(), no, yes)
        case "open_count":
            return Rows(registered, c.here() & ~c.closed(), c.spoilt("closed_at"), yes)
        case "overdue_count":
            rows = c.here() & (c.due() <= as_of) & ~c.closed()
            return Rows(registered, rows, c.spoilt("closed_at") | c.due_spoilt(), yes)
        case "closed_share":
            return Rows(registered, c.here(), c.spoilt("closed_at"), c.closed())
        case "closure_rate":
            due = c.due()
            return Rows(due, c.here() & (due <= as_of), c.spoilt("closed_at") | c.due_spoilt(), c.closed())
        case "on_time_reply_rate":
            due = c.due()
            stated = (due == NEVER) & (c["on_time_stated"] > 0)
            undated = (c["closed_day"] == NEVER) & (c["closed_stated"] == YES)
            bad = (c.due_spoilt() | c.spoilt("closed_at") | undated) & (due != NEVER)
            hits = ((c["closed_day"] <= due) & (due != NEVER)) | (stated & (c["on_time_stated"] == YES))
            return Rows(np.where(stated, registered, due), c.here() & ((due <= as_of) | stated), bad, hits)
        case "repeat_share":
            unknown = (c["is_repeat"] + c["is_first_national"] + c["is_first_local"]) == 0
            return Rows(registered, c.here(), c.spoilt("first") | unknown, c.repeat())
        case "resolved_once_rate":
            closed = c.day("closed_day")
            rows = c.here() & c.first() & (closed != NEVER) & (closed + rules.follow_up_days <= as_of)
            hits = ~(c["returned_day"] <= closed + rules.follow_up_days)
            return Rows(closed, rows, c.spoilt("first", "closed_at"), hits)
        case "same_day_forwarding_rate":
            hits = c["forwarded_day"] == c["registered_day"]
            return Rows(registered, c.here() & c.first(), c.spoilt("first", "forwarded_at"), hits)
        case "unforwarded_count":
            rows = c.here() & ~c.closed() & c.first() & ~(c["forwarded_day"] <= as_of)
            return Rows(registered, rows, c.spoilt("first", "forwarded_at", "closed_at"), yes)
        case "forwarding_rate_off_days" | "forwarding_rate_after_hours":
            closing = rules.closing_time.hour * 60 + rules.closing_time.minute
            late = (c["registered_minute"] > closing) & (name == "forwarding_rate_after_hours")
            postponed: Mask = (c["is_off_day"] == YES) | late
            last: Days = np.where(postponed, c.day("next_working_day"), registered)
            hits = c["forwarded_day"] <= last
            return Rows(registered, c.here() & c.first() & (last <= as_of), c.spoilt("first", "forwarded_at"), hits)
        case "timely_acceptance_rate":
            limit = registered + rules.register_days
            return Rows(limit, limit <= as_of, c.spoilt("accepted_at"), c["accepted_day"] <= limit)
        case "office_acceptance_rate":
            received = c.day("received_day")
            own, other = rules.office_acceptance_days, rules.unknown_receipt_days
            limit = np.where(received <= as_of, received + own, registered + other)
            sent = (c["forwarded_day"] <= as_of) | (received <= as_of)
            bad = c.spoilt("accepted_at", "forwarded_at", "received_by_office_at")
            return Rows(limit, c.here() & sent & (limit <= as_of), bad, c["accepted_day"] <= limit)
        case "days_to_close" | "days_to_close_p25" | "days_to_close_p75":
            rows = c.here() & (c["closed_day"] <= as_of) & (c["close_seconds"] >= 0)
            return Rows(registered, rows, c.spoilt("closed_at"), yes)
        case "higher_level_share":
            above = np.isin(c["register_level"], codes("register_level", "national", "province", "prefecture"))
            return Rows(registered, c.here(), c["register_level"] == 0, above)
        case "withdrawn_share":
            rows = c.here() & (c["closed_day"] <= as_of)
            withdrawn = c["outcome"] == code("outcome", "withdrawn")
            return Rows(c.day("closed_day"), rows, c.spoilt("closed_at") | (c["outcome"] == 0), withdrawn)
        case "participation_rate":
            return Rows(c.window(), c.here() & (c.answered() | c.silent()), no, c.answered())
        case "satisfaction_rate":
            answered, silent = c.answered(), c.silent()
            content = answered & np.isin(c["score"], codes("score", "satisfied", "basically_satisfied"))
            if c.call.filters.convention == "silence_is_satisfied":
                return Rows(c.window(), c.here() & (answered | silent), answered & (c["score"] == 0), content | silent)
            return Rows(c.window(), c.here() & answered, answered & (c["score"] == 0), content)
    raise NotImplementedError(name)


_QUANTILES = {"days_to_close": 0.5, "days_to_close_p25": 0.25, "days_to_close_p75": 0.75}


def answer(known: dict[str, pd.DataFrame], snapshot: Snapshot, call: Call) -> Answer:
    """The rows of a call, as `dashboard.bench.sql.answer` gives them."""
    as_of = day_number(day_of(call, snapshot))
    if call.function != "evaluate":
        return {"": _OTHER[call.function](known, snapshot, call, as_of)}
    selected = {name: _selected(known, name, snapshot, call) for name in {measure(name).table for name in call.names}}
    without = dict(snapshot.unsupported_codes)
    return {
        name: _measure(name, Cases(selected[measure(name).table], call, as_of), without.get(name, ()))
        for name in call.names
    }


def _selected(known: dict[str, pd.DataFrame], table: str, snapshot: Snapshot, call: Call) -> pd.DataFrame:
    frame = known[table]
    wanted = [(name, snapshot.codes(name, keys)) for name, keys in call.filters.where]
    if table == "evaluations":
        wanted.append(("target", [code("evaluation_target", evaluation_target(snapshot, call.filters))]))
    for name, keys in wanted:
        frame = frame[frame[name].isin(keys)]
    unstated = snapshot.unstated(day_number(day_of(call, snapshot))) if table == "cases" else ()
    if unstated:  # said to be closed, without a day, and said later: nobody knows
        unknown = (frame["closed_day"] == NEVER) & (frame["closed_stated"] == YES) & frame["source"].isin(unstated)
        frame = frame.assign(
            closed_stated=frame["closed_stated"].mask(unknown, 0),
            unusable=frame["unusable"].mask(unknown, frame["unusable"] | UNUSABLE["closed_at"]),
        )
    return frame


def _inside(day: Days, call: Call) -> Mask:
    start, end = call.filters.start, call.filters.end
    inside = np.ones(len(day), dtype=bool)
    if start:
        inside &= day >= day_number(start)
    if end:
        inside &= day <= day_number(end)
    return inside


def _measure(name: str, c: Cases, without: Sequence[int]) -> list[tuple[Any, ...]]:
    found = _rows_of(name, c)
    if without:
        found = replace(found, bad=found.bad | np.isin(c["source"], without))
    kept = found.rows & _inside(found.day, c.call)
    if any(group in GRAINS for group in c.call.by):
        kept &= found.day != NEVER
    sub = c.frame[kept]
    bad, hits = found.bad[kept], found.hits[kept]
    numbers = pd.DataFrame({"n": hits & ~bad, "d": ~bad, "e": bad}, index=sub.index)
    if not c.call.by:
        quantile = _quantile(name, sub["close_seconds"][~bad]) if name in _QUANTILES else None
        return [(int(numbers["n"].sum()), int(numbers["d"].sum()), int(numbers["e"].sum()), quantile)]
    keys = [
        pd.Series(_period(found.day[kept], group), index=sub.index, name=group) if group in GRAINS else sub[group]
        for group in c.call.by
    ]
    sums = numbers.groupby(keys, observed=True, sort=False).sum()
    groups = [key if isinstance(key, tuple) else (key,) for key in sums.index]
    values: list[Any] = [None] * len(sums)
    if name in _QUANTILES:
        by = [key[~bad] for key in keys]
        values = (
            (sub["close_seconds"][~bad].groupby(by).quantile(_QUANTILES[name]) / 86400).reindex(sums.index).to_list()
        )
    return [
        (*map(_plain, group), int(n), int(d), int(e), value)
        for group, n, d, e, value in zip(groups, sums["n"], sums["d"], sums["e"], values, strict=True)
        if n or d or e
    ]


def _quantile(name: str, seconds: "pd.Series[Any]") -> float | None:
    return float(seconds.quantile(_QUANTILES[name])) / 86400 if len(seconds) else None


def _period(day: Days, grain: str) -> Any:
    unit = {"month": "M", "year": "Y", "day": "D"}[grain]
    return day.astype("datetime64[D]").astype(f"datetime64[{unit}]").astype("datetime64[D]").astype("datetime64[s]")


def _plain(key: Any) -> Any:
    return key.date() if isinstance(key, pd.Timestamp) else int(key)


def _counted(frame: pd.DataFrame, call: Call, more: dict[str, Any], counts: Sequence[Mask]) -> list[tuple[Any, ...]]:
    numbers = pd.DataFrame({str(at): mask for at, mask in enumerate(counts)}, index=frame.index)
    keys = [frame[name] for name in call.by] + [pd.Series(v, index=frame.index, name=n) for n, v in more.items()]
    if not keys:
        return [tuple(int(value) for value in numbers.sum())]
    sums = numbers.groupby(keys, sort=False).sum()
    rows = [
        (*map(_plain, key if isinstance(key, tuple) else (key,)), *map(int, row))
        for key, row in zip(sums.index, sums.to_numpy(), strict=True)
    ]
    return [row for row in rows if any(row[len(keys) :])]


def _open(known: dict[str, pd.DataFrame], snapshot: Snapshot, call: Call, as_of: int) -> Cases:
    c = Cases(_selected(known, "cases", snapshot, call), call, as_of)
    rows = c.here() & ~c.closed() & ~c.spoilt("closed_at") & _inside(c["registered_day"], call)
    return Cases(c.frame[rows], call, as_of)


def _supporting(c: Cases, snapshot: Snapshot, name: str) -> np.ndarray:
    without = dict(snapshot.unsupported_codes).get(name, ())
    return ~np.isin(c["source"], without) if without else np.ones(len(c.frame), dtype=bool)


def _open_ages(known: dict[str, pd.DataFrame], snapshot: Snapshot, call: Call, as_of: int) -> list[tuple[Any, ...]]:
    c = _open(known, snapshot, call, as_of)
    band = np.searchsorted([15, 30, 60, 90, 180], as_of - c.day("registered_day"))
    late = ~c.due_spoilt() & (c.due() <= as_of)
    return _counted(
        c.frame,
        call,
        {"band": band},
        [_supporting(c, snapshot, "open_count"), late & _supporting(c, snapshot, "overdue_count")],
    )


def _open_by_due_date(
    known: dict[str, pd.DataFrame], snapshot: Snapshot, call: Call, as_of: int
) -> list[tuple[Any, ...]]:
    c = _open(known, snapshot, call, as_of)
    due = c.due()
    band = np.where(due == NEVER, 5, np.searchsorted([0, 7, 14, 30], due - as_of))
    return _counted(c.frame, call, {"band": band}, [~c.due_spoilt() & _supporting(c, snapshot, "overdue_count")])


def _closing_days(known: dict[str, pd.DataFrame], snapshot: Snapshot, call: Call, as_of: int) -> list[tuple[Any, ...]]:
    c = Cases(_selected(known, "cases", snapshot, call), call, as_of)
    kept = c.here() & (c["closed_day"] <= as_of) & ~c.spoilt("closed_at") & _inside(c["registered_day"], call)
    sub = Cases(c.frame[kept], call, as_of)
    days = np.clip(sub.day("closed_day") - sub.day("registered_day"), 0, 366)
    return _counted(sub.frame, call, {"days": days}, [_supporting(sub, snapshot, "days_to_close")])


def _matter_sizes(known: dict[str, pd.DataFrame], snapshot: Snapshot, call: Call, as_of: int) -> list[tuple[Any, ...]]:
    c = Cases(_selected(known, "cases", snapshot, call), call, as_of)
    matter = c.frame["matter"][c.here() & _inside(c["registered_day"], call)]
    sizes = matter[matter >= 0].value_counts().value_counts()
    alone = int((matter < 0).sum())
    sizes[1] = sizes.get(1, 0) + alone
    return [(int(size), int(count), int(size) * int(count)) for size, count in sizes.items() if count]


def _satisfaction(known: dict[str, pd.DataFrame], snapshot: Snapshot, call: Call, as_of: int) -> list[tuple[Any, ...]]:
    c = Cases(_selected(known, "evaluations", snapshot, call), call, as_of)
    c = Cases(c.frame[c.here() & _inside(c.window(), call)], call, as_of)
    answered, silent = c.answered(), c.silent()
    scores = [
        answered & (c["score"] == code("score", key)) for key in ("satisfied", "basically_satisfied", "dissatisfied")
    ]
    return _counted(c.frame, call, {}, [*scores, answered, silent, ~answered & ~silent])


_OTHER: dict[str, Callable[[dict[str, pd.DataFrame], Snapshot, Call, int], list[tuple[Any, ...]]]] = {
    "open_ages": _open_ages,
    "open_by_due_date": _open_by_due_date,
    "closing_days": _closing_days,
    "matter_sizes": _matter_sizes,
    "satisfaction_components": _satisfaction,
}
