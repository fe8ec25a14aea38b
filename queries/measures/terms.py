"""The words of the definitions: closed, due, matured, first, sent ... each written once, as an expression.

Everything is seen at the end of day `basis.as_of`: an event counts only when its day is not later. A due date has
passed when its day has ended, so an item due on the as-of day is due. Expressions used under a negation are made free
of nulls here, because "not unknown" is unknown.
"""

from collections.abc import Callable

import narwhals as nw

from queries.coding import NO, NOT_GIVEN, YES, codes
from queries.days import has_ended
from queries.dimensions import Table
from queries.measures import Basis, Cohort, Predicate, Zones
from queries.vocabulary import Text

ITEMS = Text("件", "items")
PEOPLE = Text("人次", "people")
DAYS = Text("天", "days")
PER_CENT = Text("%", "%")
Span = Callable[[Basis, Zones], tuple[int | None, int | None]]


def known(condition: nw.Expr) -> nw.Expr:
    """The condition with "unknown" read as "no"."""
    return condition.fill_null(False)


def always(basis: Basis) -> nw.Expr:
    """Every item registered by the as-of day."""
    return nw.col("registered_day") <= basis.as_of


def closed(basis: Basis) -> nw.Expr:
    """Closed by the as-of day. Never null.

    An item without a closing date counts when its status says closed, from the day on of which its register says so.
    """
    return nw.col("_closed")


def _closed(basis: Basis) -> nw.Expr:
    day = nw.col("closed_day")
    unknown, undated = closing_unknown(basis), day.is_null() & (nw.col("closed_stated") == YES)
    return known(day <= basis.as_of) | (undated if unknown is None else undated & ~unknown)


def closing_unknown(basis: Basis) -> nw.Expr | None:
    """Items closed on an unknown day of which nobody knows whether that was by the as-of day; None where none is."""
    if not basis.unstated:
        return None
    undated = nw.col("closed_day").is_null() & (nw.col("closed_stated") == YES)
    return undated & nw.col("source").is_in(list(basis.unstated))


def open_item(basis: Basis) -> nw.Expr:
    """Registered and not closed."""
    return always(basis) & ~closed(basis)


def due_day(basis: Basis) -> nw.Expr:
    """Day number of the deadline: the one given, else acceptance + handling period + extension where it is timed.

    Art. 34 runs only on the petition procedure (Art. 31(6)): where the procedure is another or not given, no deadline
    is computed.
    """
    return nw.col("_due_day")


def _due_day(basis: Basis) -> nw.Expr:
    extension = nw.col("extended_days").fill_null(0)
    computed = nw.when(nw.col("procedure").is_in(codes("procedure", *basis.rules.timed_procedures))).then(
        nw.col("accepted_day") + basis.rules.handling_days + extension
    )
    return nw.coalesce(nw.col("due_day"), computed)


DERIVED: dict[Table, dict[str, Predicate]] = {"cases": {"_closed": _closed, "_due_day": _due_day}}
"""Columns many definitions share: computed once a row, before anything else, and only when a definition asks for it."""


def matured(basis: Basis) -> nw.Expr:
    """The due date has passed (`has_ended`)."""
    over: nw.Expr = has_ended(due_day(basis), basis.as_of)
    return always(basis) & over


def overdue(basis: Basis) -> nw.Expr:
    """Open after its due date."""
    return matured(basis) & ~closed(basis)


def first(basis: Basis) -> nw.Expr:
    """A first petition, by the flag of the rule set; where it is not given the other flags stand in."""
    national, local, not_repeat = ("is_first_national", YES), ("is_first_local", YES), ("is_repeat", NO)
    order = {
        "national": (national, local, not_repeat),
        "local": (local, national, not_repeat),
        "not_repeat": (not_repeat, national, local),
    }[basis.rules.first_flag]
    return _by_first_given(*order)


def repeat(basis: Basis) -> nw.Expr:
    """A repeat petition: the flag, else not first nationally, else not first at this office."""
    return _by_first_given(("is_repeat", YES), ("is_first_national", NO), ("is_first_local", NO))


def _by_first_given(*flags: tuple[str, int]) -> nw.Expr:
    """Whether the first flag that is given has the code wanted; no when none is given."""
    (column, wanted), *rest = flags
    answer = nw.col(column) == wanted
    return answer | ((nw.col(column) == NOT_GIVEN) & _by_first_given(*rest)) if rest else answer


def repeat_unknown(basis: Basis) -> nw.Expr:
    """None of the three flags is given."""
    flags = nw.col("is_repeat") + nw.col("is_first_national") + nw.col("is_first_local")
    return always(basis) & (flags == NOT_GIVEN)


def _due_span(basis: Basis, zones: Zones) -> tuple[int | None, int | None]:
    due, accepted, extended = zones("due_day"), zones("accepted_day"), zones("extended_days")
    low, high = (
        basis.rules.handling_days + min(extended[0] or 0, 0),
        basis.rules.handling_days + max(extended[1] or 0, 0),
    )
    return _hull(due, _moved(accepted, low, high))


def _column_span(column: str, days: Callable[[Basis], int] = lambda basis: 0) -> Span:
    return lambda basis, zones: _moved(zones(column), days(basis), days(basis))


def _office_deadline_span(basis: Basis, zones: Zones) -> tuple[int | None, int | None]:
    own, other = basis.rules.office_acceptance_days, basis.rules.unknown_receipt_days
    return _hull(_moved(zones("received_day"), own, own), _moved(zones("registered_day"), other, other))


def _moved(days: tuple[int | None, int | None], low: int, high: int) -> tuple[int | None, int | None]:
    return None if days[0] is None else days[0] + low, None if days[1] is None else days[1] + high


def _hull(*ranges: tuple[int | None, int | None]) -> tuple[int | None, int | None]:
    lows = [low for low, _ in ranges if low is not None]
    highs = [high for _, high in ranges if high is not None]
    return min(lows, default=None), max(highs, default=None)


def office_deadline(basis: Basis) -> nw.Expr:
    """Last day for the office's acceptance: from its own receipt, else from registration (DOMAIN.md §3)."""
    received = nw.col("received_day")
    return (
        nw.when(received <= basis.as_of)
        .then(received + basis.rules.office_acceptance_days)
        .otherwise(nw.col("registered_day") + basis.rules.unknown_receipt_days)
    )


REGISTERED = Cohort(
    "registered",
    Text("登记日期", "registration date"),
    lambda basis: nw.col("registered_day"),
    _column_span("registered_day"),
)
ACCEPTED = Cohort(
    "accepted",
    Text("受理日期", "acceptance date"),
    lambda basis: nw.col("accepted_day"),
    _column_span("accepted_day"),
)
RECEIVED = Cohort(
    "received",
    Text("到达责任单位日期", "date of the office's receipt"),
    lambda basis: nw.col("received_day"),
    _column_span("received_day"),
)
DUE = Cohort("due", Text("办理期限", "due date"), due_day, _due_span)
CLOSED = Cohort(
    "closed", Text("办结日期", "closing date"), lambda basis: nw.col("closed_day"), _column_span("closed_day")
)
REGISTER_DEADLINE = Cohort(
    "register_deadline",
    Text("登记后受理期限", "deadline after registration"),
    lambda basis: nw.col("registered_day") + basis.rules.register_days,
    _column_span("registered_day", lambda basis: basis.rules.register_days),
)
OFFICE_DEADLINE = Cohort(
    "office_deadline",
    Text("责任单位受理期限", "deadline of the office's acceptance"),
    office_deadline,
    _office_deadline_span,
)
ASSIGNED = Cohort(
    "assigned",
    Text("交办日期", "date of assignment"),
    lambda basis: nw.col("assigned_day"),
    _column_span("assigned_day"),
)
