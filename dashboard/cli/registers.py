"""`huiyin demo`, `huiyin check`, `huiyin import`: how data gets in."""

from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.cli.console import inform, progress, show_lines, show_table
from dashboard.cli.selection import reading_language
from queries import wording
from queries.checks import CHECKS
from queries.errors import UsageError
from queries.measures import measure
from queries.settings import Settings

if TYPE_CHECKING:
    from seed.load import ImportReport


def load_demo(cases: int, seed: int, *, force: bool = False) -> None:
    """Put the demo register into the database."""
    from seed import demo  # the generator's libraries are needed by this command only

    settings = Settings.from_environment()
    with progress("demo register") as tell:
        report = demo.load(settings, cases, seed, tell, force=force)
    show_lines(
        f"Demo register 演示数据: {report.cases:,} items, {report.evaluations:,} evaluations, as of {report.as_of}.",
        f"Database: {_place(settings)}",
    )


def write_demo(file: Path, cases: int, seed: int) -> None:
    """Write the demo register as a bureau's system would export it."""
    from seed import demo

    written = demo.write_file(file, cases, seed)
    inform(f"Written: {written} ({cases:,} invented items). Try: huiyin check {written}")


def check(paths: list[Path], mapping: str | None, report_file: Path | None, language: str | None) -> None:
    """Print what an import would do."""
    from seed import load

    settings = Settings.from_environment()
    words = reading_language(language, settings)
    _must_be_report(report_file)
    with progress("check"):
        report = load.check(paths, settings, mapping)
    show_report(report, words)
    _write_findings(report, report_file)
    if report.findings.height and report_file is None:
        inform("To see the rows themselves add --report FILE.csv (or .xlsx).")
    inform("Nothing was written. To import, say `huiyin import` with the same arguments.")


def run_import(paths: list[Path], mapping: str | None, report_file: Path | None, language: str | None) -> None:
    """Import and print what was done."""
    from seed import load

    settings = Settings.from_environment()
    words = reading_language(language, settings)
    _must_be_report(report_file)
    with progress("import") as tell:
        report = load.run(paths, settings, mapping, lambda now: tell(now.done, now.total))
    show_report(report, words)
    _write_findings(report, report_file)
    kept = settings.report_dir / f"import-{report.import_id}.csv"
    if kept.exists():
        inform(f"The rows themselves are listed in {kept}")


def show_report(report: "ImportReport", language: str) -> None:
    """Counts, columns, checks and notes of a check or an import."""
    rows = [
        ("rows read", report.rows_read),
        ("new", report.new),
        ("changed", report.changed),
        ("unchanged", report.same),
        ("rejected", report.rejected),
        ("kept, partly left out of figures", report.quarantined),
        ("evaluations", report.evaluations),
    ]
    title = f"{report.source} · {', '.join(str(file['name']) for file in report.files)}"
    show_table(title, ["", "rows"], [[name, wording.number(count, language)] for name, count in rows], numbers=[1])
    if report.as_of:
        show_lines(f"Newest date in the files: {wording.day(report.as_of, language)}")
    columns = [[name, heading] for name, heading in report.used.items()]
    columns += [[name, f"= {value}"] for name, value in report.constants.items()]
    show_table("Columns", ["our column", "from"], columns)
    if report.ignored:
        show_lines(f"Not used: {', '.join(report.ignored)}")
    if report.dropped_personal:
        show_lines(f"Personal columns, dropped before anything is written: {', '.join(report.dropped_personal)}")
    found = [
        [name, CHECKS[name].severity, wording.number(count, language), CHECKS[name].label(language)]
        for name, count in report.checks.items()
    ]
    if found:
        show_table("Rows that need a person's eye", ["check", "what happens", "rows", ""], found, numbers=[2])
    show_lines(*(f"Note: {note(language)}" for note in report.notes))
    show_lines(*(f"{measure(name).label(language)}: {why(language)}" for name, why in report.unsupported.items()))


def _must_be_report(target: Path | None) -> None:
    if target is not None and target.suffix.lower() not in (".csv", ".xlsx"):
        raise UsageError(f"'{target.name}' is not a name for a report. End it in .csv or .xlsx.")


def _write_findings(report: "ImportReport", target: Path | None) -> None:
    if target is None:
        return
    written = report.to_xlsx(target) if target.suffix.lower() == ".xlsx" else report.to_csv(target)
    inform(f"Report: {written}")


def _place(settings: Settings) -> str:
    from sqlalchemy.engine import make_url

    return make_url(settings.database_url).render_as_string(hide_password=True)
