"""`huiyin records`, `huiyin template`: what the bureau keeps beside the register, from and to files."""

from getpass import getuser
from pathlib import Path

from dashboard.cli.console import inform, show_table
from dashboard.cli.selection import reading_language
from dashboard.exports.record_books import record_book, rejected_book
from dashboard.screens.records import ENTERED
from queries import register
from queries.errors import UsageError
from queries.records.kinds import kind_of
from queries.settings import Settings
from queries.snapshot import current
from queries.store import open_store


def load(file: Path, by: str | None, report_file: Path | None, language: str | None, *, only_check: bool) -> None:
    """Read a file of records, write them unless only checked, and print what became of its rows."""
    from seed.record_files import load_records

    if report_file is not None and report_file.suffix.lower() != ".xlsx":
        raise UsageError(f"'{report_file}' does not end in .xlsx; rejected rows are written as a workbook.")
    settings = Settings.from_environment()
    words = reading_language(language, settings)
    store = open_store(settings)
    try:
        report = load_records(file, store, by=by or getuser(), only_check=only_check)
    finally:
        store.dispose()
    rows = [
        (kind_of(name).label(words), *(f"{each:,}" for each in (found.new, found.changed, found.same, found.rejected)))
        for name, found in report.counts.items()
    ]
    show_table("", ("records", "new", "changed", "same", "rejected"), rows, numbers=(1, 2, 3, 4))
    for each in report.rejected:
        where = ", ".join(part for part in (each.sheet, f"row {each.row}" if each.row else "", each.column) if part)
        inform(f"{where}: {each.reason(words)}")
    if report_file is not None:
        report_file.write_bytes(rejected_book(report, words))
        inform(f"Written: {report_file}")
    inform("Nothing was written. To write, leave out --check." if only_check else "Written in one transaction.")


def template(output: Path, kinds: tuple[str, ...], language: str | None, *, filled: bool) -> None:
    """Write a workbook to fill in, or one that holds the records in force."""
    if output.suffix.lower() != ".xlsx":
        raise UsageError(f"'{output}' does not end in .xlsx; a template is a workbook.")
    settings = Settings.from_environment()
    words = reading_language(language, settings)
    wanted = [kind_of(name).name for name in kinds] or list(ENTERED)
    store = open_store(settings)
    try:
        offices = register.offices(store)
        names = {
            "office": [each.name for each in offices],
            "place": [each.name for each in offices if each.kind != "department"],
        }
        output.write_bytes(record_book(current(settings, store), wanted, names, words, filled=filled))
    finally:
        store.dispose()
    inform(f"Written: {output}")
