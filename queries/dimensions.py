"""By what a figure can be broken down or filtered, each named like its column in the register (DOMAIN.md §6).

In the snapshot every dimension is a small integer code; the words live in one label table a dimension and are joined
to results only. Code 0 is "not given" and shows as （空白）. Time grains are computed from the cohort day.
"""

from dataclasses import dataclass
from typing import Literal

from queries.errors import UnknownName
from queries.vocabulary import Text

Table = Literal["cases", "evaluations", "backlog"]


@dataclass(frozen=True)
class Dimension:
    """One way to break figures down.

    Attributes:
        name: the name in a link, on the command line and in results.
        column: register column its values come from.
        aliases: other names accepted.
        tables: snapshot tables that carry it.
        words: name of the closed word list in `queries.vocabulary.DICTIONARIES`, "office" for the office table, or
            None for free text.
    """

    name: str
    column: str
    label: Text
    aliases: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ("cases", "evaluations")
    words: str | None = None


@dataclass(frozen=True)
class Grain:
    """A step of time: day, week (starting Monday), month, quarter, year.

    Attributes:
        step: its length as Polars writes it.
    """

    name: str
    label: Text
    step: str


BLANK = Text("（空白）", "(blank)")
UNMATCHED = Text("未匹配单位", "Unmatched")  # DOMAIN.md §6: its own row, never dropped

_ALL: tuple[Table, ...] = ("cases", "evaluations", "backlog")
DIMENSIONS: dict[str, Dimension] = {
    dimension.name: dimension
    for dimension in (
        Dimension("place", "place_code", Text("问题属地", "Place"), ("place_code", "township"), _ALL, "office"),
        Dimension("office", "responsible_office_id", Text("责任单位", "Responsible office"),
                  ("responsible_office_id", "responsible_office"), _ALL, "office"),
        Dimension("topic_l1", "topic_l1", Text("一级内容分类", "Topic"), ("topic",), words="topic_l1"),
        Dimension("topic_l2", "topic_l2", Text("二级内容分类", "Topic, second level")),
        Dimension("topic_l3", "topic_l3", Text("三级内容分类", "Topic, third level")),
        Dimension("channel", "channel", Text("信访形式", "Channel"), words="channel"),
        Dimension("register_level", "register_level", Text("登记机构级别", "Level of registration"), ("level",),
                  words="register_level"),
        Dimension("register_body", "register_body", Text("登记机构", "Registering body")),
        Dimension("purpose", "purpose", Text("信访目的", "Purpose"), words="purpose"),
        Dimension("procedure", "procedure", Text("办理程序", "Procedure"), words="procedure"),
        Dimension("handling_mode", "handling_mode", Text("办理方式", "Handling mode"), words="handling_mode"),
        Dimension("outcome", "outcome", Text("办理意见", "Outcome"), words="outcome"),
        Dimension("query_code_status", "query_code_status", Text("查询码状态", "Query code"),
                  words="query_code_status"),
        Dimension("is_first_national", "is_first_national", Text("全国初次", "First nationally"), words="bool"),
        Dimension("is_first_local", "is_first_local", Text("本机构初次", "First at this office"), words="bool"),
        Dimension("is_repeat", "is_repeat", Text("重复信访", "Repeat"), ("repeat",), words="bool"),
        Dimension("is_group", "is_group", Text("集体访", "Group"), words="bool"),
        Dimension("is_legal_matter", "is_legal_matter", Text("涉法涉诉", "Legal matter"), words="bool"),
        Dimension("is_backlog", "is_backlog", Text("积案", "Backlog"), words="bool"),
        Dimension("batch", "batch", Text("批次", "Batch"), tables=("backlog",)),
    )
}  # fmt: skip
GRAINS: dict[str, Grain] = {
    grain.name: grain
    for grain in (
        Grain("day", Text("日", "Day"), "1d"),
        Grain("week", Text("周", "Week"), "1w"),
        Grain("month", Text("月", "Month"), "1mo"),
        Grain("quarter", Text("季度", "Quarter"), "1q"),
        Grain("year", Text("年", "Year"), "1y"),
    )
}
_NAMES = {alias: dimension.name for dimension in DIMENSIONS.values() for alias in (dimension.name, *dimension.aliases)}


def dimension_name(name: str) -> str:
    """The name of a dimension or grain, given it or one of its aliases.

    Raises:
        UnknownName: with the names there are.
    """
    if name in GRAINS:
        return name
    if name not in _NAMES:
        raise UnknownName("dimension", name, [*DIMENSIONS, *GRAINS])
    return _NAMES[name]
