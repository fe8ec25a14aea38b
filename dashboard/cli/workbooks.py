"""`huiyin statistics`: printed statistics tables, checked against themselves and the register, then kept."""

from collections.abc import Sequence
from getpass import getuser
from pathlib import Path

from sqlalchemy import Engine

from dashboard.cli.console import inform, show_lines, show_table
from dashboard.cli.selection import reading_language
from dashboard.i18n import Words
from dashboard.parts.brought import brought
from queries import register
from queries.filters import Filters
from queries.settings import Settings
from queries.snapshot import current
from queries.store import open_store
from queries.views import statistics
from queries.views.reconciliation import against_register
from queries.workbooks import PrintedTable
from queries.workbooks.kept import tables
from queries.workbooks.lines import statements

CONTRADICTION = ("row", "label", "column", "printed", "expected", "rule")


def load(files: Sequence[Path], by: str | None, language: str | None, *, only_check: bool) -> None:
    """Read workbooks, print what they hold, and keep their tables unless only checked; all are read before any is kept.

    Raises:
        UnreadableFile: one of them holds no such table; nothing was written.
    """
    from seed.statistics_files import load_statistics

    settings = Settings.from_environment()
    words = Words(reading_language(language, settings))
    store = open_store(settings)
    try:
        name = by or getuser()
        reports = [load_statistics(file, store, by=name, only_check=True) for file in files]
        read = [table for report in reports for table in report.tables]
        for report in reports:
            for heading, lines in brought(report, words):
                show_lines(*([heading] if heading else []), *(f"  {line}" for line in lines))
            for table in report.tables:
                _contradictions(table, words)
        _beside(settings, store, read, words.language)
        if only_check:
            inform("Nothing was written. To keep the tables, leave out --check.")
            return
        kept = sum(load_statistics(file, store, by=name).brings for file in files)
        inform(f"{kept} table{'' if kept == 1 else 's'} kept.")
    finally:
        store.dispose()


def _contradictions(table: PrintedTable, words: Words) -> None:
    found = statistics.contradictions(table, words.language)
    if not found.is_empty():
        headings = [words(f"statistics.column_{name}") for name in CONTRADICTION]
        lines = [[str(cell) for cell in row] for row in found.select(CONTRADICTION).iter_rows()]
        show_table(words("statistics.arithmetic"), headings, lines, numbers=[0, 3, 4])


def _beside(settings: Settings, store: Engine, read: Sequence[PrintedTable], language: str) -> None:
    """The register's word on each measure, both lines of a file or of the store together."""
    snapshot = current(settings, store)
    if snapshot.rows["cases"] == 0:
        return
    known = (*read, *tables(store))
    said: dict[str, dict[str, None]] = {}  # by table or tables: both lines together are said once
    for table in read:
        if table.starts_on is None or table.ends_on is None:
            continue
        skipped = register.not_counted(store, table.starts_on, table.ends_on)
        for statement in statements(table, known):
            found = against_register(settings, snapshot, Filters(), statement, skipped)
            titles = " + ".join(statistics.titled(each, language) for each in statement.tables)
            for view in (found.lines, found.parts):
                if view is not None and view.finding is not None:
                    said.setdefault(titles, {})[view.finding(language)] = None
    for titles, sentences in said.items():
        show_lines(*([titles] if len(read) > 1 else []), *sentences)
