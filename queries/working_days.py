"""Working days by the Chinese calendar: public holidays and the weekends worked in exchange for them.

The calendar is that of the library `chinesecalendar`, which holds the years the State Council has announced; in other
years Monday to Friday are working days.
"""

from datetime import date, timedelta
from functools import cache

import chinese_calendar

ONE = timedelta(days=1)


@cache
def is_working_day(day: date) -> bool:
    """Whether offices work on this day."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # a year whose holidays are not announced
        return day.weekday() < 5


@cache
def next_working_day(day: date) -> date:
    """The first working day after a day."""
    following = day + ONE
    while not is_working_day(following):
        following += ONE
    return following
