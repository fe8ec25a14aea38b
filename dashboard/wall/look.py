"""How a screen looks and which period it shows: one record a screen; its address may say otherwise.

The plain address is enough for the computer behind a screen, and whoever changes a screen does it on the settings page
without going there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from dashboard.state import choices
from dashboard.state.choices import Choices
from queries.days import FIRST_DAY, LAST_DAY, add_months, month_end, month_start
from queries.records import Records
from queries.vocabulary import LANGUAGES

THEMES = ("dark", "light")
PRESETS = ("large", "compact")  # compact: screens of 65 inches and less
PERIODS = tuple(name for name in choices.PERIODS if name != "custom")
MONTHS = 12  # single months the settings page offers


@dataclass(frozen=True)
class Look:
    """How a screen looks.

    Attributes:
        theme: one of THEMES.
        language: one of LANGUAGES; "" is the bureau's usual one.
        preset: one of PRESETS.
        period: one of PERIODS, which move on with the data, or a month such as "2022-06", which does not.
        record_id, version: of its record; None where nobody kept one.
    """

    theme: str = THEMES[0]
    language: str = ""
    preset: str = PRESETS[0]
    period: str = PERIODS[0]
    record_id: int | None = None
    version: int | None = None

    @property
    def content(self) -> dict[str, str | None]:
        """What is kept of it, by field."""
        return {"theme": self.theme, "language": self.language or None, "preset": self.preset, "period": self.period}

    def asked(self, query: Mapping[str, str | None]) -> "Look":
        """With what an address says; what it does not know stays."""
        found = replace(
            self,
            theme=_known(query.get("theme"), THEMES, self.theme),
            language=_known(query.get("lang"), LANGUAGES, self.language),
            preset=_known(query.get("preset"), PRESETS, self.preset),
        )
        period = query.get("period")
        return replace(found, period=period) if period and is_period(period) else found


USUAL = Look()


def look(records: Records, wall: str) -> Look:
    """How a screen was set to look; the usual look where nobody set it."""
    rows = records.rows("wall_screen").filter(pl.col("wall") == wall).sort("screen_id").to_dicts()
    if not rows:
        return USUAL
    kept = rows[-1]
    understood = USUAL.asked({**kept, "lang": kept["language"]})
    return replace(understood, record_id=kept["screen_id"], version=kept["version"])


def is_period(text: str) -> bool:
    """Whether a text names a period a screen can show."""
    return text in PERIODS or _month(text) is not None


def period_choices(period: str) -> Choices:
    """The state of the filter bar that stands for a screen's period."""
    month = _month(period)
    return Choices(period="custom", start=month, end=month_end(month)) if month else Choices(period=period)


def months(as_of: date) -> tuple[str, ...]:
    """The newest months of the data, as a screen's period; the newest first."""
    first = month_start(as_of)
    return tuple(f"{add_months(first, -back):%Y-%m}" for back in range(MONTHS))


def _month(text: str) -> date | None:
    try:
        day = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return day if len(text) == len("2022-06") and FIRST_DAY <= day <= LAST_DAY else None


def _known(value: str | None, known: Sequence[str], usual: str) -> str:
    return value if value and value in known else usual
