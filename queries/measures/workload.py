"""How much there is: items, people, open and overdue items. Context for the rates, never a ranking."""

import narwhals as nw

from queries.measures import Count
from queries.measures.needs import CLOSED, DUE, PETITIONERS
from queries.measures.terms import ITEMS, PEOPLE, REGISTERED, always, open_item, overdue
from queries.vocabulary import Text

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
)
