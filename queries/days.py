"""Days as whole numbers, months, and the arithmetic between them.

A day number counts days since 1970-01-01, as Polars, Arrow and PostgreSQL do. It is kept in 16 bits, so a register may
speak of the years 1900 to 2058; other dates are refused by a named check.
"""

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

EPOCH = date(1970, 1, 1)
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2058, 12, 31)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def from_day_number(number: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=int(number))


def has_ended(day: Any, as_of: Any) -> Any:
    """Whether a day is over at the end of the as-of day: what was due on it and is not done by then is overdue.

    Args:
        day, as_of: dates, day numbers, or columns of them.
    """
    return day <= as_of


def month_start(day: date) -> date:
    """The first day of the month."""
    return day.replace(day=1)


def month_end(day: date) -> date:
    """The last day of the month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """The same day `months` later (earlier when negative), or the month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def shift_period(start: date, end: date, months: int) -> tuple[date, date]:
    """A period moved by whole months; a period of whole months stays one of whole months."""
    moved_end = add_months(end, months)
    return add_months(start, months), month_end(moved_end) if end == month_end(end) else moved_end


def previous_period(start: date, end: date) -> tuple[date, date]:
    """The period of equal length just before: whole months move by months, anything else by days."""
    if start.day == 1 and end == month_end(end):
        return shift_period(start, end, -((end.year - start.year) * 12 + end.month - start.month + 1))
    length = end - start + timedelta(days=1)
    return start - length, end - length
