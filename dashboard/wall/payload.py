"""What a screen fetches: its slides as JSON, and what it needs to know while nobody answers it.

The version names everything the answer stands on, so that an unchanged screen is answered in a millisecond and a
changed one draws itself anew.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from dashboard.i18n import choose_language
from dashboard.parts.components import STALE_AFTER, working_days
from dashboard.state.session import Session, default_reader
from dashboard.state.viewer import viewer_of
from dashboard.wall import Ask, Content, Skipped, every_slide
from dashboard.wall.look import USUAL, look, period_choices
from dashboard.wall.programme import Entry, programme
from queries import wording
from queries.access import visible_to
from queries.rules import RULE_SETS
from queries.settings import Settings

Header = Callable[[str], Sequence[str]]
log = logging.getLogger("huiyin")
STATIC = Path(__file__).parent / "static"
PLOTLY = "plotly.min.js"
UPRIGHT = "upright"  # what a screen that is higher than wide says of itself


@dataclass(frozen=True)
class Screen:
    """What a screen shows and how."""

    wall: str
    language: str
    dark: bool = True
    preset: str = USUAL.preset
    period: str = USUAL.period
    is_upright: bool = False

    @property
    def face(self) -> str:
        """Names what the page itself must be made anew for."""
        return f"{build()}-{self.language}-{'dark' if self.dark else 'light'}-{self.preset}"


def screen(settings: Settings, wall: str, query: Mapping[str, str | None]) -> Screen:
    """What an address asks for: the screen as it was set up, except where the address says otherwise."""
    found = look(default_reader(settings, "zh").snapshot.records, wall).asked(query)
    return Screen(
        wall=wall,
        language=choose_language(found.language, None, settings.language),
        dark=found.theme == "dark",
        preset=found.preset,
        period=found.period,
        is_upright=query.get("shape") == UPRIGHT,
    )


@dataclass(frozen=True)
class Failed:
    """A slide that could not be made because of a fault; the screen keeps its last good one."""


def reader(settings: Settings, screen: Screen, header: Header = lambda name: ()) -> Session:
    """Whoever looks at a screen: its period, no filters, and what such a viewer may see in figures.

    Args:
        header: every value the request gives a header.
    """
    session = seen_with(replace(default_reader(settings, screen.language), dark=screen.dark), screen.period)
    viewer = viewer_of(settings, header, session.snapshot)
    return replace(session, viewer=viewer, snapshot=visible_to(viewer, session.snapshot))


def seen_with(session: Session, period: str) -> Session:
    """The reader with a screen's period and no other choice."""
    choices = period_choices(period)
    return replace(session, choices=choices, filters=choices.filters(session.snapshot.as_of))


def made(
    session: Session, entries: Sequence[Entry], preset: str = "", *, is_upright: bool = False
) -> Iterator[Content | Skipped | Failed]:
    """The content of every entry; a fault in one of them leaves the others alone."""
    for entry in entries:
        try:
            yield every_slide()[entry.slide].make(session, Ask(entry.options, preset == "compact", is_upright))
        except Exception:
            log.exception("The slide %r of the meeting screen could not be made.", entry.slide)
            yield Failed()


def version(session: Session, screen: Screen) -> str:
    """Names the answer to a screen; equal names mean equal answers."""
    settings = session.settings
    files = [
        (file.stat().st_mtime_ns if file and file.exists() else 0) for file in (settings.map_file, settings.emblem_file)
    ]
    said = f"{session.data_version}|{session.viewer!r}|{screen!r}|{files}|{settings.bureau}|{build()}"
    return hashlib.blake2b(said.encode(), digest_size=12).hexdigest()


def payload(session: Session, screen: Screen) -> dict[str, Any]:
    """The answer to a screen, to be written as JSON."""
    entries = [] if session.is_empty else programme(session.snapshot.records, screen.wall)
    contents = made(session, entries, screen.preset, is_upright=screen.is_upright)
    shown = [
        _slide(session, entry, content)
        for entry, content in zip(entries, contents, strict=True)
        if not isinstance(content, Skipped)
    ]
    words, snapshot = session.words, session.snapshot
    return {
        "version": version(session, screen),
        "face": screen.face,
        "bureau": session.settings.bureau,
        "has_emblem": session.settings.emblem_file is not None,
        "is_demo": snapshot.is_demo,
        "facts": [] if session.is_empty else _facts(session),
        "stale_from": None if session.is_empty or snapshot.is_demo else stale_from(snapshot.as_of).isoformat(),
        "message": words("wall.no_data") if session.is_empty else words("wall.no_slides"),
        "slides": shown,
    }


def _slide(session: Session, entry: Entry, content: Content | Failed) -> dict[str, Any]:
    about = {
        "key": entry.key,
        "label": session.words(f"wall.slide_{entry.slide}"),
        "seconds": entry.seconds,
    }
    return about | ({"failed": True} if isinstance(content, Failed) else asdict(content))


def _facts(session: Session) -> list[str]:
    language = session.language
    return [
        session.words("frame.as_of", day=wording.day(session.as_of, language)),
        RULE_SETS[session.filters.rules].label(language),
    ]


def stale_from(as_of: date) -> date:
    """The first day on which data seen from `as_of` is old: the screen looks it up even when nobody answers it."""
    day = as_of
    while working_days(as_of, day) <= STALE_AFTER:
        day += timedelta(days=1)
    return day


@cache
def build() -> str:
    """Names the screen's own files: a screen that runs older ones loads itself anew."""
    digest = hashlib.blake2b(digest_size=6)
    for file in sorted(STATIC.iterdir()):
        digest.update(file.read_bytes())
    return digest.hexdigest()
