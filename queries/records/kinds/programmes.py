"""The bureau's programmes: batches, special periods and reception, reports, supervision and rectification."""

from queries.records.fields import NO_PETITIONERS, POSTS_ONLY, Check, Field, Kind, at_most, in_order
from queries.vocabulary import REVIEW_RESULTS, Term, Text

_OWNER = Field("owner_post", Text("责任人（职务）", "Owner (post)"), "text", help=POSTS_ONLY, aliases=("责任人职务",))
_EVIDENCE = Field(
    "evidence",
    Text("佐证材料", "Evidence"),
    "text",
    help=Text("材料名称或文号，不得出现信访人", "name or number of the document, no petitioner"),
)

_PERIOD = (
    Field("name_zh", Text("名称", "Name (Chinese)"), "text", required=True, aliases=("中文名称",)),
    Field("name_en", Text("英文名称", "Name (English)"), "text", required=True),
    Field("kind", Text("类别", "Kind"), "choice", required=True, choices=(
        Term("congress", Text("重要会议", "Congress or session"), ("会议", "两会")),
        Term("games", Text("重大赛事", "Games"), ("赛事",)),
        Term("holiday", Text("节假日", "Holiday"), ("节日",)),
        Term("visit", Text("重大活动", "Major event"), ("活动",)),
        Term("other", Text("其他", "Other"), ("其它",)),
    )),
    Field("starts_on", Text("开始日期", "First day"), "day", required=True),
    Field("ends_on", Text("结束日期", "Last day"), "day", required=True),
)  # fmt: skip
SPECIAL_PERIOD = Kind(
    name="special_period",
    label=Text("特殊时期", "Special periods"),
    one=Text("特殊时期", "special period"),
    fields=_PERIOD,
    key=("name_zh", "starts_on"),
    title=("name_zh", "starts_on"),
    day="starts_on",
    checks=in_order(_PERIOD, "starts_on", "ends_on"),
    page="periods",
)

_RECEPTION = (
    Field("day", Text("接访日期", "Day"), "day", required=True, aliases=("日期",)),
    Field("place_code", Text("接访地点", "Place"), "place", required=True, aliases=("镇街", "地点", "单位"),
          help=Text("镇街，市级接访选全市单位", "a township, or the city itself")),
    Field("post_on_duty", Text("值班职务", "Post on duty"), "text", help=POSTS_ONLY, aliases=("值班领导职务",)),
    Field("received_count", Text("接待批次", "Petitions received"), "count", unit=Text("批次", "petitions"),
          help=Text("未统计则留空，没有则填0", "empty: not counted; 0: none came")),
    Field("settled_count", Text("当场化解批次", "Settled on the spot"), "count", unit=Text("批次", "petitions")),
)  # fmt: skip
RECEPTION_DAY = Kind(
    name="reception_day",
    label=Text("值班接访", "Reception roster"),
    one=Text("值班接访记录", "reception day"),
    fields=_RECEPTION,
    key=("day", "place_code"),
    title=("day", "place_code"),
    day="day",
    checks=(at_most(_RECEPTION, "settled_count", "received_count"),),
    page="periods",
)

_REPORT = (
    Field("office_id", Text("报告单位", "Office"), "office", required=True, aliases=("单位", "成员单位")),
    Field("due_on", Text("应报日期", "Due on"), "day", required=True,
          help=Text("一般为每月13日、28日", "usually the 13th or the 28th")),
    Field("reported_on", Text("实报日期", "Reported on"), "day", help=Text("未报则留空", "empty: not reported"),
          aliases=("上报日期", "报告日期")),
    Field("problem_count", Text("排查问题数", "Problems found"), "count", unit=Text("个", "problems"),
          aliases=("问题数",)),
    Field("problem_kinds", Text("问题类别", "Kinds of problem"), "text", aliases=("类别",),
          help=Text("用“、”分开，如：城乡建设、劳动社保", "separated by 、 such as 城乡建设、劳动社保")),
    Field("note", Text("备注", "Note"), "long", help=NO_PETITIONERS),
)  # fmt: skip
PROBLEM_REPORT = Kind(
    name="problem_report",
    label=Text("排查报告", "Problem reports"),
    one=Text("排查报告", "problem report"),
    fields=_REPORT,
    key=("office_id", "due_on"),
    title=("office_id", "due_on"),
    day="due_on",
    checks=(
        Check(
            "reported_on",
            ("problem_count",),
            lambda content: content.get("reported_on") is not None,
            Text("已填写问题数，须填写实报日期", "the number of problems is given, so the day of the report is needed"),
        ),
    ),
    page="reports",
)

_RECTIFICATION = (
    Field("found_on", Text("发现日期", "Found on"), "day", required=True, aliases=("督查日期", "反馈日期")),
    Field("finding", Text("存在问题", "Finding"), "long", required=True, help=NO_PETITIONERS, aliases=("问题",)),
    Field("office_id", Text("责任单位", "Responsible office"), "office", aliases=("整改单位",)),
    _OWNER,
    Field("plan", Text("整改措施", "Plan"), "long", help=NO_PETITIONERS),
    Field("due_on", Text("整改期限", "Due on"), "day"),
    Field("done_on", Text("完成日期", "Put right on"), "day", aliases=("整改完成日期",)),
    _EVIDENCE,
)
RECTIFICATION_ITEM = Kind(
    name="rectification_item",
    label=Text("督查整改", "Rectification"),
    one=Text("整改事项", "rectification item"),
    fields=_RECTIFICATION,
    key=("found_on", "office_id", "finding"),
    title=("found_on", "office_id", "finding"),
    day="found_on",
    checks=(*in_order(_RECTIFICATION, "found_on", "due_on"), *in_order(_RECTIFICATION, "found_on", "done_on")),
    page="supervision",
)

_SUPERVISION = (
    Field("kind", Text("督办方式", "Kind"), "choice", required=True, choices=(
        Term("挂牌督办", Text("挂牌督办", "Listed supervision"), ("挂牌",)),
        Term("一事一策", Text("一事一策", "One matter, one plan")),
        Term("督办", Text("督办", "Supervision"), ("一般督办",)),
    )),
    Field("office_id", Text("责任单位", "Responsible office"), "office", required=True),
    Field("subject", Text("事项", "Subject"), "text", help=NO_PETITIONERS, aliases=("事项名称",)),
    Field("case_id", Text("信访件编号", "Case number"), "case", aliases=("信访编号",)),
    _OWNER,
    Field("plan", Text("化解方案", "Plan"), "long", help=NO_PETITIONERS, aliases=("方案",)),
    Field("listed_on", Text("列入日期", "Listed on"), "day", required=True, aliases=("挂牌日期",)),
    Field("due_on", Text("办结期限", "Due on"), "day"),
    Field("closed_on", Text("销号日期", "Closed on"), "day", aliases=("办结日期",)),
    _EVIDENCE,
)  # fmt: skip
SUPERVISION_ITEM = Kind(
    name="supervision_item",
    label=Text("督办事项", "Supervised matters"),
    one=Text("督办事项", "supervised matter"),
    fields=_SUPERVISION,
    key=("listed_on", "kind", "office_id", "subject", "plan"),
    title=("listed_on", "kind", "office_id", "subject"),
    day="listed_on",
    checks=(
        *in_order(_SUPERVISION, "listed_on", "due_on"),
        *in_order(_SUPERVISION, "listed_on", "closed_on"),
        Check(
            "subject",
            (),
            lambda content: bool(content.get("subject") or content.get("plan")),
            Text("“事项”和“化解方案”至少填写一项", "the subject or the plan is needed"),
        ),
    ),
    page="supervision",
)

_BACKLOG = (
    Field("item_id", Text("积案编号", "Item number"), "text", required=True, aliases=("编号",),
          help=Text("登记后不再改变", "does not change once entered")),
    Field("batch", Text("批次", "Batch"), "text", required=True, aliases=("交办批次",)),
    Field("assigned_on", Text("交办日期", "Assigned on"), "day", required=True, aliases=("交办时间",)),
    Field("leader_assigned", Text("已明确包案领导", "Lead leader named"), "yes_no",
          help=Text("只记是否明确", "only whether one is named")),
    Field("lead_post", Text("包案领导职务", "Post of the lead leader"), "text", help=POSTS_ONLY),
    Field("office_id", Text("责任单位", "Responsible office"), "office"),
    Field("place_code", Text("问题属地", "Place"), "place", aliases=("属地",)),
    Field("case_id", Text("信访件编号", "Case number"), "case", aliases=("信访编号",)),
    Field("reported_on", Text("上报办结日期", "Reported on"), "day", aliases=("上报日期",)),
    Field("reviewed_on", Text("审核日期", "Reviewed on"), "day", aliases=("认定日期",)),
    Field("review_result", Text("审核结果", "Review result"), "choice", choices=REVIEW_RESULTS, aliases=("认定结果",)),
    Field("reflow_on", Text("回流日期", "Flowed back on"), "day"),
)  # fmt: skip
BACKLOG_ITEM = Kind(
    name="backlog_item",
    label=Text("积案批次", "Backlog batches"),
    one=Text("积案", "backlog item"),
    fields=_BACKLOG,
    key=("item_id",),
    title=("batch", "item_id"),
    day="assigned_on",
    checks=(
        *in_order(_BACKLOG, "assigned_on", "reported_on", "reviewed_on", "reflow_on"),
        Check(
            "reviewed_on",
            ("review_result",),
            lambda content: content["review_result"] == "under_review" or content.get("reviewed_on") is not None,
            Text("审核已有结果，须填写审核日期", "the review has a result, so its day is needed"),
        ),
        Check(
            "reflow_on",
            ("reflow_on",),
            lambda content: content.get("review_result") == "recognised",
            Text("只有认定化解的积案才可能回流", "only a recognised item can flow back"),
        ),
        Check(
            "leader_assigned",
            ("lead_post",),
            lambda content: content.get("leader_assigned") is not False,
            Text("已填写包案领导职务，应为“是”", "the post of a lead leader is given, so this should be yes"),
        ),
    ),
    page="batches",
)

KINDS = (BACKLOG_ITEM, SPECIAL_PERIOD, RECEPTION_DAY, PROBLEM_REPORT, RECTIFICATION_ITEM, SUPERVISION_ITEM)
