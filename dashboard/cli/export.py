"""`huiyin export`: the figures of the pages as files."""

from pathlib import Path

import polars as pl

from dashboard.cli.console import inform
from dashboard.cli.options import Asked
from dashboard.cli.recorder import recorder_of
from dashboard.cli.selection import reading_language, selection
from dashboard.exports import Pack, Sheet, exporter, exporters
from dashboard.i18n import Words
from dashboard.screens import Page, pages
from dashboard.session import Session, default_reader
from queries import wording
from queries.dimensions import DIMENSIONS
from queries.errors import InputError, UnknownName, UsageError
from queries.filters import Filters
from queries.measures import Measure
from queries.rules import CONVENTIONS
from queries.settings import Settings
from queries.snapshot import Snapshot
from queries.views import View

LATER = {".docx": "briefing", ".pptx": "slides"}
_SHARES = ("value", "lower", "upper", "overall", "mean")
_SHARE_ENDS = ("_value", "_share", "_rate")


def export(output: Path, form: str | None, page: tuple[str, ...], asked: Asked, language: str | None) -> None:
    """Write the figures of pages; the arguments are those of the command."""
    chosen = exporter(form or _format_of(output))
    if chosen.makes == "file" and not output.suffix:
        output = output.with_suffix(f".{chosen.name}")
    if output.is_dir() == (chosen.makes == "file") and output.exists():
        raise InputError(f"'{output}' is a {'folder' if output.is_dir() else 'file'}. Choose another name.")
    settings = Settings.from_environment()
    words = reading_language(language, settings)
    reader = default_reader(settings, words)
    if reader.is_empty:
        raise InputError(
            "The register is empty. Import one with `huiyin import FILE`, or load the demo: `huiyin demo`."
        )
    filters = selection(reader.snapshot, asked)
    written = chosen.write(pack(reader, filters, _chosen_pages(page)), output)
    inform(f"Written: {output}" + (f" ({len(written)} files)" if len(written) > 1 else ""))


def _format_of(output: Path) -> str:
    ending = output.suffix.lower()
    if ending in LATER:
        raise UsageError(
            f"A {LATER[ending]} ({ending}) cannot be written yet. There are: {', '.join(exporters())}; the workbook "
            "(.xlsx) holds every figure."
        )
    if ending.removeprefix(".") in exporters():
        return ending.removeprefix(".")
    raise UsageError(f"'{output}' does not say a format. End it in .xlsx, or give --format csv or parquet.")


def _chosen_pages(names: tuple[str, ...]) -> list[Page]:
    known = {each.name: each for each in pages() if each.warm is not None}
    for name in names:
        if name not in known:
            raise UnknownName("page with figures", name, known)
    return [known[name] for name in names or known]


def pack(reader: Session, filters: Filters, chosen: list[Page]) -> Pack:
    """Everything the pages open with under these filters; each view once, where it comes first."""
    recorder = recorder_of(reader, filters)
    sheets: list[Sheet] = []
    measures: dict[str, Measure] = {}
    for each in chosen:
        before = set(recorder.views)
        if each.warm is not None:
            each.warm(recorder)
        title = recorder.words(f"{each.name}.title")
        for name, view in recorder.views.items():
            if name not in before and view.frame.height:
                sheets.append(_sheet(view, title, f"{each.name}_{name}", recorder))
                measures |= {one.name: one for one in view.measures}
    as_of = filters.as_of or reader.snapshot.as_of
    return Pack(
        title=_title(reader, filters),
        language=reader.language,
        sheets=tuple(sheets),
        selection=_selection(reader.snapshot, filters, recorder.words, reader.language),
        measures=tuple(measures.values()),
        filters=filters,
        as_of=as_of,
        snapshot_id=reader.snapshot.id,
    )


def _sheet(view: View, page: str, name: str, reader: Session) -> Sheet:
    language = reader.language
    frame = view.frame.select(column for column, dtype in view.frame.schema.items() if not dtype.is_nested())
    words = reader.words
    for dimension in view.by:
        if dimension in DIMENSIONS and dimension in frame.columns:
            labels = reader.snapshot.labels(dimension, language)
            frame = frame.with_columns(pl.col(dimension).replace(labels))
    frame = frame.drop("zh", "en", strict=False)
    if "measure" in frame.columns:
        frame = frame.with_columns(
            pl.col("measure").replace({each.name: each.label(language) for each in view.measures})
        )
    headings = {column: _heading(column, words) for column in frame.columns}
    is_share = all(each.unit.zh == "%" for each in view.measures)
    shares = [column for column in frame.columns if column in _SHARES or column.endswith(_SHARE_ENDS)]
    return Sheet(
        page=page,
        name=name,
        finding=view.finding(language) if view.finding else "",
        frame=frame.rename(headings),
        shares=tuple(headings[column] for column in shares if is_share),
        notes=tuple(note(language) for note in view.notes),
    )


def _heading(column: str, words: Words) -> str:
    if column in DIMENSIONS:
        return DIMENSIONS[column].label(words.language)
    return words(f"export.{column}") if words.has(f"export.{column}") else column


def _title(reader: Session, filters: Filters) -> str:
    parts = [reader.settings.bureau or "回音 Huiyin", wording.period(filters.start, filters.end, reader.language)]
    return " · ".join([*parts, *(["演示数据 demo data"] if reader.snapshot.is_demo else [])])


def _selection(snapshot: Snapshot, filters: Filters, words: Words, language: str) -> tuple[tuple[str, str], ...]:
    lines = [
        (words("export.period"), wording.period(filters.start, filters.end, language)),
        (words("export.as_of"), wording.day(filters.as_of or snapshot.as_of, language)),
        (words("export.rules"), filters.rule_set.label(language)),
        (words("export.convention"), CONVENTIONS[filters.convention](language)),
    ]
    for name, keys in filters.where:
        labels = snapshot.labels(name, language)
        lines.append((DIMENSIONS[name].label(language), "、".join(labels.get(key, key) for key in keys)))
    return (*lines, (words("export.snapshot"), snapshot.id))
