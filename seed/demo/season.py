"""When petitions come: season, weekday, holidays, the quiet spring of 2020, and the special periods of 2022."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from queries.days import day_number
from queries.working_days import is_working_day

MONTH = (0.95, 0.74, 1.18, 1.12, 1.05, 1.00, 0.99, 0.98, 1.08, 0.90, 1.06, 0.95)  # January to December
WEEKDAY = (1.25, 1.10, 1.05, 1.00, 0.95, 0.22, 0.18)  # Monday to Sunday
HOLIDAY = 0.16  # public holiday, against an average day
GROWTH = 0.05  # a year
QUIET = (date(2020, 2, 1), date(2020, 3, 31), 0.6)  # offices closed to visitors


@dataclass(frozen=True)
class SpecialPeriod:
    """Days on which leaders receive petitioners daily."""

    name_zh: str
    name_en: str
    kind: str
    starts_on: date
    ends_on: date

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return [self.starts_on + timedelta(days=n) for n in range((self.ends_on - self.starts_on).days + 1)]


SPECIAL_PERIODS = (
    SpecialPeriod("北京冬奥会", "Winter Olympics", "games", date(2022, 2, 4), date(2022, 2, 20)),
    SpecialPeriod("北京冬残奥会", "Winter Paralympics", "games", date(2022, 3, 4), date(2022, 3, 13)),
    SpecialPeriod("全国两会", "Two Sessions", "congress", date(2022, 3, 4), date(2022, 3, 11)),
    # the province is invented, so are the days of its congress
    SpecialPeriod(
        "省党代会（演示）", "Provincial party congress (demo)", "congress", date(2022, 5, 22), date(2022, 5, 25)
    ),
)


@dataclass(frozen=True)
class Season:
    """Every day of the period: day numbers, expected weight, whether offices work, when next and when last they do."""

    days: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64]
    is_working: npt.NDArray[np.bool_]
    next_working: npt.NDArray[np.int64]
    previous_working: npt.NDArray[np.int64]


def season(first_day: date, last_day: date) -> Season:
    """The season of a period, both ends included."""
    dates = [first_day + timedelta(days=n) for n in range((last_day - first_day).days + 1)]
    working = np.array([is_working_day(day) for day in dates])
    numbers = np.arange(day_number(first_day), day_number(last_day) + 1, dtype=np.int64)
    following = np.where(working, numbers, numbers[-1] + 1)  # none left: the day after the end
    return Season(
        days=numbers,
        weights=np.array([_weight(day, work, first_day) for day, work in zip(dates, working, strict=True)]),
        is_working=working,
        next_working=np.minimum.accumulate(following[::-1])[::-1],
        previous_working=np.maximum.accumulate(np.where(working, numbers, 0)),
    )


def _weight(day: date, working: bool, first_day: date) -> float:
    if working:
        weekday = WEEKDAY[day.weekday() if day.weekday() < 5 else 3]  # a shifted working day is like a Thursday
    else:
        weekday = WEEKDAY[day.weekday()] if day.weekday() >= 5 else HOLIDAY
    quiet = QUIET[2] if QUIET[0] <= day <= QUIET[1] else 1.0
    return MONTH[day.month - 1] * weekday * quiet * (1 + GROWTH * (day - first_day).days / 365.25)
