"""What the bureau is held to, what may explain a figure, and from when a chart is drawn anew."""

from typing import Any

from queries.measures import Ratio, measures
from queries.records.fields import Check, Content, Field, Kind, in_order
from queries.vocabulary import Term, Text

_SCOPE_HELP = Text("留空表示全市", "leave empty for the whole city")

_TARGET = (
    Field("measure", Text("指标", "Measure"), "measure", required=True),
    Field("scope", Text("适用范围", "Scope"), "scope", help=_SCOPE_HELP, aliases=("单位", "范围"), default=""),
    Field("valid_from", Text("起始日期", "Valid from"), "day", required=True, aliases=("开始日期",)),
    Field("valid_to", Text("终止日期", "Valid to"), "day", help=Text("留空表示一直有效", "leave empty for no end"),
          aliases=("结束日期",)),
    Field("value", Text("目标值", "Target"), "amount", required=True,
          help=Text("比率填百分数，如 95%；天数填天", "a share in per cent, such as 95%; days as days")),
    Field("source", Text("依据", "Source"), "text", required=True,
          help=Text("文件名称或文号", "name or number of the document")),
)  # fmt: skip


def _is_possible(content: Content) -> bool:
    is_share = isinstance(measures().get(str(content["measure"])), Ratio)
    value: Any = content["value"]
    return bool(0 <= value <= 1 if is_share else value >= 0)


TARGET = Kind(
    name="target",
    label=Text("目标值", "Targets"),
    one=Text("目标值", "target"),
    fields=_TARGET,
    key=("measure", "scope", "valid_from"),
    title=("measure", "scope", "valid_from"),
    day="valid_from",
    checks=(
        *in_order(_TARGET, "valid_from", "valid_to"),
        Check(
            "value",
            ("measure", "value"),
            _is_possible,
            Text(
                "比率的目标值应在0%至100%之间，其他指标不得为负", "a share lies between 0% and 100%, nothing is below 0"
            ),
        ),
    ),
    page="targets",
)

CLOSING_TIME = Kind(
    name="closing_time",
    label=Text("下班时间", "Closing times"),
    one=Text("下班时间", "closing time"),
    fields=(
        Field("valid_from", Text("起始日期", "Valid from"), "day", required=True,
              help=Text("自该日起执行，至下一条的起始日期为止", "from this day until the next one begins"),
              aliases=("开始日期",)),
        Field("closes", Text("下班时间", "Offices close at"), "clock", required=True,
              help=Text("晚于该时刻登记的，按顺延口径计入下一工作日",
                        "what is registered later counts for the next working day where evenings are postponed"),
              aliases=("时间",)),
        Field("source", Text("依据", "Source"), "text", required=True,
              help=Text("文件名称或文号", "name or number of the document")),
    ),
    key=("valid_from",),
    title=("valid_from", "closes"),
    day="valid_from",
    checks=(
        Check(
            "closes",
            ("closes",),
            lambda content: str(content["closes"]) >= "12:00",
            Text("下班时间应在12:00至23:59之间", "offices close between 12:00 and 23:59"),
        ),
    ),
    page="forwarding",
)  # fmt: skip

EVENT_KINDS = (
    Term("rule", Text("制度施行", "Rule in force")),
    Term("programme", Text("专项工作", "Programme")),
    Term("inspection", Text("督查检查", "Inspection")),
    Term("training", Text("业务培训", "Training")),
    Term("publicity", Text("宣传活动", "Public information")),
    Term("organisation", Text("机构调整", "Change of organisation")),
    Term("data", Text("数据口径调整", "Change of data or definition")),
    Term("other", Text("其他", "Other"), ("其它",)),
)
_EVENT = (
    Field("day", Text("日期", "Day"), "day", required=True),
    Field("name_zh", Text("名称", "Name (Chinese)"), "text", required=True, aliases=("中文名称",)),
    Field("name_en", Text("英文名称", "Name (English)"), "text", required=True),
    Field("kind", Text("类别", "Kind"), "choice", required=True, choices=EVENT_KINDS),
)
CONTEXT_EVENT = Kind(
    name="context_event",
    label=Text("背景事件", "Context events"),
    one=Text("背景事件", "context event"),
    fields=_EVENT,
    key=("day", "name_zh"),
    title=("day", "name_zh"),
    day="day",
)

_REBASELINE = (
    Field("measure", Text("指标", "Measure"), "measure", required=True),
    Field("scope", Text("适用范围", "Scope"), "scope", help=_SCOPE_HELP, default=""),
    Field("month", Text("起始月份", "From month"), "month", required=True),
    Field("reason", Text("理由", "Reason"), "long", required=True,
          help=Text("什么变了，为什么旧控制限不再适用", "what changed, and why the old limits no longer apply")),
)  # fmt: skip
REBASELINE = Kind(
    name="rebaseline",
    label=Text("控制限重算", "Re-drawn limits"),
    one=Text("控制限重算", "re-drawn limit"),
    fields=_REBASELINE,
    key=("measure", "scope", "month"),
    title=("measure", "scope", "month"),
    day="month",
)

KINDS = (TARGET, CLOSING_TIME, CONTEXT_EVENT, REBASELINE)
