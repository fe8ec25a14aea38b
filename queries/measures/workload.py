"""How much there is: items, people, open and overdue items. Context for the rates, never a ranking."""

import narwhals as nw

from queries.coding import NOT_GIVEN, code, codes
from queries.measures import Basis, Count, Ratio
from queries.measures.needs import CLOSED, CLOSED_AT, DUE, LEVEL, OUTCOME, PETITIONERS
from queries.measures.terms import CLOSED as CLOSING
from queries.measures.terms import ITEMS, PEOPLE, PER_CENT, REGISTERED, always, known, open_item, overdue
from queries.vocabulary import Text

HIGHER_LEVELS = ("national", "province", "prefecture")


def _at_higher_level(basis: Basis) -> nw.Expr:
    return nw.col("register_level").is_in(codes("register_level", *HIGHER_LEVELS))


def _dated_closing(basis: Basis) -> nw.Expr:
    return always(basis) & known(nw.col("closed_day") <= basis.as_of)


MEASURES = (
    Count(
        name="registered_count",
        label=Text("登记件数", "Registered items"),
        meaning=Text("统计日前登记的信访件", "items registered by the as-of date"),
        table="cases",
        cohort=REGISTERED,
        uses=(),
        unit=ITEMS,
        better="neither",
        source="DOMAIN §3",
        where=always,
    ),
    Count(
        name="people_count",
        label=Text("信访人次", "People"),
        meaning=Text("信访人数之和", "sum of the people who came with the items"),
        table="cases",
        cohort=REGISTERED,
        uses=(PETITIONERS,),
        unit=PEOPLE,
        better="neither",
        source="DOMAIN §3",
        where=lambda basis: always(basis) & ~nw.col("petitioner_count").is_null(),
        weight="petitioner_count",
    ),
    Count(
        name="open_count",
        label=Text("未办结件数", "Open items"),
        meaning=Text("已登记、截至统计日未办结", "registered, not closed by the as-of date"),
        table="cases",
        cohort=REGISTERED,
        uses=(CLOSED,),
        unit=ITEMS,
        better="lower",
        source="DOMAIN §3",
        where=open_item,
    ),
    Count(
        name="overdue_count",
        label=Text("超期未办结件数", "Overdue items"),
        meaning=Text("办理期限已过、截至统计日未办结", "due date passed, not closed by the as-of date"),
        table="cases",
        cohort=REGISTERED,
        uses=(CLOSED, DUE),
        unit=ITEMS,
        better="lower",
        source="信访工作条例 Art. 34",
        where=overdue,
    ),
    Ratio(
        name="higher_level_share",
        label=Text("到上级登记占比", "Share registered at a higher level"),
        meaning=Text(
            "国家、省、市级登记的信访件 ÷ 全部信访件", "items registered by nation, province or prefecture ÷ all items"
        ),
        table="cases",
        cohort=REGISTERED,
        uses=(LEVEL,),
        unit=PER_CENT,
        better="neither",
        source="DOMAIN §3, §6",
        numerator=_at_higher_level,
        denominator=always,
        unknown=lambda basis: always(basis) & (nw.col("register_level") == NOT_GIVEN),
    ),
    Ratio(
        name="withdrawn_share",
        label=Text("撤回、转出或并案占比", "Share withdrawn, transferred or merged"),
        meaning=Text(
            "以撤回、转出或并案办结的件 ÷ 已办结且有办理意见的件",
            "closed as withdrawn, transferred or merged ÷ closed with an outcome given",
        ),
        table="cases",
        cohort=CLOSING,
        uses=(OUTCOME, CLOSED_AT),
        unit=PER_CENT,
        better="neither",
        source="DOMAIN §3, §6",
        numerator=lambda basis: nw.col("outcome") == code("outcome", "withdrawn"),
        denominator=_dated_closing,
        unknown=lambda basis: _dated_closing(basis) & (nw.col("outcome") == NOT_GIVEN),
    ),
)
