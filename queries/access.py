"""Who may see which rows; applied once, to the snapshot, before any measure.

Complaints about officials are never shown to the office complained about (Regulation Art. 30). The register does not
say which office an accusation is about, so no office sees any of them, in rows or in numbers.

Figures and single items are two questions. An office may see the city's figures; whether anybody may list items, and
whose, is a setting of the installation (DOMAIN.md §7).
"""

from dataclasses import dataclass
from typing import Literal

from queries.snapshot import Snapshot

PROTECTED_PURPOSES = ("accusation",)  # 检举控告, Regulation Art. 30

CaseRows = Literal["bureau", "own", "nobody"]
CASE_ROWS: tuple[CaseRows, ...] = ("bureau", "own", "nobody")
"""Who may list items: the bureau alone; the bureau, and each office its own; nobody."""


@dataclass(frozen=True)
class Viewer:
    """Who is looking.

    Attributes:
        kind: "bureau" sees everything; "office" sees everything but complaints about officials.
        office: key of the viewer's office; None for the bureau, and for an office nobody has vouched for.
    """

    kind: Literal["bureau", "office"] = "bureau"
    office: str | None = None


BUREAU = Viewer()
STRANGER = Viewer("office")
"""Someone the proxy did not name: figures without complaints about officials, never an item."""


def visible_to(viewer: Viewer, snapshot: Snapshot) -> Snapshot:
    """The snapshot as far as this viewer may see it in figures."""
    return snapshot if viewer.kind == "bureau" else snapshot.hide("purpose", PROTECTED_PURPOSES)


def listed_for(viewer: Viewer, case_rows: CaseRows, snapshot: Snapshot) -> Snapshot | None:
    """The snapshot with only the items this viewer may list one by one; None where it may list none.

    Args:
        snapshot: as the register holds it; what figures hide is hidden here too.
    """
    if case_rows == "nobody":
        return None
    if viewer.kind == "bureau":
        return snapshot
    if case_rows == "bureau" or viewer.office is None:
        return None
    others = set(snapshot.dimension("office")["key"]) - own_offices(viewer.office, snapshot)
    return visible_to(viewer, snapshot).hide("office", sorted(others))


def own_offices(office: str, snapshot: Snapshot) -> set[str]:
    """The office and every office below it in the office table."""
    children: dict[str | None, list[str]] = {}
    for key, parent in snapshot.dimension("office").select("key", "parent").iter_rows():
        children.setdefault(parent, []).append(key)
    found, waiting = set(), [office]
    while waiting:
        key = waiting.pop()
        if key and key not in found:
            found.add(key)
            waiting.extend(children.get(key, ()))
    return found
