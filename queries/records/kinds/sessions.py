"""The monthly session: meetings, the ledger of problems and what was decided; views and slides people keep."""

from queries.records.fields import NO_PETITIONERS, POSTS_ONLY, Check, Field, Kind, closed_when, in_order
from queries.rules import CONVENTIONS
from queries.vocabulary import DICTIONARIES, Term, Text

OPEN, CLOSED = (
    Term("open", Text("在办", "Open"), ("未办结",)),
    Term("closed", Text("已办结", "Closed"), ("办结", "完成")),
)
DROPPED = Term("dropped", Text("不再办理", "Dropped"), ("取消",))

_MEETING_ID = Field("meeting_id", Text("研判会", "Session"), "record", refers="meeting")
_AGENDA = Field("agenda", Text("议程", "Agenda item"), "agenda", is_kept_by_program=True)
_OFFICE = Field("office_id", Text("责任单位", "Responsible office"), "office")

_MEETING = (
    Field("month", Text("月份", "Month"), "month", required=True),
    Field("as_of", Text("数据截至", "Data as of"), "day", required=True),
    Field("rules", Text("规则", "Rule set"), "rules", required=True),
    Field("convention", Text("满意率口径", "Satisfaction convention"), "choice", choices=tuple(
        Term(name, label) for name, label in CONVENTIONS.items()
    ), required=True, default="observed"),
    Field("evaluation_target", Text("评价对象", "Evaluation of"), "choice", choices=DICTIONARIES[
        "evaluation_target"
    ].terms),
    Field("state", Text("状态", "State"), "choice", choices=(
        Term("open", Text("筹备中", "Open")), Term("closed", Text("已定稿", "Closed")),
    ), required=True, default="open", is_kept_by_program=True),
    Field("held_on", Text("召开日期", "Held on"), "day"),
    Field("closed_at", Text("定稿时间", "Closed at"), "moment", is_kept_by_program=True),
    Field("data_version", Text("数据版本", "Data version"), "text", is_kept_by_program=True),
    Field("discussed", Text("已讨论", "Discussed"), "agenda", is_kept_by_program=True),
    Field("note", Text("备注", "Note"), "long", help=NO_PETITIONERS),
)  # fmt: skip
_SETTLED = Text(
    "本次研判会已定稿，记录不能修改或撤销；需要时请在“研判会”页重新打开，并写明原因",
    "this session is closed: its record can be neither changed nor withdrawn. Reopen it on the page of the session, "
    "with a reason, if it must",
)
MEETING = Kind(
    name="meeting",
    label=Text("研判会", "Monthly sessions"),
    one=Text("研判会", "monthly session"),
    fields=_MEETING,
    key=("month",),
    title=("month",),
    day="month",
    page="meeting",
    settled=lambda content: _SETTLED if content["state"] == "closed" else None,
)

_LEDGER = (
    Field("opened_on", Text("登记日期", "Opened on"), "day", required=True),
    Field("question", Text("问题", "Problem"), "long", required=True, help=NO_PETITIONERS),
    _OFFICE,
    Field("state", Text("状态", "State"), "choice", choices=(OPEN, CLOSED), required=True, default="open"),
    Field("closed_on", Text("销号日期", "Closed on"), "day", aliases=("办结日期",)),
    _MEETING_ID,
    _AGENDA,
    Field("link", Text("所在视图", "View"), "long", is_kept_by_program=True),
)
LEDGER_ITEM = Kind(
    name="ledger_item",
    label=Text("问题台账", "Problem ledger"),
    one=Text("台账问题", "ledger item"),
    fields=_LEDGER,
    key=("opened_on", "office_id", "question"),
    title=("opened_on", "question"),
    day="opened_on",
    checks=(*in_order(_LEDGER, "opened_on", "closed_on"), *closed_when(_LEDGER, "state", "closed_on", ("closed",))),
    page="meeting",
)

_DECISION = (
    Field("ledger_id", Text("对应问题", "Ledger item"), "record", refers="ledger_item"),
    Field("decided_on", Text("议定日期", "Decided on"), "day", required=True),
    Field("text", Text("议定事项", "Decision"), "long", required=True, help=NO_PETITIONERS),
    _OFFICE,
    Field("owner_post", Text("责任人（职务）", "Owner (post)"), "text", help=POSTS_ONLY),
    Field("due_on", Text("完成期限", "Due on"), "day"),
    Field("measure", Text("核对指标", "Measure to check"), "measure"),
    _MEETING_ID,
    _AGENDA,
    Field("state", Text("状态", "State"), "choice", choices=(OPEN, CLOSED, DROPPED), required=True, default="open"),
    Field("closed_on", Text("办结日期", "Closed on"), "day"),
    Field("evidence", Text("办结依据或不再办理的原因", "Evidence, or why it was dropped"), "long", help=NO_PETITIONERS),
)
DECISION = Kind(
    name="decision",
    label=Text("议定事项", "Decisions"),
    one=Text("议定事项", "decision"),
    fields=_DECISION,
    key=("decided_on", "office_id", "text"),
    title=("decided_on", "text"),
    day="decided_on",
    checks=(
        *in_order(_DECISION, "decided_on", "due_on"),
        *in_order(_DECISION, "decided_on", "closed_on"),
        *closed_when(_DECISION, "state", "closed_on", ("closed", "dropped")),
        Check(
            "evidence",
            ("state",),
            lambda content: content["state"] != "dropped" or bool(content["evidence"]),
            Text("不再办理的，请写明原因", "say why it was dropped"),
        ),
    ),
    page="meeting",
)

SAVED_VIEW = Kind(
    name="saved_view",
    label=Text("已存视图", "Saved views"),
    one=Text("已存视图", "saved view"),
    fields=(
        Field("name", Text("名称", "Name"), "text", required=True),
        Field("owner", Text("保存人", "Owner"), "text", required=True, help=POSTS_ONLY),
        Field("page", Text("页面", "Page"), "text", required=True),
        Field("link", Text("链接参数", "Link"), "long", required=True),
        Field("note", Text("说明", "Note"), "long", help=NO_PETITIONERS),
        Field("is_start", Text("作为首页", "Start page"), "yes_no", default=False),
    ),
    key=("owner", "name"),
    title=("name", "owner"),
    page="views",
)

WALL_SLIDE = Kind(
    name="wall_slide",
    label=Text("会议屏页面", "Slides of the meeting screen"),
    one=Text("会议屏页面", "slide"),
    fields=(
        Field("wall", Text("屏幕", "Screen"), "text", required=True),
        Field("position", Text("顺序", "Position"), "count", required=True),
        Field("slide", Text("内容", "Slide"), "text", required=True),
        Field("seconds", Text("停留", "Seconds"), "count", required=True, unit=Text("秒", "seconds"), default=20),
        Field("options", Text("选项", "Options"), "long"),
    ),
    key=(),  # slides change places, so no position is a name
    title=("wall", "position", "slide"),
    page="wall",
)

WALL_SCREEN = Kind(
    name="wall_screen",
    label=Text("会议屏", "Meeting screens"),
    one=Text("会议屏", "meeting screen"),
    fields=(
        Field("wall", Text("屏幕", "Screen"), "text", required=True),
        Field("theme", Text("深浅", "Colours"), "text", required=True),
        Field("language", Text("语言", "Language"), "text"),
        Field("preset", Text("字号", "Size"), "text", required=True),
        Field("period", Text("统计时段", "Period"), "text", required=True),
    ),
    key=("wall",),
    title=("wall",),
    page="wall",
)

KINDS = (MEETING, LEDGER_ITEM, DECISION, SAVED_VIEW, WALL_SLIDE, WALL_SCREEN)
