"""The questions of the pages in SQL written by hand, from DOMAIN.md §3 rather than from our own definitions.

Two ways to ask DuckDB: `planned`, as we plan it ourselves (one query a call and cohort, passed-over months left out,
shared terms computed once a row), and `plain`, one query a measure, as people write it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dashboard.bench.calls import Answer, Call, day_of
from queries.checks import UNUSABLE
from queries.coding import NO, YES, code, codes
from queries.counting.selection import evaluation_target
from queries.days import day_number, from_day_number
from queries.dimensions import GRAINS
from queries.measures import Basis, measure
from queries.snapshot import Snapshot

Query = Callable[[str], list[tuple[Any, ...]]]
EARLIEST, LATEST = -32768, 32767


@dataclass(frozen=True)
class Rule:
    """A measure in SQL: the day that places a row in a period, the rows meant, those that cannot be used, the hits.

    `number` is what is summed where it is not 1; `quantile` of close_seconds is wanted instead of a share.
    """

    day: str
    rows: str
    bad: str = "FALSE"
    hits: str = "TRUE"
    number: str | None = None
    quantile: float | None = None


def _bad(*columns: str) -> str:
    bits = 0
    for column in columns:
        bits |= UNUSABLE[column]
    return f"(unusable & {bits}) <> 0"


def rules_in_sql(snapshot: Snapshot, call: Call) -> dict[str, Rule]:
    """Every measure the pages use, as of the call's day and under its rule set."""
    rules = call.filters.rule_set
    as_of = day_number(day_of(call, snapshot))
    here = f"registered_day <= {as_of}"
    bad_due = f"({_bad('due_at')} OR ({_bad('accepted_at')} AND due_day IS NULL))"
    stated = "due IS NULL AND on_time_stated > 0"
    first = (
        f"(is_first_national = {YES} OR (is_first_national = 0 AND (is_first_local = {YES} "
        f"OR (is_first_local = 0 AND is_repeat = {NO}))))"
    )
    repeat = (
        f"(is_repeat = {YES} OR (is_repeat = 0 AND (is_first_national = {NO} "
        f"OR (is_first_national = 0 AND is_first_local = {NO}))))"
    )
    followed = rules.follow_up_days
    office_day = (
        f"(CASE WHEN received_day <= {as_of} THEN received_day + {rules.office_acceptance_days} "
        f"ELSE registered_day + {rules.unknown_receipt_days} END)"
    )
    heard = "answered OR silent" if call.filters.convention == "silence_is_satisfied" else "answered"
    content = f"(answered AND score IN ({', '.join(map(str, codes('score', 'satisfied', 'basically_satisfied')))}))"
    if call.filters.convention == "silence_is_satisfied":
        content = f"({content} OR silent)"
    measured = f"{here} AND closed_day <= {as_of} AND close_seconds IS NOT NULL"
    off, closing = f"is_off_day = {YES}", rules.closing_time.hour * 60 + rules.closing_time.minute
    postponed = {
        name: f"(CASE WHEN {when} THEN next_working_day ELSE registered_day END)"
        for name, when in (
            ("forwarding_rate_off_days", off),
            ("forwarding_rate_after_hours", f"{off} OR registered_minute > {closing}"),
        )
    }
    days = {"days_to_close": 0.5, "days_to_close_p25": 0.25, "days_to_close_p75": 0.75}
    known = {
        "registered_count": Rule("registered_day", here),
        "people_count": Rule("registered_day", here, _bad("petitioner_count"), number="petitioner_count"),
        "open_count": Rule("registered_day", f"{here} AND NOT closed", _bad("closed_at")),
        "overdue_count": Rule(
            "registered_day", f"{here} AND due <= {as_of} AND NOT closed", f"{_bad('closed_at')} OR {bad_due}"
        ),
        "closed_share": Rule("registered_day", here, _bad("closed_at"), "closed"),
        "closure_rate": Rule("due", f"{here} AND due <= {as_of}", f"{_bad('closed_at')} OR {bad_due}", "closed"),
        "on_time_reply_rate": Rule(
            "coalesce(due, CASE WHEN on_time_stated > 0 THEN registered_day END)",
            f"{here} AND (coalesce(due <= {as_of}, FALSE) OR ({stated}))",
            f"(({bad_due} OR {_bad('closed_at')}) AND due IS NOT NULL) "
            f"OR (closed_day IS NULL AND closed_stated = {YES} AND due IS NOT NULL)",
            f"coalesce(closed_day <= due, FALSE) OR ({stated} AND on_time_stated = {YES})",
        ),
        "repeat_share": Rule(
            "registered_day", here,
            f"{_bad('first')} OR (is_repeat = 0 AND is_first_national = 0 AND is_first_local = 0)", repeat,
        ),
        "higher_level_share": Rule(
            "registered_day", here, "register_level = 0",
            f"register_level IN ({', '.join(map(str, codes('register_level', 'national', 'province', 'prefecture')))})",
        ),
        "withdrawn_share": Rule(
            "closed_day", f"{here} AND coalesce(closed_day <= {as_of}, FALSE)", f"{_bad('closed_at')} OR outcome = 0",
            f"outcome = {code('outcome', 'withdrawn')}",
        ),
        "resolved_once_rate": Rule(
            "closed_day", f"{here} AND {first} AND closed_day + {followed} <= {as_of}", _bad("first", "closed_at"),
            f"NOT coalesce(returned_day <= closed_day + {followed}, FALSE)",
        ),
        "same_day_forwarding_rate": Rule(
            "registered_day", f"{here} AND {first}", _bad("first", "forwarded_at"), "forwarded_day = registered_day"
        ),
        "unforwarded_count": Rule(
            "registered_day", f"{here} AND NOT closed AND {first} AND NOT coalesce(forwarded_day <= {as_of}, FALSE)",
            _bad("first", "forwarded_at", "closed_at"),
        ),
        **{
            name: Rule(
                "registered_day", f"{here} AND {first} AND {last} <= {as_of}", _bad("first", "forwarded_at"),
                f"coalesce(forwarded_day <= {last}, FALSE)",
            )
            for name, last in postponed.items()
        },
        "timely_acceptance_rate": Rule(
            f"registered_day + {rules.register_days}", f"registered_day + {rules.register_days} <= {as_of}",
            _bad("accepted_at"), f"accepted_day <= registered_day + {rules.register_days}",
        ),
        "office_acceptance_rate": Rule(
            office_day,
            f"{here} AND (coalesce(forwarded_day <= {as_of}, FALSE) OR coalesce(received_day <= {as_of}, FALSE)) "
            f"AND {office_day} <= {as_of}",
            _bad("accepted_at", "forwarded_at", "received_by_office_at"), f"accepted_day <= {office_day}",
        ),
        **{name: Rule("registered_day", measured, _bad("closed_at"), quantile=at) for name, at in days.items()},
        "participation_rate": Rule(_WINDOW, f"{here} AND (answered OR silent)", hits="answered"),
        "satisfaction_rate": Rule(_WINDOW, f"{here} AND ({heard})", "answered AND score = 0", content),
    }  # fmt: skip

    return known | {
        name: replace(known[name], bad=f"({known[name].bad}) OR source IN ({', '.join(map(str, sources))})")
        for name, sources in snapshot.unsupported_codes
        if name in known
    }


_WINDOW = "coalesce(window_day, evaluated_day, registered_day)"


def _source(table: str, where: str, snapshot: Snapshot, call: Call) -> str:
    """The table with the terms that definitions share."""
    as_of = day_number(day_of(call, snapshot))
    if table == "evaluations":
        answered = (
            f"status = {code('evaluation_status', 'evaluated')} AND coalesce(evaluated_day, registered_day) <= {as_of}"
        )
        over = (
            f"coalesce(window_day <= {as_of}, FALSE) "
            f"OR (window_day IS NULL AND status = {code('evaluation_status', 'expired')})"
        )
        terms = f"({answered}) AS answered, ({over}) AND NOT ({answered}) AS silent"
    else:
        timed = ", ".join(map(str, codes("procedure", *call.filters.rule_set.timed_procedures)))
        terms = (
            f"coalesce(closed_day <= {as_of}, FALSE) OR (closed_day IS NULL AND closed_stated = {YES}) AS closed, "
            f"coalesce(due_day, CASE WHEN procedure IN ({timed}) "
            f"THEN accepted_day + {call.filters.rule_set.handling_days} + coalesce(extended_days, 0) END) AS due"
        )
    unstated = snapshot.unstated(as_of) if table == "cases" else ()
    if unstated:  # said to be closed, without a day, and said later: nobody knows
        listed = ", ".join(map(str, unstated))
        unknown = f"closed_day IS NULL AND closed_stated = {YES} AND source IN ({listed})"
        bits, stated = UNUSABLE["closed_at"], f"CASE WHEN {unknown} THEN 0 ELSE closed_stated END AS closed_stated"
        table = (
            f"(SELECT * REPLACE ({stated}, "
            f"CASE WHEN {unknown} THEN unusable | {bits} ELSE unusable END AS unusable) FROM {table})"
        )
    return f"(SELECT *, {terms} FROM {table} WHERE {where})"


def _where(table: str, snapshot: Snapshot, call: Call) -> str:
    parts = [f"{name} IN ({', '.join(map(str, snapshot.codes(name, keys)))})" for name, keys in call.filters.where]
    if table == "evaluations":
        parts.append(f"target = {code('evaluation_target', evaluation_target(snapshot, call.filters))}")
    return " AND ".join(parts) or "TRUE"


def _within(day: str, call: Call) -> str:
    start, end = call.filters.start, call.filters.end
    if start is None and end is None:
        return "TRUE"
    first, last = day_number(start) if start else EARLIEST, day_number(end) if end else LATEST
    return f"{day} BETWEEN {first} AND {last}"


def _months_kept(table: str, names: Sequence[str], snapshot: Snapshot, call: Call) -> str:
    """The registration days of the partitions our own plan reads, so that DuckDB too passes over the others."""
    if table != "cases":
        return "TRUE"
    basis = Basis(day_number(day_of(call, snapshot)), call.filters.rule_set)
    first = day_number(call.filters.start) if call.filters.start else EARLIEST
    last = day_number(call.filters.end) if call.filters.end else LATEST
    lows, highs = [LATEST], [EARLIEST]
    for part in snapshot.partitions("cases"):
        for cohort in {measure(name).cohort for name in names}:
            low, high = cohort.span(basis, part.zone)
            registered = part.zone("registered_day")
            if (low is None or low <= last) and (high is None or high >= first) and None not in registered:
                lows.append(registered[0] or 0)
                highs.append(registered[1] or 0)
    return f"registered_day BETWEEN {min(lows)} AND {max(highs)}"


def answer(query: Query, snapshot: Snapshot, call: Call, *, planned: bool) -> Answer:
    """The rows of a call, groups as codes and days as dates."""
    if call.function != "evaluate":
        return {"": _OTHER[call.function](query, snapshot, call)}
    rules = rules_in_sql(snapshot, call)
    grain = next((name for name in call.by if name in GRAINS), None)
    passes: dict[tuple[str, ...], list[str]] = {}
    for name in call.names:
        rule = rules[name]
        kind: tuple[str, ...] = (
            measure(name).table,
            rule.day if grain else "",
            "alone" if rule.number or rule.quantile else "",
        )
        passes.setdefault(kind if planned else (name,), []).append(name)
    found: Answer = {}
    for kind_of_pass, names in passes.items():
        table = measure(names[0]).table
        where = _where(table, snapshot, call)
        if planned:
            where = f"{where} AND {_months_kept(table, names, snapshot, call)}"
        days = {rules[name].day for name in names}
        own = _within(rules[names[0]].day, call) if len(days) == 1 else "TRUE"
        source = f"{_source(table, where, snapshot, call)} WHERE {own}"
        groups = [f"{rules[names[0]].day} AS period" if name == grain else name for name in call.by]
        make = _combined if planned and kind_of_pass[-1] != "alone" else _separate
        sql = make(source, groups, [rules[name] for name in names], call)
        if grain:
            sql = _by_period(sql, call, grain, len(names))
        found |= _rows(query(sql), names, call, grain)
    return found


def _rows(rows: Sequence[tuple[Any, ...]], names: Sequence[str], call: Call, grain: str | None) -> Answer:
    """From four columns a measure to the rows of each measure."""
    width = len(call.by)
    return {
        name: [
            (*_groups(row[:width], call, grain), *row[width + 4 * at : width + 4 * at + 4])
            for row in rows
            if not width or any(row[width + 4 * at : width + 4 * at + 3])
        ]
        for at, name in enumerate(names)
    }


def _separate(source: str, groups: Sequence[str], rules: Sequence[Rule], call: Call) -> str:
    """One filtered count a number."""
    columns = [column for at, rule in enumerate(rules) for column in _columns(rule, _within(rule.day, call), at)]
    return f"SELECT {', '.join([*groups, *columns])} FROM {source} {_grouped(groups)}"


def _combined(source: str, groups: Sequence[str], rules: Sequence[Rule], call: Call) -> str:
    """Our plan: what a row is to each measure as one digit, one count of all digits together, then taken apart."""
    digits = [
        f"{4**at} * CASE WHEN NOT coalesce(({rule.rows}) AND {_within(rule.day, call)}, FALSE) THEN 0 "
        f"WHEN coalesce(({rule.bad}), FALSE) THEN 3 WHEN {rule.hits} THEN 2 ELSE 1 END"
        for at, rule in enumerate(rules)
    ]
    integer = "INTEGER" if len(rules) <= 15 else "BIGINT"  # two bits a measure
    names = [f"g{at}" for at in range(len(groups))]
    picked = [f"{group.removesuffix(' AS period')} AS {name}" for group, name in zip(groups, names, strict=True)]
    inner = f"SELECT {', '.join([*picked, f'({chr(43).join(digits)})::{integer} AS digits'])} FROM {source}"
    counted = f"SELECT *, count(*) AS rows FROM ({inner}) GROUP BY ALL"
    columns = []
    for at in range(len(rules)):
        digit = f"(digits // {4**at}) % 4"
        columns += [
            f"coalesce(sum(rows) FILTER (WHERE {digit} = 2), 0)::BIGINT AS n{at}",
            f"coalesce(sum(rows) FILTER (WHERE {digit} IN (1, 2)), 0)::BIGINT AS d{at}",
            f"coalesce(sum(rows) FILTER (WHERE {digit} = 3), 0)::BIGINT AS e{at}",
            f"NULL AS q{at}",
        ]
    outer = [f"{name} AS period" if group.endswith(" AS period") else f"{name} AS {group}"
             for group, name in zip(groups, names, strict=True)]  # fmt: skip
    return f"SELECT {', '.join([*outer, *columns])} FROM ({counted}) {_grouped(groups)}"


def _grouped(groups: Sequence[str]) -> str:
    return f"GROUP BY {', '.join(str(at + 1) for at in range(len(groups)))}" if groups else ""


def _columns(rule: Rule, within: str, at: int) -> list[str]:
    """Numerator, denominator, excluded and quantile, named n0, d0, e0, q0 and so on."""
    rows = f"({rule.rows}) AND {within}"
    good = f"{rows} AND NOT coalesce(({rule.bad}), FALSE)"
    number = f"coalesce(sum({rule.number}) FILTER (WHERE {good}), 0)" if rule.number else None
    quantile = (
        f"quantile_cont(close_seconds, {rule.quantile}) FILTER (WHERE {good}) / 86400.0" if rule.quantile else "NULL"
    )
    return [
        f"{number or f'count(*) FILTER (WHERE {good} AND ({rule.hits}))'} AS n{at}",
        f"count(*) FILTER (WHERE {good}) AS d{at}",
        f"count(*) FILTER (WHERE {rows} AND coalesce(({rule.bad}), FALSE)) AS e{at}",
        f"{quantile} AS q{at}",
    ]


def _by_period(sql: str, call: Call, grain: str, measures: int) -> str:
    """From days to periods: few rows, so the calendar is asked a few hundred times only."""
    period = f"date_trunc('{grain}', DATE '1970-01-01' + period::INTEGER)::DATE"
    groups = [f"{period} AS period" if name == grain else name for name in call.by]
    sums = [column for at in range(measures) for column in (*(f"sum({kind}{at})::BIGINT" for kind in "nde"), "NULL")]
    return f"SELECT {', '.join([*groups, *sums])} FROM ({sql}) WHERE period IS NOT NULL {_grouped(groups)}"


def _groups(cells: Sequence[Any], call: Call, grain: str | None) -> tuple[Any, ...]:
    return tuple(
        cell if name != grain or isinstance(cell, date) else from_day_number(cell)
        for name, cell in zip(call.by, cells, strict=True)
    )


def _count_by(
    query: Query, snapshot: Snapshot, call: Call, table: str, more: Sequence[str], counts: Sequence[str], day: str
) -> list[tuple[Any, ...]]:
    groups = [*call.by, *more]
    picked = ", ".join([*groups, *(f"count(*) FILTER (WHERE {rows})" for rows in counts)])
    source = _source(table, f"{_where(table, snapshot, call)} AND {_within(day, call)}" if table == "cases" else
                     _where(table, snapshot, call), snapshot, call)  # fmt: skip
    rows = query(f"SELECT {picked} FROM {source} WHERE {_within(day, call)} {_grouped(groups)}")
    return [row for row in rows if not groups or any(row[len(groups) :])]


def _banded(value: str, ends: Sequence[int]) -> str:
    cases = " ".join(f"WHEN {value} <= {end} THEN {at}" for at, end in enumerate(ends))
    return f"CASE WHEN {value} IS NULL THEN {len(ends) + 1} {cases} ELSE {len(ends)} END"


def _open(snapshot: Snapshot, call: Call) -> str:
    as_of = day_number(day_of(call, snapshot))
    return f"registered_day <= {as_of} AND NOT closed AND NOT {_bad('closed_at')}"


_BAD_DUE = f"({_bad('due_at')} OR ({_bad('accepted_at')} AND due_day IS NULL))"


def _supporting(snapshot: Snapshot, name: str) -> str:
    without = dict(snapshot.unsupported_codes).get(name, ())
    return f" AND source NOT IN ({', '.join(map(str, without))})" if without else ""


def _open_ages(query: Query, snapshot: Snapshot, call: Call) -> list[tuple[Any, ...]]:
    as_of = day_number(day_of(call, snapshot))
    band = _banded(f"({as_of} - registered_day)", (15, 30, 60, 90, 180))
    here = _open(snapshot, call)
    items = here + _supporting(snapshot, "open_count")
    late = f"{here} AND NOT {_BAD_DUE} AND due <= {as_of}" + _supporting(snapshot, "overdue_count")
    return _count_by(query, snapshot, call, "cases", [band], [items, late], "registered_day")


def _open_by_due_date(query: Query, snapshot: Snapshot, call: Call) -> list[tuple[Any, ...]]:
    as_of = day_number(day_of(call, snapshot))
    band = _banded(f"(due - {as_of})", (0, 7, 14, 30))
    items = f"{_open(snapshot, call)} AND NOT {_BAD_DUE}" + _supporting(snapshot, "overdue_count")
    return _count_by(query, snapshot, call, "cases", [band], [items], "registered_day")


def _closing_days(query: Query, snapshot: Snapshot, call: Call) -> list[tuple[Any, ...]]:
    as_of = day_number(day_of(call, snapshot))
    items = f"registered_day <= {as_of} AND closed_day <= {as_of} AND NOT {_bad('closed_at')}"
    items += _supporting(snapshot, "days_to_close")
    days = "least(greatest(closed_day - registered_day, 0), 366)"
    return _count_by(query, snapshot, call, "cases", [days], [items], "registered_day")


def _matter_sizes(query: Query, snapshot: Snapshot, call: Call) -> list[tuple[Any, ...]]:
    as_of = day_number(day_of(call, snapshot))
    rows = f"{_where('cases', snapshot, call)} AND registered_day <= {as_of} AND {_within('registered_day', call)}"
    return query(
        f"WITH sizes AS (SELECT count(*) AS size FROM cases WHERE {rows} AND matter IS NOT NULL GROUP BY matter "
        f"UNION ALL SELECT 1 FROM cases WHERE {rows} AND matter IS NULL) "
        "SELECT size, count(*), size * count(*) FROM sizes GROUP BY 1"
    )


def _satisfaction(query: Query, snapshot: Snapshot, call: Call) -> list[tuple[Any, ...]]:
    here = f"registered_day <= {day_number(day_of(call, snapshot))}"
    scores = [f"{here} AND answered AND score = {code('score', key)}"
              for key in ("satisfied", "basically_satisfied", "dissatisfied")]  # fmt: skip
    rest = [f"{here} AND answered", f"{here} AND silent", f"{here} AND NOT answered AND NOT silent"]
    return _count_by(query, snapshot, call, "evaluations", [], [*scores, *rest], _WINDOW)


_OTHER: dict[str, Callable[[Query, Snapshot, Call], list[tuple[Any, ...]]]] = {
    "open_ages": _open_ages,
    "open_by_due_date": _open_by_due_date,
    "closing_days": _closing_days,
    "matter_sizes": _matter_sizes,
    "satisfaction_components": _satisfaction,
}
