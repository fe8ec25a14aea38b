"""Which views were saved, by whom, and with which of them does a reader begin?"""

from dataclasses import dataclass

from queries.filters import Filters
from queries.snapshot import Snapshot


@dataclass(frozen=True)
class SavedView:
    """A page with everything chosen on it, saved by name.

    Attributes:
        owner: as the saver signs.
        link: parameters as they stand in an address, "-" for none.
        is_start: the owner begins here.
        version: of the record.
    """

    view_id: int
    name: str
    owner: str
    page: str
    link: str
    note: str
    is_start: bool
    version: int


def saved_views(snapshot: Snapshot, filters: Filters, mine: str = "", only_mine: bool = False) -> tuple[SavedView, ...]:
    """Every saved view, those of `mine` (a signature) first, then by name.

    Args:
        only_mine: leave out those of others.
    """
    rows = snapshot.records.rows("saved_view").select(*SavedView.__dataclass_fields__).to_dicts()
    found = [SavedView(**{**row, "note": row["note"] or ""}) for row in rows]
    kept = [each for each in found if each.owner == mine or not only_mine]
    return tuple(sorted(kept, key=lambda each: (each.owner != mine, each.name, each.view_id)))


def start_of(snapshot: Snapshot, filters: Filters, who: str, number: str = "") -> SavedView | None:
    """The view with which someone begins; the one saved last where several are marked, None where none is.

    Args:
        number: of the view the browser says it begins with, for those who are not signed in.
    """
    marked = [each for each in saved_views(snapshot, filters) if each.is_start]
    own = [each for each in marked if who and each.owner == who] or [
        each for each in marked if str(each.view_id) == number
    ]
    return max(own, key=lambda each: each.view_id, default=None)
