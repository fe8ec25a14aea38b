"""`huiyin figures`: the numbers of a page as JSON, CSV or a table."""

import csv
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from dashboard.cli.console import inform, show_lines, show_table
from dashboard.cli.options import Asked
from dashboard.cli.selection import reading_language, selection
from dashboard.exports.cells import csv_bytes, safe_cell
from queries import wording
from queries.counting.evaluate import evaluate
from queries.counting.reasons import reason_text
from queries.dimensions import BLANK, DIMENSIONS, GRAINS, Dimension, Grain, dimension_name
from queries.errors import UsageError
from queries.filters import Filters
from queries.measures import Count, Duration, Measure, measure, measures
from queries.settings import Settings
from queries.snapshot import Snapshot, current
from queries.views.explore import limits_words

Row = dict[str, Any]


def figures(
    names: tuple[str, ...], by: tuple[str, ...], asked: Asked, form: str, output: Path | None, language: str | None
) -> None:
    """Write the figures asked for; the arguments are those of the command."""
    settings = Settings.from_environment()
    words = reading_language(language, settings)
    chosen = [measure(name) for name in names]
    dimensions = tuple(dict.fromkeys(dimension_name(part.strip()) for text in by for part in text.split(",")))
    if form == "table" and output is not None:
        raise UsageError("A table is for the screen. For a file use --format csv or --format json.")
    snapshot = current(settings)
    if snapshot.rows["cases"] == 0:
        inform("The register is empty. Import one with `huiyin import FILE`, or load the demo with `huiyin demo`.")
    filters = selection(snapshot, asked)
    rows = figure_rows(snapshot, chosen or _possible(dimensions), dimensions, filters, words)
    match form:
        case "json":
            _write_json(rows, output)
        case "csv":
            _write_csv(rows, dimensions, output)
        case _:
            _show(snapshot, rows, dimensions, filters, words)


def figure_rows(
    snapshot: Snapshot, chosen: Sequence[Measure], by: Sequence[str], filters: Filters, language: str
) -> list[Row]:
    """One entry a measure and group, in the order of `evaluate`; one without a group where there is no value at all.

    Returns:
        Entries of measure, group (dimension to key; the first day of a period), labels (dimension to words),
        numerator, denominator, excluded, value, unit, reason, reason_text, lower, upper, as_of.
    """
    frame = evaluate(snapshot, [each.name for each in chosen], by, filters)
    labels = {name: snapshot.labels(name, language) for name in by if name in DIMENSIONS}
    found: list[Row] = []
    for each in chosen:
        rows = frame.filter(pl.col("measure") == each.name)
        if by and rows.is_empty():
            # the reason why there are no groups; a count of nothing has none
            rows = evaluate(snapshot, each.name, (), filters).filter(pl.col("value").is_null())
        found += [_entry(each, row, by, labels, snapshot, filters, language) for row in rows.iter_rows(named=True)]
    return found


def _entry(
    each: Measure,
    row: Row,
    by: Sequence[str],
    labels: dict[str, dict[str, str]],
    snapshot: Snapshot,
    filters: Filters,
    language: str,
) -> Row:
    group = {name: row[name] for name in by if name in row}
    reason = row["reason"]
    return {
        "measure": each.name,
        "group": {name: key.isoformat() if isinstance(key, date) else key for name, key in group.items()},
        "labels": {name: _label(name, key, labels, language) for name, key in group.items()},
        **{name: row[name] for name in ("numerator", "denominator", "excluded", "value")},
        "unit": _unit(each),
        "reason": reason,
        "reason_text": reason_text(each, snapshot, reason, filters)(language) if reason else None,
        "lower": row["lower"],
        "upper": row["upper"],
        "as_of": (filters.as_of or snapshot.as_of).isoformat(),
    }


def _unit(each: Measure) -> str:
    if isinstance(each, Count):
        return "people" if each.weight else "items"
    return "days" if isinstance(each, Duration) else "share"


def _label(name: str, key: Any, labels: dict[str, dict[str, str]], language: str) -> str:
    if not isinstance(key, date):
        return labels[name].get(key) or (BLANK(language) if key == "" else str(key))
    match name:
        case "year":
            return str(key.year)
        case "quarter":
            number = (key.month + 2) // 3
            return f"{key.year}年第{number}季度" if language == "zh" else f"Q{number} {key.year}"
        case "month":
            return wording.month(key, language)
        case _:
            return wording.day(key, language)


def _possible(by: Sequence[str]) -> list[Measure]:
    """Every measure that can be broken down so."""
    tables = [set(DIMENSIONS[name].tables) for name in by if name in DIMENSIONS]
    return [each for each in measures().values() if all(each.table in carried for carried in tables)]


def _write_json(rows: Sequence[Row], output: Path | None) -> None:
    text = json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
    if output is None:
        sys.stdout.write(text)
        return
    output.write_text(text, encoding="utf-8")
    inform(f"Written: {output}")


def _write_csv(rows: Sequence[Row], by: Sequence[str], output: Path | None) -> None:
    """One line an entry; a group takes two columns, key and label. A file gets the mark Excel needs for Chinese."""
    numbers = (
        "numerator",
        "denominator",
        "excluded",
        "value",
        "unit",
        "reason",
        "reason_text",
        "lower",
        "upper",
        "as_of",
    )
    lines = [["measure", *(column for name in by for column in (name, f"{name}_label")), *numbers]]
    for row in rows:
        groups = [row[part].get(name) for name in by for part in ("group", "labels")]
        lines.append([row["measure"], *groups, *(row[name] for name in numbers)])
    if output is None:
        csv.writer(sys.stdout, lineterminator="\n").writerows([safe_cell(cell) for cell in line] for line in lines)
        return
    output.write_bytes(csv_bytes(lines))
    inform(f"Written: {output}")


_HEADINGS = {
    "zh": ("指标", "分子", "分母", "未计入", "数值", "95%区间"),
    "en": ("Measure", "Numerator", "Denominator", "Excluded", "Value", "95 % interval"),
}


def _show(snapshot: Snapshot, rows: Sequence[Row], by: Sequence[str], filters: Filters, language: str) -> None:
    first, *rest = _HEADINGS[language]
    names = [DIMENSIONS[name].label if name in DIMENSIONS else GRAINS[name].label for name in by]
    lines = []
    for row in rows:
        counts = [wording.number(row[name], language) for name in ("numerator", "denominator", "excluded")]
        each = measure(row["measure"])
        limits = limits_words(each, row, language) or wording.MISSING
        label = each.label(language)
        lines.append([label, *(row["labels"].get(name, "") for name in by), *counts, _value(row, language), limits])
    period = wording.period(filters.start, filters.end, language)
    seen = wording.day(filters.as_of or snapshot.as_of, language)
    title = f"{period} · 截至{seen}" if language == "zh" else f"{period} · as of {seen}"
    show_table(
        f"{title} · 演示数据 demo" if snapshot.is_demo else title,
        [first, *(name(language) for name in names), *rest],
        lines,
        numbers=range(len(by) + 1, len(by) + 6),
    )
    show_lines(*dict.fromkeys(row["reason_text"] for row in rows if row["reason"]))


def _value(row: Row, language: str) -> str:
    match row["unit"]:
        case "share":
            return wording.per_cent(row["value"], language)
        case "days":
            return wording.days(row["value"], language, 1)
        case _:
            return wording.number(row["value"], language)


def list_names(language: str | None) -> None:
    """Print the names of measures and dimensions."""
    words = reading_language(language, Settings.from_environment())
    show_table("", ["measure", "", ""], [[e.name, e.label(words), e.meaning(words)] for e in measures().values()])
    every: dict[str, Dimension | Grain] = {**DIMENSIONS, **GRAINS}
    aliases = {name: ", ".join(getattr(each, "aliases", ())) for name, each in every.items()}
    show_table("", ["dimension", "", "also"], [[n, each.label(words), aliases[n]] for n, each in every.items()])
