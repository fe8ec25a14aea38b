"""What a reader keeps in the store: records and printed tables, each change signed by whoever makes it."""

from collections.abc import Mapping, Sequence
from datetime import date

from dashboard.state.kept import kept, store
from queries import register
from queries.access import Viewer
from queries.errors import NotAllowed
from queries.records import write
from queries.records.fields import Content
from queries.records.write import Change, RecordId
from queries.register import Office
from queries.settings import Settings
from queries.snapshot import Snapshot
from queries.workbooks import PrintedTable
from queries.workbooks import kept as workbooks


class Keeping:
    """The part of a session that writes; `dashboard.state.session.Session` is one."""

    settings: Settings
    snapshot: Snapshot
    viewer: Viewer

    def may_write(self, kind: str) -> bool:
        """Whether this reader may enter and change records of a kind: the bureau all, an office its saved views."""
        return self.viewer.kind == "bureau" or kind == "saved_view"

    def _held_to(self, kind: str) -> None:
        if not self.may_write(kind):
            raise NotAllowed

    @property
    def signature(self) -> str:
        """Who signs what this reader writes; "" until they have said so."""
        raise NotImplementedError

    @property
    def offices(self) -> tuple[Office, ...]:
        """Every office and place a record may refer to."""
        return kept(f"{self.snapshot.id}|offices", lambda: register.offices(store(self.settings)))

    @property
    def statistics(self) -> tuple[PrintedTable, ...]:
        """The aggregate tables kept, as printed."""
        return workbooks.tables(store(self.settings))

    def not_counted(self, start: date, end: date) -> Mapping[tuple[str, str], int]:
        """Items registered in a period that are not to be counted (`queries.register.not_counted`)."""
        key = f"{self.snapshot.id}|not counted {start} {end}"
        return kept(key, lambda: register.not_counted(store(self.settings), start, end))

    def withdraw_statistics(self, table_id: int) -> None:
        """Take an aggregate table out of force, signed by this reader."""
        self._held_to("statistics")
        workbooks.withdraw(store(self.settings), table_id, by=self.signature)

    def save_record(
        self, kind: str, content: Content, record_id: RecordId | None = None, version: int | None = None
    ) -> RecordId:
        """Keep a record, signed by this reader (`queries.records.write.save`); a new run shows it."""
        self._held_to(kind)
        return write.save(store(self.settings), kind, content, by=self.signature, record_id=record_id, version=version)

    def save_records(
        self,
        kind: str,
        written: Sequence[tuple[Content, RecordId | None, int | None]],
        withdrawn: Sequence[tuple[RecordId, int]] = (),
    ) -> None:
        """Several records at once, all or none (`queries.records.write.save_together`)."""
        write.save_together(store(self.settings), kind, written, withdrawn, by=self.signature)

    def withdraw_record(self, kind: str, record_id: RecordId, version: int) -> None:
        """Take a record out of force (`queries.records.write.withdraw`)."""
        self._held_to(kind)
        write.withdraw(store(self.settings), kind, record_id, by=self.signature, version=version)

    def restore_record(self, kind: str, record_id: RecordId, version: int) -> None:
        """Put a withdrawn record back in force (`queries.records.write.restore`)."""
        self._held_to(kind)
        write.restore(store(self.settings), kind, record_id, by=self.signature, version=version)

    def undo_record(self, kind: str, record_id: RecordId, version: int, to: int) -> None:
        """Make an earlier version of a record its newest (`queries.records.write.undo`)."""
        self._held_to(kind)
        write.undo(store(self.settings), kind, record_id, by=self.signature, version=version, to=to)

    def record_history(self, kind: str, record_id: RecordId) -> tuple[Change, ...]:
        """Every state of a record, the oldest first."""
        return write.history(store(self.settings), kind, record_id)
