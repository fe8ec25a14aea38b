"""Old, hard items assigned in batches: reported as settled, recognised by the level above, come back."""

import narwhals as nw

from queries.coding import NOT_GIVEN, code
from queries.measures import Basis, Ratio
from queries.measures.needs import BACKLOG, REFLOW, REPORTED, REVIEWED
from queries.measures.terms import ASSIGNED, PER_CENT, known
from queries.vocabulary import Text


def assigned(basis: Basis) -> nw.Expr:
    """Assigned by the as-of day."""
    return nw.col("assigned_day") <= basis.as_of


def decided_day(basis: Basis) -> nw.Expr:
    """The day of the review; of an undated one the day of the report, else of the assignment."""
    return nw.coalesce(nw.col("reviewed_day"), nw.col("reported_day"), nw.col("assigned_day"))


def recognised(basis: Basis) -> nw.Expr:
    """Recognised as settled by the as-of day."""
    return (nw.col("result") == code("review_result", "recognised")) & (decided_day(basis) <= basis.as_of)


def _reported(basis: Basis) -> nw.Expr:
    return nw.col("reported_day") <= basis.as_of


def not_stated(basis: Basis) -> nw.Expr:
    """Reported by the as-of day, and whether it is recognised was never said; before its report an item is in hand."""
    return known(_reported(basis)) & (nw.col("result") == NOT_GIVEN)


def _assigned_and_recognised(basis: Basis) -> nw.Expr:
    return assigned(basis) & recognised(basis)


def reflowed(basis: Basis) -> nw.Expr:
    """Petitioned again after it had been recognised."""
    return known(nw.col("reflow_day") <= basis.as_of)


MEASURES = (
    Ratio(
        name="backlog_reported_rate",
        label=Text("上报办结率", "Reported-settled rate"),
        meaning=Text("已上报办结 ÷ 交办积案", "reported as settled ÷ assigned"),
        table="backlog",
        cohort=ASSIGNED,
        uses=(BACKLOG, REPORTED),
        unit=PER_CENT,
        better="higher",
        source="DOMAIN §1, §3",
        numerator=_reported,
        denominator=assigned,
    ),
    Ratio(
        name="backlog_recognised_rate",
        label=Text("认定化解率", "Recognised rate"),
        meaning=Text(
            "已认定化解 ÷ 交办积案（已上报而未填报审核结果的不计）",
            "recognised ÷ assigned (reported ones without a stated result left out)",
        ),
        table="backlog",
        cohort=ASSIGNED,
        uses=(BACKLOG, REVIEWED),
        unit=PER_CENT,
        better="higher",
        source="DOMAIN §1, §3",
        numerator=recognised,
        denominator=assigned,
        unknown=not_stated,
    ),
    Ratio(
        name="backlog_reflow_rate",
        label=Text("回流率", "Backflow rate"),
        meaning=Text("认定化解后再次信访 ÷ 已认定化解", "petitioned again ÷ recognised"),
        table="backlog",
        cohort=ASSIGNED,
        uses=(BACKLOG, REVIEWED, REFLOW),
        unit=PER_CENT,
        better="lower",
        source="DOMAIN §1, §3",
        numerator=reflowed,
        denominator=_assigned_and_recognised,
    ),
)
