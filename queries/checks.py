"""Named checks of a register's rows, with severity (DOMAIN.md §6, Invariants).

The names and severities are fixed here; what is compared is written in `seed`, where rows still are text or dates.

A quarantined row stays in the register. The check marks the *columns* it makes unusable; every measure that uses one
of them leaves the row out and counts it as `excluded`. So a row forwarded before it was registered is out of the
same-day forwarding rate, and still in the closure rate.
"""

from dataclasses import dataclass
from typing import Literal

from queries.vocabulary import Text

Severity = Literal["reject", "quarantine", "warn"]

UNUSABLE: dict[str, int] = {
    "forwarded_at": 1,
    "received_by_office_at": 2,
    "accepted_at": 4,
    "due_at": 8,
    "replied_at": 16,
    "closed_at": 32,
    "petitioner_count": 64,
    "first": 128,
    "review": 256,
    "confirmed_closed": 512,
    "backlog": 1024,
}
"""Bit of `petition_case.unusable` for each column (or group of columns) a quarantine can spoil."""


@dataclass(frozen=True)
class Check:
    """One invariant: what it is called, how severe a breach is, how it reads."""

    name: str
    severity: Severity
    label: Text


def _check(name: str, severity: Severity, zh: str, en: str) -> Check:
    return Check(name, severity, Text(zh, en))


CHECKS: dict[str, Check] = {
    check.name: check
    for check in (
        _check("case_id_missing", "reject", "缺少信访件编号", "the case number is empty"),
        _check(
            "case_id_personal",
            "reject",
            "编号一栏是公民身份号码，不予保存",
            "the case number is an identity number of a person, which is not kept",
        ),
        _check("name_missing", "reject", "缺少名称", "the name is empty"),
        _check("name_repeated", "reject", "同一名单中名称重复", "the name occurs twice in the list"),
        _check("batch_missing", "reject", "缺少批次或交办时间", "the batch or the day of assignment is empty"),
        _check("case_id_repeated", "reject", "同一文件中编号重复", "the case number occurs twice in the files"),
        _check("registered_missing", "reject", "缺少登记时间", "the registration time is empty"),
        _check("registered_unreadable", "reject", "登记时间无法识别", "the registration time cannot be read"),
        _check(
            "registered_in_future",
            "reject",
            "登记时间晚于数据截止日",
            "registered after the register's as-of date",
        ),
        _check(
            "case_id_taken",
            "reject",
            "编号已属于另一份登记（请在映射中设置编号前缀）",
            "the case number belongs to another register (give the mapping an id prefix)",
        ),
        _check(
            "evaluation_without_score",
            "reject",
            "评价状态与评分不一致",
            "evaluated without a score, or scored without an evaluation",
        ),
        _check(
            "row_malformed",
            "reject",
            "行的列数与表头不符",
            "the row has another number of cells than the heading",
        ),
        _check("date_unreadable", "quarantine", "日期无法识别", "a date cannot be read"),
        _check("date_out_of_range", "quarantine", "日期超出可用范围（1900–2058）", "a date outside 1900–2058"),
        _check(
            "date_in_future",
            "quarantine",
            "办理日期晚于数据截止日",
            "a date of handling after the register's as-of date",
        ),
        _check("dates_out_of_order", "quarantine", "时间先后颠倒", "dates are in an impossible order"),
        _check("due_before_accepted", "quarantine", "办理期限早于受理时间", "due before accepted"),
        _check("extension_out_of_range", "quarantine", "延期天数不在0–30天", "extension outside 0–30 days"),
        _check("petitioner_count_below_one", "quarantine", "信访人数小于1", "fewer than one petitioner"),
        _check(
            "first_and_repeat",
            "quarantine",
            "全国初次与重复信访同时为是",
            "first nationally and a repeat at once",
        ),
        _check("recheck_before_review", "quarantine", "复核早于复查", "re-review before review"),
        _check(
            "confirmed_but_open",
            "quarantine",
            "已审核认定办结但无办结时间",
            "confirmed as closed but not closed",
        ),
        _check("number_unreadable", "quarantine", "数字无法识别", "a number cannot be read"),
        _check(
            "backlog_out_of_order",
            "quarantine",
            "积案交办、上报、审核、回流时间颠倒",
            "backlog dates in an impossible order",
        ),
        _check(
            "due_differs_from_rule",
            "warn",
            "办理期限与规则推算相差超过1天",
            "the due date differs from the rule by more than a day",
        ),
        _check("office_unknown", "warn", "责任单位未匹配", "the office is not in the office list"),
        _check("place_unknown", "warn", "问题属地未匹配", "the place is not in the office list"),
        _check(
            "word_unknown",
            "warn",
            "字典外取值，按“其他”或空处理",
            "a word outside the dictionary, kept as other or empty",
        ),
        _check(
            "personal_number",
            "warn",
            "名称中含证件号码、手机号、邮箱或住户门牌，该值未保存",
            "a name with an identity or telephone number, mail address or door of a dwelling: the value was not kept",
        ),
        _check(
            "names_of_people",
            "warn",
            "该列内容像是人员姓名或信访内容，整列未保存",
            "a column that seems to hold names of people or texts of complaints: nothing of it was kept",
        ),
        _check("text_shortened", "warn", "名称过长，已截短", "a name too long for the register, shortened"),
        _check("parent_unknown", "warn", "上级单位不在名单中", "the parent office is not in the list"),
        _check("first_flags_missing", "warn", "没有初次或重复标志", "no first-time or repeat flag is given"),
        _check(
            "same_content_rows",
            "warn",
            "内容完全相同的行（无编号），按不同件保留",
            "rows of equal content without a number, kept as separate items",
        ),
        _check(
            "spellings_folded",
            "warn",
            "同一名称的不同写法已合并",
            "several spellings of one name were joined",
        ),
        _check(
            "case_vanished",
            "warn",
            "上次导入有、本次没有的件（已保留）",
            "in the last import, not in this one (kept)",
        ),
        _check(
            "registration_changed",
            "warn",
            "登记时间或初次标志与上次不同",
            "registration time or first flags differ from the last import",
        ),
        _check(
            "closures_clumped",
            "warn",
            "同一单位一分钟内办结5件以上，需核实",
            "five or more closures of one office within a minute, to be verified",
        ),
        _check(
            "closures_at_deadline",
            "warn",
            "集中在第59–60天办结，需核实",
            "closures gathered on days 59–60, to be verified",
        ),
    )
}
