"""Whether it lasts: repeat petitions, and first petitions settled in one go."""

import narwhals as nw

from queries.measures import Basis, Ratio
from queries.measures.needs import CLOSED_AT, FIRST, MATTER
from queries.measures.terms import (
    CLOSED,
    PER_CENT,
    REGISTERED,
    always,
    first,
    known,
    repeat,
    repeat_unknown,
)
from queries.vocabulary import Text


def _followed_up(basis: Basis) -> nw.Expr:
    return always(basis) & first(basis) & (nw.col("closed_day") + basis.rules.follow_up_days <= basis.as_of)


def _not_returned(basis: Basis) -> nw.Expr:
    return ~known(nw.col("returned_day") <= nw.col("closed_day") + basis.rules.follow_up_days)


MEASURES = (
    Ratio(
        name="repeat_share",
        label=Text("重复信访率", "Repeat share"),
        meaning=Text("重复信访件 ÷ 全部信访件", "repeat items ÷ all items"),
        table="cases",
        cohort=REGISTERED,
        uses=(FIRST,),
        unit=PER_CENT,
        better="lower",
        source="DOMAIN §3",
        numerator=repeat,
        denominator=always,
        unknown=repeat_unknown,
    ),
    Ratio(
        name="resolved_once_rate",
        label=Text("一次性化解率", "Resolved-once rate"),
        meaning=Text(
            "办结次日起随访期内未再次信访 ÷ 已办结且随访期已满的初次信访",
            "not petitioned again from the day after closing to the end of the follow-up ÷ first petitions closed "
            "whose follow-up is complete",
        ),
        table="cases",
        cohort=CLOSED,
        uses=(FIRST, CLOSED_AT, MATTER),
        unit=PER_CENT,
        better="higher",
        source="DOMAIN §3, §7",
        numerator=_not_returned,
        denominator=_followed_up,
    ),
)
