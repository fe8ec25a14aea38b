"""Which items a figure is made of, in which order: the list behind every number.

A list is opened from a measure and a role in it (numerator, denominator, the rest of the denominator, excluded), and
is made by the measure's own conditions on the same selection, so it holds exactly the items that were counted. What is
kept of a list is the register's running numbers in order, four bytes an item: a page of it is a slice, and the rows of
one page are read when it is looked at.

Everything is seen from the as-of day: what happened later is blank.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import narwhals as nw
import polars as pl

from queries.coding import NOT_GIVEN
from queries.counting.conditions import counted_rows, usable_rows
from queries.counting.one_pass import Condition, Frame
from queries.counting.reasons import why_not
from queries.counting.selection import Selection, select
from queries.dimensions import DIMENSIONS
from queries.engines import PolarsEngine
from queries.filters import Filters
from queries.measures import Basis, Count, Measure, Ratio, measure
from queries.measures.needs import CLOSED, DUE
from queries.measures.terms import REGISTERED, always, closed, due_day, open_item, overdue
from queries.search.spelling import sounds
from queries.snapshot import Snapshot
from queries.vocabulary import Text, fold

Role = Literal["numerator", "denominator", "rest", "excluded"]
ROLES: tuple[Role, ...] = ("numerator", "denominator", "rest", "excluded")
STATES = {
    "open": Text("办理中", "open"),
    "soon": Text("临近到期", "due soon"),
    "overdue": Text("超期未办结", "overdue"),
    "closed": Text("已办结", "closed"),
}
"""States of an item on the as-of day; "soon" is a part of "open" as a filter."""
SOON_DAYS = 15  # calendar days before the due date from which an open item is called due soon
WHOLE = "registered_count"  # the measure whose items are all items of the selection
SEARCHED = ("office", "place", "topic_l1", "topic_l2", "topic_l3")

DAY_COLUMNS = {
    "petitioned": ("petitioned_day", Text("信访日期", "Petitioned")),
    "registered": ("registered_day", Text("登记日期", "Registered")),
    "forwarded": ("forwarded_day", Text("转送（交办）日期", "Forwarded")),
    "received": ("received_day", Text("到达责任单位", "Received by the office")),
    "accepted": ("accepted_day", Text("受理日期", "Accepted")),
    "due": ("_due_day", Text("办理期限", "Due")),
    "replied": ("replied_day", Text("答复日期", "Replied")),
    "closed": ("closed_day", Text("办结日期", "Closed")),
}
"""Columns of days: column of the snapshot, heading."""
_PLANNED = ("due",)  # not an event: a due date after the as-of day is known on it
NUMBER_COLUMNS = {
    "days": Text("历时（天）", "Days"),
    "petitioner_count": Text("信访人数", "Petitioners"),
    "extended_days": Text("延期（天）", "Extended by (days)"),
}
COLUMNS: dict[str, Text] = {
    "case_id": Text("信访件编号", "Case number"),
    "state": Text("状态", "State"),
    **{name: heading for name, (_, heading) in DAY_COLUMNS.items()},
    **NUMBER_COLUMNS,
    **{name: each.label for name, each in DIMENSIONS.items() if "cases" in each.tables},
}
"""Every column a list can show. There is no column of a person, and nothing outside this list is ever read."""
USUAL = ("case_id", "state", "registered", "due", "closed", "days", "office", "place", "topic_l1", "channel")


@dataclass(frozen=True)
class Question:
    """Which items, in which order.

    Attributes:
        measure, role: the figure the list is of.
        state: a key of STATES, or "" for all.
        due_within: open items due within so many days; 0 for all.
        search: words; an item must match each of them in its number, office, place or topic.
        sort: a key of SORTS, with "-" in front for the highest first.
    """

    measure: str = WHOLE
    role: Role = "numerator"
    state: str = ""
    due_within: int = 0
    search: str = ""
    sort: str = "-registered"

    @property
    def terms(self) -> tuple[str, ...]:
        """The words searched for, each once."""
        return tuple(dict.fromkeys(self.search.split()))


@dataclass(frozen=True)
class Found:
    """The items of a list.

    Attributes:
        numbers: running numbers in order (Int32).
        people: sum of the petitioners, for the measure that counts people; None for others.
    """

    numbers: pl.Series
    people: int | None = None


NOTHING = Found(pl.Series("case_no", [], pl.Int32))


def roles_of(each: Measure) -> tuple[Role, ...]:
    """The roles an item can have in a measure."""
    return ROLES if isinstance(each, Ratio) else ("numerator", "excluded")


def found(
    snapshot: Snapshot, filters: Filters, question: Question, ids: Callable[[str], Sequence[int]] = lambda term: ()
) -> Found:
    """The items of a list, in order.

    Args:
        snapshot: with only the rows the reader may list (`queries.access.listed_for`).
        ids: running numbers of the items whose number holds a word.
    """
    each = measure(question.measure)
    frame, basis = _chosen(snapshot, filters, question, each)
    if frame is None or each.table == "backlog":
        return NOTHING
    if question.state:
        frame = frame.filter(_state(basis)[question.state])
    if question.due_within:
        frame = frame.filter(_due_within(question.due_within, basis))
    for term in question.terms:
        frame = frame.filter(_matches(snapshot, term, ids(term)))
    weight = each.weight if isinstance(each, Count) else None
    name = question.sort.removeprefix("-")
    columns = [nw.col("case_no"), *([nw.col(weight).alias("_weight")] if weight else [])]
    if name != "registered":
        columns.append(_sort_key(SORTS[name](basis), question.sort.startswith("-")).alias("_key"))
    rows = PolarsEngine().collect(frame.select(*columns))
    people = int(rows["_weight"].sum()) if weight else None
    if name != "registered":
        return Found(_sorted(rows), people)
    # the rows of a snapshot lie in the order of registration
    numbers = rows["case_no"]
    return Found(numbers.reverse() if question.sort.startswith("-") else numbers, people)


def batch_items(snapshot: Snapshot, filters: Filters, question: Question) -> pl.DataFrame:
    """The items of batches that a measure counts in a role.

    Returns:
        batch, place, office (codes), assigned, reported, reviewed, reflow (Dates, null after the as-of day), result
        (code of the review result; not given before its day).
    """
    each = measure(question.measure)
    frame, basis = _counted_rows(snapshot, filters, question, each)
    names = ("assigned", "reported", "reviewed", "reflow")
    if frame is None:
        types = dict.fromkeys(("batch", "place", "office"), pl.Int32()) | dict.fromkeys(names, pl.Date())
        return pl.DataFrame(schema={**types, "result": pl.Int8()})
    days = [_happened(f"{name}_day", basis).alias(name) for name in names]
    rows = PolarsEngine().collect(frame.select("batch", "place", "office", *days, "result", "reviewed_day"))
    unknown_yet = pl.col("reviewed_day") > basis.as_of
    return rows.with_columns(
        pl.col(names).cast(pl.Int32).cast(pl.Date), result=pl.when(unknown_yet).then(NOT_GIVEN).otherwise("result")
    ).drop("reviewed_day")


def rows(snapshot: Snapshot, filters: Filters, numbers: Sequence[int]) -> pl.DataFrame:
    """What the snapshot knows of some items, in the order given.

    Returns:
        One row an item that exists on the as-of day and may be seen: case_no; state (key of STATES); the columns of
        DAY_COLUMNS as Dates; NUMBER_COLUMNS as Int64; the dimensions of COLUMNS as codes; matter (code, for linking
        only); unusable (bits). What happened after the as-of day is null, and so is the outcome of an open item.
    """
    frame, basis = whole(snapshot, filters)
    if frame is None:
        return NO_ROWS
    states = _chain(basis, {name: name for name in STATES})
    days = [
        (nw.col(column) if name in _PLANNED else _happened(column, basis)).alias(name)
        for name, (column, _) in DAY_COLUMNS.items()
    ]
    dimensions = [name for name in COLUMNS if name in DIMENSIONS and name != "outcome"]
    outcome = nw.when(closed(basis)).then(nw.col("outcome")).otherwise(nw.lit(NOT_GIVEN)).alias("outcome")
    chosen = frame.filter(nw.col("case_no").is_in(list(numbers))).select(
        "case_no", states.alias("state"), *days, _days(basis).alias("days"), "petitioner_count", "extended_days",
        *dimensions, outcome, "matter", "unusable",
    )  # fmt: skip
    got = PolarsEngine().collect(chosen)
    place = {number: at for at, number in enumerate(numbers)}
    order = pl.Series([place[number] for number in got["case_no"].to_list()], dtype=pl.Int64).arg_sort()
    return got[order].with_columns(
        pl.col(list(DAY_COLUMNS)).cast(pl.Int32).cast(pl.Date), pl.col(list(NUMBER_COLUMNS)).cast(pl.Int64)
    )


def _no_rows() -> pl.DataFrame:
    dimensions = dict.fromkeys((name for name in COLUMNS if name in DIMENSIONS), pl.Int32())
    days, numbers = dict.fromkeys(DAY_COLUMNS, pl.Date()), dict.fromkeys(NUMBER_COLUMNS, pl.Int64())
    schema = {"case_no": pl.Int32(), "state": pl.String(), **days, **numbers, **dimensions}
    return pl.DataFrame(schema={**schema, "matter": pl.Int32(), "unusable": pl.Int16()})


NO_ROWS = _no_rows()


def of_same_matter(snapshot: Snapshot, filters: Filters, case_no: int) -> tuple[int, ...]:
    """Running numbers of the other items of an item's matter, in the order of registration."""
    frame, _ = whole(snapshot, filters)
    if frame is None:
        return ()
    engine = PolarsEngine()
    own = engine.collect(frame.filter(nw.col("case_no") == case_no).select("matter"))["matter"]
    if own.is_empty() or own[0] is None:
        return ()
    others = frame.filter((nw.col("matter") == own[0]) & (nw.col("case_no") != case_no)).select("case_no")
    return tuple(engine.collect(others)["case_no"].to_list())


def whole(snapshot: Snapshot, filters: Filters) -> tuple[Frame | None, Basis]:
    """Every item that exists on the as-of day and may be seen, whatever the selection."""
    selection = select(
        snapshot, PolarsEngine(), "cases", [REGISTERED], Filters(as_of=filters.as_of, rules=filters.rules)
    )
    frame = selection.frame
    return (None if frame is None else frame.filter(always(selection.basis))), selection.basis


def _chosen(snapshot: Snapshot, filters: Filters, question: Question, each: Measure) -> tuple[Frame | None, Basis]:
    """The rows of `cases` a question is about, unsorted and unsearched."""
    frame, basis = _counted_rows(snapshot, filters, question, each)
    if frame is None or each.table != "evaluations":
        return frame, basis
    numbers = PolarsEngine().collect(frame.select("case_no"))["case_no"]
    every, basis = whole(snapshot, filters)
    asked = nw.from_native(numbers, series_only=True)
    return (None if every is None else every.filter(nw.col("case_no").is_in(asked))), basis


def _counted_rows(
    snapshot: Snapshot, filters: Filters, question: Question, each: Measure
) -> tuple[Frame | None, Basis]:
    selection = select(snapshot, PolarsEngine(), each.table, [each.cohort], filters)
    condition = None if why_not(each, snapshot, filters) else _role(each, selection, question.role)
    if selection.frame is None or condition is None:
        return None, selection.basis
    return selection.frame.filter(selection.within(each.cohort, condition)), selection.basis


def _role(each: Measure, selection: Selection, role: Role) -> nw.Expr | None:
    """The rows of a role; None when there are none."""
    roles = counted_rows(each, selection.basis)
    if role not in roles_of(each):
        return None
    if role == "rest":
        base, counting = _rows(roles["denominator"][1]), _rows(roles["numerator"][1])
        return None if base is None or counting is None else base & ~counting.fill_null(False)
    return _rows(roles[role][1])


def _rows(condition: Condition | None) -> nw.Expr | None:
    return None if condition is None else condition.rows


def _happened(column: str, basis: Basis) -> nw.Expr:
    day = nw.col(column)
    return nw.when(day <= basis.as_of).then(day)


def _given(dimension: str, basis: Basis) -> nw.Expr:
    code = nw.col(dimension)
    known = code > NOT_GIVEN
    return nw.when(known & closed(basis) if dimension == "outcome" else known).then(code)


def _plain(column: str, basis: Basis) -> nw.Expr:
    return nw.col(column)


def _chain(basis: Basis, values: Mapping[str, Any]) -> nw.Expr:
    """A value by the state of an item; what is due soon is told from what is open."""
    chosen = nw.lit(values["open"])
    for name in ("soon", "overdue", "closed"):
        chosen = nw.when(_state(basis)[name]).then(nw.lit(values[name])).otherwise(chosen)
    return chosen


def _days(basis: Basis) -> nw.Expr:
    """Calendar days from registration to closing, of an open item to the as-of day; null where the end is unknown."""
    end = nw.when(closed(basis)).then(nw.col("closed_day")).otherwise(nw.lit(basis.as_of))
    return end.cast(nw.Int32) - nw.col("registered_day").cast(nw.Int32)


def _state(basis: Basis) -> dict[str, nw.Expr]:
    is_open = ~closed(basis)
    late = overdue(basis).fill_null(False)
    near = (due_day(basis) <= basis.as_of + SOON_DAYS).fill_null(False)
    return {"open": is_open & ~late, "soon": is_open & ~late & near, "overdue": late, "closed": closed(basis)}


def _due_within(days: int, basis: Basis) -> nw.Expr:
    due = due_day(basis)
    inside = (due > basis.as_of) & (due <= basis.as_of + days)
    return usable_rows(open_item, (CLOSED, DUE), basis, "overdue_count") & inside.fill_null(False)


def _matches(snapshot: Snapshot, term: str, ids: Sequence[int]) -> nw.Expr:
    # a word of signs only folds to nothing, and nothing is in every label
    wanted = fold(term) or term
    tests = [nw.col("case_no").is_in(list(ids))] if ids else []
    for name in SEARCHED:
        frame = snapshot.dimension(name)
        words = frame["code"].filter(frame["code"] > NOT_GIVEN).to_list()
        labels = frame.filter(pl.col("code") > NOT_GIVEN).select("zh", "en").rows()
        codes = [
            code for code, each in zip(words, labels, strict=True)
            if any(wanted in fold(text) for text in each) or sounds(each[0], wanted)
        ]  # fmt: skip
        if codes:
            tests.append(nw.col(name).is_in(codes))
    return nw.any_horizontal(*tests, ignore_nulls=True) if tests else nw.col("case_no") < 0


_HALF = 1 << 17  # more than any day number or code


def _sort_key(value: nw.Expr, descending: bool) -> nw.Expr:
    """One integer that sorts by the value, nulls last, and newest registrations first among equals."""
    number = value.cast(nw.Int64)
    first = (_HALF - number if descending else number + _HALF).fill_null(4 * _HALF)
    return first * (1 << 16) + (32767 - nw.col("registered_day").cast(nw.Int64))


def _sorted(rows: pl.DataFrame) -> pl.Series:
    # one sort of one column is several times cheaper than of two
    return rows.sort("_key", maintain_order=True)["case_no"]


SORTS: dict[str, Callable[[Basis], nw.Expr]] = {
    "registered": lambda basis: nw.col("registered_day"),
    "state": lambda basis: _chain(basis, {"overdue": 0, "soon": 1, "open": 2, "closed": 3}),
    **{
        name: partial(_happened, column)
        for name, (column, _) in DAY_COLUMNS.items()
        if name not in ("registered", "due")
    },
    "due": due_day,
    "days": lambda basis: _days(basis),
    **{name: partial(_plain, name) for name in ("petitioner_count", "extended_days")},
    **{name: partial(_given, name) for name in COLUMNS if name in DIMENSIONS},
}
"""What a list can be sorted by, as integers; items without it come last. Numbers of items follow registration."""
