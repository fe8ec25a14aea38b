"""What the definitions rest on: which register columns, which may stand in for another, and what spoils them."""

import narwhals as nw

from queries.measures import Basis, Need
from queries.measures.terms import closing_unknown, due_day


def _either(*conditions: nw.Expr | None) -> nw.Expr | None:
    given = [condition for condition in conditions if condition is not None]
    return nw.any_horizontal(*given, ignore_nulls=True) if given else None


def _column(name: str) -> Need:
    return Need(name, ((name,),))


def _checked(name: str) -> Need:
    return Need(name, ((name,),), lambda basis: basis.spoiled(name))


def _due_spoiled(basis: Basis) -> nw.Expr | None:
    # an unusable acceptance only matters where the deadline is computed from it
    accepted = basis.spoiled("accepted_at")
    return _either(basis.spoiled("due_at"), accepted & nw.col("due_day").is_null() if accepted is not None else None)


def _on_time_spoiled(basis: Basis) -> nw.Expr | None:
    # where the source itself says "on time" and there is no deadline, no date is used
    dates = _either(_due_spoiled(basis), basis.spoiled("closed_at"))
    return None if dates is None else dates & ~due_day(basis).is_null()


_FLAGS = (("is_first_national",), ("is_first_local",), ("is_repeat",))
_DUE_WAYS = (("due_at",), ("accepted_at", "timed_procedure"))

CLOSED = Need(
    "closed",
    (("closed_at",), ("closed_stated",)),
    lambda basis: _either(basis.spoiled("closed_at"), closing_unknown(basis)),
)
CLOSED_AT = _checked("closed_at")
CLOSED_BEFORE = Need("closed_before", ((),), lambda basis: basis.spoiled("closed_at"))
"""A closing date bears on the figure where there is one, and none is needed."""
EVALUATED_CLOSED = _column("closed_at")
"""The closing date beside an evaluation; where a check made it unusable there is none."""
DUE = Need("due", _DUE_WAYS, _due_spoiled)
ON_TIME = Need("on_time", (*((*way, "closed_at") for way in _DUE_WAYS), ("on_time_stated",)), _on_time_spoiled)
FIRST = Need("first", _FLAGS, lambda basis: basis.spoiled("first"))
FORWARDED = _checked("forwarded_at")
REGISTERED_TIME = _column("registered_time")
RECEIVED = Need(
    "sent",
    (("forwarded_at",), ("received_by_office_at",)),
    lambda basis: _either(basis.spoiled("forwarded_at"), basis.spoiled("received_by_office_at")),
)
RECEIVED_AT = _checked("received_by_office_at")
ACCEPTED = _checked("accepted_at")
REPLIED = _checked("replied_at")
PETITIONED = _column("petitioned_on")
EVALUATED_AT = _column("evaluated_at")
PETITIONERS = _checked("petitioner_count")
MATTER = _column("matter_id")
LEVEL = _column("register_level")
OUTCOME = _column("outcome")
EVALUATION = _column("evaluation")
SCORE = _column("score")
BACKLOG = _checked("backlog")
REPORTED = _column("reported_on")
REVIEWED = _column("review_result")
REFLOW = _column("reflow_on")
