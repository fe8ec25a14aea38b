"""What a record may hold: values brought into one form, and everything that is wrong with them, by field.

Only what can be said of the record alone; whether an office or another record exists is asked of the store by the
writer.
"""

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from urllib.parse import unquote_plus

from queries.errors import UnknownName
from queries.measures import measures
from queries.personal import names_a_person
from queries.records.fields import Content, Field, Kind
from queries.rules import RULE_SETS
from queries.vocabulary import Text

Problems = dict[str, tuple[Text, ...]]

FIRST_YEAR, LAST_YEAR = 1949, 2100
MOST = 2_000_000_000  # what every database holds as a whole number
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")

NEEDED = Text("必须填写", "must be filled in")
NOT_A_DAY = Text("不是日期", "is not a day")
OUT_OF_TIME = Text(f"日期应在{FIRST_YEAR}年至{LAST_YEAR}年之间", f"a day lies between {FIRST_YEAR} and {LAST_YEAR}")
NOT_A_TIME = Text("应为时刻，如17:30", "should be a time of day, such as 17:30")
NOT_A_COUNT = Text("应为不小于0的整数", "should be a whole number, 0 or more")
NOT_A_NUMBER = Text("不是数字", "is not a number")
NOT_YES_OR_NO = Text("应为“是”或“否”", "should be yes or no")
NOT_TEXT = Text("应为文字", "should be text")
NOT_A_CHOICE = Text("不在可选范围内", "is not one of the choices")
NO_SUCH_MEASURE = Text("没有这个指标", "is not a measure")
NO_SUCH_RULES = Text("没有这套规则", "is not a rule set")
LONGEST = 1_000
"""Characters of a text of several lines: a question of a session is read out, not studied."""
PERSONAL_NUMBER = Text(
    "含证件号码、手机号或邮箱，不得录入",
    "holds an identity number, telephone number or mail address, which may not be kept",
)


class _Wrong(Exception):  # carries a sentence from the conversion to the field, never leaves this module
    def __init__(self, sentence: Text):
        self.sentence = sentence


def checked(kind: Kind, content: Content, before: Content | None = None) -> tuple[dict[str, Any], Problems]:
    """The values of a whole record in the form they are kept, and what is wrong with them.

    Args:
        content: by field; a day may be ISO text, a blank text is not given. A field left out keeps its value of
            `before`, in a new record its default.
        before: the record as it stands, None for a new one.

    Raises:
        UnknownName: the kind has no such field.
    """
    for name in content:
        if name not in kind.names:
            raise UnknownName(f"field of {kind.name}", name, kind.names)
    values: dict[str, Any] = {}
    problems: Problems = {}
    for field in kind.fields:
        given = content[field.name] if field.name in content else (before or {}).get(field.name, field.default)
        try:
            values[field.name] = _value(kind, field, given)
        except _Wrong as wrong:
            problems[field.name] = (wrong.sentence,)
            values[field.name] = None
    for check in kind.checks:
        of = (check.field, *check.of)
        if any(name in problems for name in of) or any(values.get(name) is None for name in check.of):
            continue
        if not check.holds(values):
            problems[check.field] = (*problems.get(check.field, ()), check.sentence)
    return values, problems


def _value(kind: Kind, field: Field, given: Any) -> Any:
    if isinstance(given, str):
        given = _CONTROL.sub("", given).strip() or None
    if given is None and field.default is not None:
        given = field.default
    if given is None:
        if field.required:
            raise _Wrong(NEEDED)
        return None
    value = _FORMS[field.type](field, given)
    if isinstance(value, str):
        longest = kind.longest(field.name) or (LONGEST if field.type == "long" else None)
        if longest and len(value) > longest:
            raise _Wrong(
                Text(f"最多{longest}个字，现有{len(value)}个", f"has {len(value)} characters, at most {longest}")
            )
        if field.required and not value:
            raise _Wrong(NEEDED)
    return value


def _text(field: Field, given: Any) -> str:
    text = _name(field, given)
    if field.type == "text":
        text = " ".join(text.split())
    if not field.is_kept_by_program and (names_a_person(text) or names_a_person(unquote_plus(text))):
        raise _Wrong(PERSONAL_NUMBER)  # in a link signs are written as numbers
    return text


def _name(field: Field, given: Any) -> str:
    if not isinstance(given, str):
        raise _Wrong(NOT_TEXT)
    return given


def _day(field: Field, given: Any) -> date:
    if isinstance(given, str):
        try:
            given = date.fromisoformat(given)
        except ValueError:
            raise _Wrong(NOT_A_DAY) from None
    if isinstance(given, datetime):
        given = given.date()
    if not isinstance(given, date):
        raise _Wrong(NOT_A_DAY)
    if not FIRST_YEAR <= given.year <= LAST_YEAR:
        raise _Wrong(OUT_OF_TIME)
    return given.replace(day=1) if field.type == "month" else given


def _moment(field: Field, given: Any) -> datetime:
    if isinstance(given, str):
        try:
            given = datetime.fromisoformat(given)
        except ValueError:
            raise _Wrong(NOT_A_DAY) from None
    if not isinstance(given, datetime):
        raise _Wrong(NOT_A_DAY)
    return given.replace(tzinfo=None)


def _clock(field: Field, given: Any) -> str:
    if isinstance(given, str):
        try:
            given = time.fromisoformat(given)
        except ValueError:
            raise _Wrong(NOT_A_TIME) from None
    if not isinstance(given, time):
        raise _Wrong(NOT_A_TIME)
    return f"{given:%H:%M}"


def _count(field: Field, given: Any) -> int:
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= MOST:
        raise _Wrong(NOT_A_COUNT)
    return given


def _amount(field: Field, given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise _Wrong(NOT_A_NUMBER)
    return float(given)


def _yes_no(field: Field, given: Any) -> bool:
    if not isinstance(given, bool):
        raise _Wrong(NOT_YES_OR_NO)
    return given


def _choice(field: Field, given: Any) -> str:
    if given not in field.dictionary.keys:
        raise _Wrong(NOT_A_CHOICE)
    return str(given)


def _measure(field: Field, given: Any) -> str:
    if given not in measures():
        raise _Wrong(NO_SUCH_MEASURE)
    return str(given)


def _rules(field: Field, given: Any) -> str:
    if given not in RULE_SETS:
        raise _Wrong(NO_SUCH_RULES)
    return str(given)


_FORMS: dict[str, Callable[[Field, Any], Any]] = {
    "text": _text, "long": _text, "day": _day, "month": _day, "moment": _moment, "count": _count, "amount": _amount,
    "yes_no": _yes_no, "choice": _choice, "measure": _measure, "rules": _rules, "case": _name, "office": _name,
    "place": _name, "scope": _name, "record": _count, "agenda": _name, "clock": _clock,
}  # fmt: skip
