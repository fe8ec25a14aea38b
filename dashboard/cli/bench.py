"""`huiyin bench`: how fast, beside DuckDB and pandas on the same answers."""

import json
from pathlib import Path
from statistics import median

from dashboard.bench import report
from dashboard.bench.browser import PLAIN, ROUNDS, measure_browser
from dashboard.bench.run import IMPORTED_AT_MOST, Imported, Sized, measure_import, measure_size, usable_engines
from dashboard.cli.console import inform, show_lines, show_table
from queries.errors import SettingsError, UsageError
from queries.settings import Settings
from queries.snapshot import current

SMALLEST = 1_000
PROMISED_ROWS = 1_500_000  # items up to which the times of `bench --browser` are promised


def bench(cases: str, json_file: Path | None, *, with_import: bool = True) -> int:
    """Measure and print.

    Args:
        cases: sizes, joined by commas.

    Returns:
        The exit code: 1 where a target is missed or an answer differs.

    Raises:
        UsageError: a size that is none.
        SettingsError: the peers are not installed.
    """
    sizes, engines = _sizes(cases), usable_engines()
    imported = None
    if with_import:
        rows = min(max(sizes), IMPORTED_AT_MOST)
        inform(f"Importing a generated file of {rows:,} rows ...")
        imported = measure_import(rows)
        _show_import(imported)
    found, good = [], True
    for size in sizes:
        sized = measure_size(size, engines)
        found.append(sized)
        good = _show_size(sized) and good
        if json_file is not None:  # after every size: a long run that is broken off keeps what it has
            text = json.dumps(report.as_json(imported, found), ensure_ascii=False, indent=2)
            json_file.write_text(text + "\n", encoding="utf-8")
    return 0 if good else 1


def bench_browser() -> int:
    """Measure clicks in a real browser on this installation's data, and print.

    Returns:
        The exit code: 1 where a promise is broken at a size it is made for.

    Raises:
        SettingsError: there is no browser, or nothing to click through.
    """
    settings = Settings.from_environment()
    rows = current(settings).rows["cases"]
    if rows == 0:
        raise SettingsError("The register is empty. Load one first: `huiyin demo --cases 1000000`.")
    inform(f"Clicking through {rows:,} items ...")
    timed = measure_browser(settings)
    plain = next(median(each.processor) for each in timed if each.action.name == PLAIN)
    lines = []
    for each in timed:
        promise = "" if each.met is None else f"≤ {each.action.at_most} {'met' if each.met else 'MISSED'}"
        cpu = median(each.processor)
        lines.append([each.action.name, f"{median(each.elapsed):.0f}", f"{max(each.elapsed):.0f}",
                      f"{median(each.at_rest):.0f}", f"{cpu:.0f}",
                      f"{cpu / plain:.1f}" if plain else "", promise])  # fmt: skip
    headings = [
        "",
        "press to painted, ms",
        "at most",
        "page at rest",
        "server CPU ms",
        f"to {PLAIN}",
        "promise at a million",
    ]
    show_table(f"{rows:,} items, {ROUNDS} rounds, medians", headings, lines, numbers=range(1, 6))
    judged = [each.met for each in timed if each.met is not None]
    return 0 if all(judged) or rows > PROMISED_ROWS else 1


def _sizes(text: str) -> list[int]:
    try:
        sizes = [int(part.strip().replace("_", "")) for part in text.split(",")]
    except ValueError:
        raise UsageError(f"'{text}' are no sizes. Write --cases 1000000,10000000.") from None
    if min(sizes) < SMALLEST:
        raise UsageError(f"At least {SMALLEST:,} cases, or there is nothing to measure.")
    return sizes


def _show_import(imported: Imported) -> None:
    steps = {
        "import of a CSV into SQLite": imported.first,
        "the same file again": imported.again,
        "snapshot from the store": imported.snapshot,
    }
    rows = [[name, f"{wall:.1f}", f"{cpu:.1f}", f"{imported.rows / wall:,.0f}"] for name, (wall, cpu) in steps.items()]
    show_table(f"{imported.rows:,} rows", ["", "elapsed s", "CPU s", "rows/s"], rows, numbers=[1, 2, 3])
    show_lines(f"Memory at most, the three together: {imported.peak:,.0f} MB", "")


def _show_size(sized: Sized) -> bool:
    show_lines(
        f"{sized.rows:,} items; snapshot of {sized.disk:,.0f} MB built in {sized.build_seconds:.1f} s "
        f"({sized.rows / sized.build_seconds:,.0f} rows/s, from frames), at most {sized.build_peak:,.0f} MB"
    )
    peers = [f"{name}, CPU" for name in report.PEERS.values()]
    headings = ["selection", "page", "questions", "Huiyin, CPU ms", "elapsed ms", "with words, first time", *peers]
    show_table("Queries of a page", headings, report.page_rows(sized), numbers=range(2, 6 + len(peers)))
    memory = ["", "open, s", "private MB, opened", "added by opening", "private MB, at most", "resident MB, at most"]
    show_table("Opening and memory", memory, report.memory_rows(sized), numbers=range(1, 6))
    if sized.differing:
        show_table(
            "Answers that differ", ["engine", "selection", "page", "question"], [list(d) for d in sized.differing]
        )
    if sized.rows < report.TARGET_ROWS:
        return not sized.differing
    targets = report.judged(sized)
    lines = [[each.target, each.measured, "met" if each.met else "MISSED"] for each in targets]
    show_table("Targets", ["target", "measured", ""], lines)
    return all(each.met for each in targets)
