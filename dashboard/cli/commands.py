"""The commands: their arguments, their help, and which module does the work.

The work is imported when it is asked for, so that `huiyin --help` answers at once.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dashboard.cli.options import (
    Asked,
    AsOf,
    Convention,
    Files,
    From,
    Language,
    MappingOption,
    Period,
    ReportOption,
    Rules,
    Target,
    To,
    Where,
)

DEMO_CASES, DEMO_SEED = 9_000, 2022  # seed.demo's own; a test keeps them equal
MOST_CASES = 50_000_000  # what was tried; a larger demo fills the disk of a small machine


class Format(StrEnum):
    """How figures are written."""

    table = "table"
    json = "json"
    csv = "csv"


def demo(
    cases: Annotated[int, typer.Option("--cases", "-n", min=1, max=MOST_CASES, help="How many items.")] = DEMO_CASES,
    seed: Annotated[int, typer.Option(help="The same seed makes the same register.")] = DEMO_SEED,
    force: Annotated[
        bool, typer.Option("--force", help="Also where a real register would be replaced; a copy of it is kept.")
    ] = False,
    file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Do not load it: write it as a .csv, .tsv or .xlsx as a bureau's system exports it."
        ),
    ] = None,
) -> None:
    """Load the demo register 演示数据: an invented city, in place of an earlier demo.

    One city, twelve townships, twenty-five departments, 2020-01 to 2022-06, and known truths planted in the numbers.
    """
    from dashboard.cli import registers

    registers.load_demo(cases, seed, force=force) if file is None else registers.write_demo(file, cases, seed)


def check(paths: Files, mapping: MappingOption = None, report: ReportOption = None, language: Language = None) -> None:
    """Say what an import of these files would do; nothing is written."""
    from dashboard.cli import registers

    registers.check(paths, mapping, report, language)


def import_files(
    paths: Files, mapping: MappingOption = None, report: ReportOption = None, language: Language = None
) -> None:
    """Import the files of one register, all or nothing, and print what was done.

    The same files twice change nothing; a newer export updates items by their number and records what changed.
    Personal columns (names, identity numbers, telephone numbers, addresses, ...) are dropped before anything is
    written. An earlier demo is removed.
    """
    from dashboard.cli import registers

    registers.run_import(paths, mapping, report, language)


def records(
    file: Annotated[Path, typer.Argument(help="A filled template, or a changed export.", show_default=False)],
    only_check: Annotated[bool, typer.Option("--check", help="Only say what the file would bring.")] = False,
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who signs: office or post, and name; else this account.")
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the rejected rows to this .xlsx, to be put right and read again."),
    ] = None,
    language: Language = None,
) -> None:
    """Read targets, rosters, reports, batches and other records from a file; good rows are written all at once.

    A row with the number of a record changes it, a row without one adds a record or changes that of the same key. A
    row exported before somebody else changed the record is left out and listed.
    """
    from dashboard.cli import accounts

    accounts.load(file, by, report, language, only_check=only_check)


def template(
    output: Annotated[Path, typer.Argument(help="A file ending in .xlsx.", show_default=False)],
    kind: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this account, e.g. target; repeatable.")
    ] = None,
    filled: Annotated[bool, typer.Option("--filled", help="With the records in force, to change or to keep.")] = False,
    language: Language = None,
) -> None:
    """Write a workbook to fill in: a sheet an account, with drop-down lists, an example row and notes."""
    from dashboard.cli import accounts

    accounts.template(output, tuple(kind or ()), language, filled=filled)


def statistics(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="XLSX, XLS or CSV; party and government line together.")
    ],
    only_check: Annotated[bool, typer.Option("--check", help="Only say what the files hold; write nothing.")] = False,
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who signs: office or post, and name; else this account.")
    ] = None,
    language: Language = None,
) -> None:
    """Read printed statistics tables, check them against themselves and the register, and keep them as printed.

    The party and the government line of one period are added before they are held against the register. A table that
    is there already is not kept twice.
    """
    from dashboard.cli import workbooks

    workbooks.load(files, by, language, only_check=only_check)


def figures(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[MEASURE]...", help="Measures, e.g. closure_rate on_time_reply_rate; none: all."),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", "-b", metavar="DIMENSION", help="Break down by place, office, month, ...; repeatable."),
    ] = None,
    where: Where = None,
    start: From = None,
    end: To = None,
    period: Period = None,
    as_of: AsOf = None,
    rules: Rules = None,
    convention: Convention = None,
    target: Target = None,
    form: Annotated[Format, typer.Option("--format", "-f", help="How to write them.")] = Format.table,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file instead of the screen.")
    ] = None,
    language: Language = None,
    listing: Annotated[
        bool, typer.Option("--list", help="Only list the measures and the dimensions there are.")
    ] = False,
) -> None:
    """Print what a page would show: numerator, denominator, excluded rows, value and its 95 % interval.

    One object or line a measure and group. A share is a number from 0 to 1, a duration is in days. Where a value
    cannot be computed it is empty, and `reason` says why. `excluded` counts rows that belong in the figure but whose
    entries contradict one another (see the page Data quality).
    """
    from dashboard.cli import figures as work

    if listing:
        work.list_names(language)
        return
    asked = Asked(tuple(where or ()), start, end, period, as_of, rules, convention, target)
    work.figures(tuple(names or ()), tuple(by or ()), asked, form.value, output, language)


def export_pages(
    output: Annotated[
        Path,
        typer.Argument(help="A file ending in .xlsx, or a folder for --format csv or parquet.", show_default=False),
    ],
    form: Annotated[
        str | None, typer.Option("--format", "-f", metavar="NAME", help="xlsx, csv or parquet; else by the ending.")
    ] = None,
    page: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this page, e.g. closure; repeatable.")
    ] = None,
    where: Where = None,
    start: From = None,
    end: To = None,
    period: Period = None,
    as_of: AsOf = None,
    rules: Rules = None,
    convention: Convention = None,
    target: Target = None,
    language: Language = None,
) -> None:
    """Write the figures the pages open with, with their definitions and what they stand on.

    Without a period it is the last twelve whole months, as on the pages. The word "pages" may be left out:
    huiyin export figures.xlsx.
    """
    from dashboard.cli import export as work

    period = period or (None if start or end else "last12")
    asked = Asked(tuple(where or ()), start, end, period, as_of, rules, convention, target)
    work.export(output, form, tuple(page or ()), asked, language)


def export_briefing(
    month: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM", help="The month, e.g. 2022-06; without it the newest that is over."),
    ] = None,
    forms: Annotated[
        str, typer.Option("--format", "-f", metavar="NAME[,NAME]", help="docx, pptx, xlsx, pdf; several with commas.")
    ] = "docx,pptx,xlsx,pdf",
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where the files go; made if it is not there.")
    ] = Path(),
    where: Where = None,
    as_of: AsOf = None,
    rules: Rules = None,
    convention: Convention = None,
    target: Target = None,
    language: Language = None,
) -> None:
    """Write the briefing of a monthly session: the document, the slides, the tables, the document as PDF.

    File names hold office, month and data version. Standard output lists the files, each whole or not there at all;
    files of the same name are replaced. A session that is closed keeps the figures it was closed with.
    """
    from dashboard.cli import briefing as work

    asked = Asked(tuple(where or ()), None, None, None, as_of, rules, convention, target)
    work.briefing(month, forms, output, asked, language)


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 opens it to the network.", envvar="HUIYIN_HOST")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", min=1, max=65535, envvar="HUIYIN_PORT", help="Port.")] = 8501,
    with_demo: Annotated[
        bool, typer.Option("--demo/--no-demo", help="Load the demo register when nothing was ever imported.")
    ] = True,
) -> None:
    """Open the dashboard and print its address; stop it with Ctrl+C."""
    from dashboard.cli import server

    raise typer.Exit(server.serve(host, port, with_demo=with_demo))


def bench(
    cases: Annotated[
        str, typer.Option("--cases", "-n", metavar="N[,N]", help="Sizes of the generated registers.")
    ] = "1000000,10000000",
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Also write every number measured to this file.")
    ] = None,
    with_import: Annotated[
        bool, typer.Option("--import/--no-import", help="Also measure the way of a file into the store.")
    ] = True,
    in_browser: Annotated[
        bool, typer.Option("--browser", help="Instead: clicks in a real browser, on the data of this installation.")
    ] = False,
) -> None:
    """Measure import, snapshot and pages beside DuckDB and pandas on the same answers.

    Targets are judged at ten million items; the exit code is 1 where one is missed or an answer differs.
    """
    from dashboard.cli import bench as work

    if in_browser:
        raise typer.Exit(work.bench_browser())
    raise typer.Exit(work.bench(cases, json_file, with_import=with_import))
