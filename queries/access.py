"""Who may see which rows; applied once, to the snapshot, before any measure.

Complaints about officials are never shown to the office complained about (Regulation Art. 30). The register does not
say which office an accusation is about, so no office sees any of them, in rows or in numbers.
"""

from dataclasses import dataclass
from typing import Literal

from queries.snapshot import Snapshot

PROTECTED_PURPOSES = ("accusation",)  # 检举控告, Regulation Art. 30


@dataclass(frozen=True)
class Viewer:
    """Who is looking.

    Attributes:
        kind: "bureau" sees everything; "office" sees everything but complaints about officials.
        office: key of the viewer's office, None for the bureau.
    """

    kind: Literal["bureau", "office"] = "bureau"
    office: str | None = None


BUREAU = Viewer()


def visible_to(viewer: Viewer, snapshot: Snapshot) -> Snapshot:
    """The snapshot as far as this viewer may see it."""
    return snapshot if viewer.kind == "bureau" else snapshot.hide("purpose", PROTECTED_PURPOSES)
