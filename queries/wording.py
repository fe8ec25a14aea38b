"""Numbers, dates and lists as the field writes them, in both languages. Every printed figure passes through here.

Shares are numbers from 0 to 1 and become per cent with one decimal; differences of shares become percentage points.
A missing number is an em dash, a minus the true minus sign.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import NumberPattern, parse_pattern

from queries.days import month_end

MISSING = "—"
MINUS = "\u2212"
TRUE_DIGITS = 12  # of a share: what is nearer to 0 or 1 comes from rounding in a computation, not from counting items
_LOCALES = {"zh": Locale("zh", "CN", script="Hans"), "en": Locale("en", "US")}
_DAY = {"zh": "y年M月d日", "en": "d MMM y"}
_MONTH = {"zh": "y年M月", "en": "MMM y"}
_ARTICLES = re.compile(r" Art\. (\d+(?:, \d+)*)")
_RULES = {"信访工作条例": "Regulation on Petition Work", "信访条例": "Regulation on Letters and Visits"}


@cache
def _pattern(decimals: int) -> NumberPattern:
    return parse_pattern("#,##0" + ("." + "0" * decimals if decimals else ""))


def number(value: float | None, language: str, decimals: int = 0) -> str:
    """`1234` → 1,234."""
    if value is None:
        return MISSING
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return str(_pattern(decimals).apply(rounded, _LOCALES[language])).replace("-", MINUS)


def sign(value: float | Fraction) -> str:
    """What stands in front of the size of a difference: +, − or, of none, nothing."""
    return "+" if value > 0 else MINUS if value < 0 else ""


def signed(value: int) -> str:
    """A difference of counts with its sign: +1,234, −3, 0."""
    return f"{value:+,}".replace("-", MINUS) if value else "0"


def signed_tenths(value: float | None, language: str) -> str:
    """A difference with its sign and one decimal: +1.3, −0.2, 0.0."""
    return MISSING if value is None else sign(round(value, 1)) + number(abs(value), language, 1)


def per_cent(share: float | None, language: str, decimals: int = 1) -> str:
    """`0.92` → 92.0%. Nearly all is not "100.0%" and nearly none not "0.0%": >99.9%, <0.1%."""
    if share is None:
        return MISSING
    share = round(share, TRUE_DIGITS)
    step = 10**-decimals
    if 0 < share * 100 < step / 2:
        return f"<{number(step, language, decimals)}%"
    if 100 - step / 2 <= share * 100 < 100:
        return f">{number(100 - step, language, decimals)}%"
    return number(share * 100, language, decimals) + "%"


def goal(target: float | None, language: str) -> str:
    """A target as people speak of it: 95%, 92.5%."""
    return per_cent(target, language, 0 if target is None or round(target * 100, 6).is_integer() else 1)


def beside(share: float | None, target: float, language: str) -> str:
    """A share with as many decimals as keep it on its side of a target: 89.98% beside 90%, else one."""
    if share is not None and round(share, TRUE_DIGITS) != target:
        for decimals in (1, 2, 3):
            shown = round(share * 100, decimals)
            if (shown - target * 100) * (share - target) > 0:
                return per_cent(share, language, decimals)
    return per_cent(share, language)


def points(difference: float | None, language: str) -> str:
    """Size of a difference of two shares, without its sign: `-0.013` → 1.3个百分点, 1.3 pp; some is never 0.0."""
    if difference is None:
        return MISSING
    size = abs(round(difference, TRUE_DIGITS)) * 100
    if 0 < size < 0.05:
        return "不到0.1个百分点" if language == "zh" else "under 0.1 pp"
    return number(size, language, 1) + ("个百分点" if language == "zh" else " pp")


def signed_points(difference: float | None, language: str) -> str:
    """The same with its sign, none where nothing is left of it: −1.3个百分点, 0.0个百分点."""
    if difference is None:
        return MISSING
    if round(abs(difference) * 100, 1) == 0:
        return points(0, language)
    return sign(difference) + points(difference, language)


def change(difference: float | None, language: str) -> str:
    """A change of a share with its direction: 上升1.3个百分点, down 1.3 pp, 持平."""
    if difference is None:
        return MISSING
    if round(difference, TRUE_DIGITS) == 0:
        return "持平" if language == "zh" else "unchanged"
    verb = ("上升", "up ") if difference > 0 else ("下降", "down ")
    return verb[language != "zh"] + points(difference, language)


def interval(lower: float | None, upper: float | None, language: str) -> str:
    """Two limits of a share: 89.1%–92.3%, 89.1–92.3%."""
    if lower is None or upper is None:
        return MISSING
    return f"{number(lower * 100, language, 1)}–{per_cent(upper, language)}"


def signed_interval(lower: float | None, upper: float | None, language: str) -> str:
    """Two limits of a difference of shares: −0.2至+2.4个百分点, −0.2 to +2.4 pp.

    With as many decimals as leave each its side of 0 (+0.04至+4.5): a change beyond chance has no limit of 0.0.
    """
    if lower is None or upper is None:
        return MISSING
    first, last = (_limit(limit * 100, language) for limit in (lower, upper))
    return f"{first}至{last}个百分点" if language == "zh" else f"{first} to {last} pp"


def _limit(points: float, language: str) -> str:
    exact = round(points, TRUE_DIGITS)
    decimals = next((digits for digits in (1, 2, 3) if round(exact, digits)), 1)
    return sign(round(exact, decimals)) + number(abs(exact), language, decimals)


def fraction(numerator: int | None, denominator: int | None, language: str) -> str:
    """Counts behind a share: 245/282件, 245 of 282."""
    if numerator is None or denominator is None:
        return MISSING
    return part_of(numerator, denominator, language) + ("件" if language == "zh" else "")


def cited(source: str, language: str) -> str:
    """Of the sources of a definition those that a reader can look up: 信访工作条例第22条; "" where there are none."""
    kept = "; ".join(part for part in source.split("; ") if not part.startswith("DOMAIN"))
    if language == "zh":
        return _ARTICLES.sub(lambda found: f"第{found[1].replace(', ', '、')}条", kept)
    for zh, en in _RULES.items():
        kept = kept.replace(zh, en)
    return kept


def part_of(part: int, whole: int, language: str) -> str:
    """Counts of anything: 2,668/3,631; 2,668 of 3,631."""
    return number(part, language) + ("/" if language == "zh" else " of ") + number(whole, language)


def items(count: float | None, language: str) -> str:
    """`12345` → 1.23万件, 12,345 items; `1` → 1件, 1 item."""
    if count is None:
        return MISSING
    if language == "zh":
        return f"{number(count / 10_000, language, 2)}万件" if abs(count) >= 10_000 else f"{number(count, language)}件"
    return f"{number(count, language)} item{'' if count == 1 else 's'}"


def days(value: float | None, language: str, decimals: int = 0) -> str:
    """`12` → 12天, 12 days."""
    if value is None:
        return MISSING
    plural = "" if value == 1 else "s"
    return number(value, language, decimals) + ("天" if language == "zh" else f" day{plural}")


def days_interval(lower: float | None, upper: float | None, language: str) -> str:
    """Two limits of a number of days: 41.8–42.9天, whole ones 36–38天; one of them: 至少41.8天, at least 41.8 days."""
    ends = [end for end in (lower, upper) if end is not None]
    if not ends:
        return MISSING
    decimals = 0 if all(end == int(end) for end in ends) else 1
    if len(ends) == 2:
        return f"{number(lower, language, decimals)}–{days(upper, language, decimals)}"
    words = ("至少", "at least ") if upper is None else ("至多", "at most ")
    return words[language != "zh"] + days(ends[0], language, decimals)


def within(value: float, language: str) -> str:
    """Until when something happened, counted in days: 在3天内, 当天; within 3 days, on the same day."""
    if round(value) == 0:
        return "当天" if language == "zh" else "on the same day"
    return f"在{days(value, language)}内" if language == "zh" else f"within {days(value, language)}"


def lasting(value: float | None, language: str) -> str:
    """A span of days to the precision that matters: 41天, below ten days 2.4天."""
    return days(value, language, 1 if value is not None and value < 10 else 0)


def day(value: date | None, language: str) -> str:
    """2022年6月30日, 30 Jun 2022."""
    return MISSING if value is None else str(format_date(value, _DAY[language], _LOCALES[language]))


def moment(value: datetime | None, language: str) -> str:
    """2022年6月30日 14:05; 30 Jun 2022, 14:05."""
    if value is None:
        return MISSING
    return day(value, language) + (" " if language == "zh" else ", ") + f"{value:%H:%M}"


def rows(count: int | None, language: str) -> str:
    """Rows of a file: 1,234行; 1,234 rows."""
    if count is None:
        return MISSING
    return number(count, language) + ("行" if language == "zh" else " row" if count == 1 else " rows")


def month(value: date | None, language: str) -> str:
    """2022年6月, Jun 2022."""
    return MISSING if value is None else str(format_date(value, _MONTH[language], _LOCALES[language]))


def step(value: date | None, grain: str, language: str) -> str:
    """A step of time by its first day: 2022年, 2022年二季度, 2022年6月6日当周; 2022, Q2 2022, week of 6 Jun 2022."""
    if value is None:
        return MISSING
    match grain:
        case "year":
            return f"{value.year}年" if language == "zh" else str(value.year)
        case "quarter":
            at = (value.month - 1) // 3
            return f"{value.year}年{'一二三四'[at]}季度" if language == "zh" else f"Q{at + 1} {value.year}"
        case "week":
            if language == "zh":
                return f"{value.year}年{value.month}月{value.day}日当周"
            return f"week of {day(value, language)}"
        case "month":
            return month(value, language)
    return day(value, language)


def month_alone(value: date, language: str) -> str:
    """The month without its year, for an axis that has the year elsewhere: 6月, Jun."""
    return str(format_date(value, "M月" if language == "zh" else "MMM", _LOCALES[language]))


def year(value: int, language: str) -> str:
    """2022年, 2022."""
    return f"{value}年" if language == "zh" else str(value)


def period(start: date | None, end: date | None, language: str) -> str:
    """A period in the coarsest exact words: 2022年6月, 2021年7月至2022年6月, 2022年6月3日至9月1日, 全部时间."""
    to = "至" if language == "zh" else " – "
    if start is None and end is None:
        return "全部时间" if language == "zh" else "all time"
    if start is not None and start == end:
        return day(start, language)
    if start and end and start.day == 1 and end == month_end(end):
        if (start.year, start.month) == (end.year, end.month):
            return month(start, language)
        return month(start, language) + to + month(end, language)
    if start is None:
        return ("截至" if language == "zh" else "until ") + day(end, language)
    if end is None:
        return day(start, language) + ("起" if language == "zh" else " onwards")
    return day(start, language) + to + day(end, language)


def listing(names: Sequence[str], language: str, most: int = 3) -> str:
    """甲、乙和丙; 甲、乙等5个; A, B and C; A, B and 3 others."""
    shown = list(names) if len(names) <= most else list(names[: most - 1])
    rest = len(names) - len(shown)
    if language == "zh":
        return "、".join(shown) + (f"等{number(len(names), language)}个" if rest else "")
    if rest:
        return ", ".join(shown) + f" and {number(rest, language)} others"
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + f" and {shown[-1]}"


_DIGITS = "〇一二三四五六七八九"


def chinese_number(number: int) -> str:
    """1 to 99 as headings count: 一, 十二, 三十."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十") + (_DIGITS[ones] if ones else "")


def heading(number: int, language: str) -> str:
    """What stands before a heading: 一、; 1. and a blank."""
    return f"{chinese_number(number)}、" if language == "zh" else f"{number}. "


def subheading(number: int, part: int, language: str) -> str:
    """What stands before the heading of a part: （一）; 1.2 and a blank."""
    return f"（{chinese_number(part)}）" if language == "zh" else f"{number}.{part} "


def capital(text: str) -> str:
    """A text as it begins a sentence or a heading: its first letter is a capital one."""
    return text[:1].upper() + text[1:]
