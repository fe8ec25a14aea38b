"""A programme while it is changed on the settings page: every step gives a new one, saving writes the difference."""

import json
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from dashboard.state.session import Session
from dashboard.wall.look import Look
from dashboard.wall.programme import Entry, programme

Draft = tuple[Entry, ...]
KIND, LOOK = "wall_slide", "wall_screen"


def moved(draft: Draft, at: int, by: int) -> Draft:
    """The slide at a place moved up (−1) or down (1); at an end it stays."""
    to = min(max(at + by, 0), len(draft) - 1)
    rest = [*draft[:at], *draft[at + 1 :]]
    return (*rest[:to], draft[at], *rest[to:])


def removed(draft: Draft, at: int) -> Draft:
    """Without the slide at a place."""
    return (*draft[:at], *draft[at + 1 :])


def added(draft: Draft, slide: str) -> Draft:
    """With one more slide of a kind at the end."""
    return (*draft, Entry(slide))


def timed(draft: Draft, at: int, seconds: int) -> Draft:
    """With other seconds for the slide at a place."""
    return (*draft[:at], replace(draft[at], seconds=seconds), *draft[at + 1 :])


def chosen(draft: Draft, at: int, option: str, value: str, usual: str) -> Draft:
    """With an option of the slide at a place; the usual value is kept as no choice, so that it follows the register."""
    options = {name: kept for name, kept in draft[at].options.items() if name != option}
    if value != usual:
        options[option] = value
    return (*draft[:at], replace(draft[at], options=MappingProxyType(options)), *draft[at + 1 :])


def lasts(draft: Sequence[Entry]) -> int:
    """Seconds of one round of these slides; one that is left out takes no time and is not to be among them."""
    return sum(entry.seconds for entry in draft)


def save_look(session: Session, wall: str, look: Look) -> None:
    """Write how a screen looks. Raises as `save`."""
    session.save_records(LOOK, [({"wall": wall, **look.content}, look.record_id, look.version)])


def save(session: Session, wall: str, draft: Draft) -> None:
    """Write what differs from the programme in force, in one step.

    Raises:
        InvalidRecord, Conflict, StoreBusy: as `queries.records.write.save`; nothing was written.
    """
    before = programme(session.snapshot.records, wall)
    kept = {entry.record_id for entry in draft}
    gone = [
        (entry.record_id, entry.version or 0)
        for entry in before
        if entry.record_id is not None and entry.record_id not in kept
    ]
    written = [
        (
            {
                "wall": wall,
                "position": position,
                "slide": entry.slide,
                "seconds": entry.seconds,
                "options": json.dumps(dict(entry.options), ensure_ascii=False) if entry.options else None,
            },
            entry.record_id,
            entry.version,
        )
        for position, entry in enumerate(draft, start=1)
    ]
    session.save_records(KIND, written, gone)
