"""`huiyin export`: the figures of the pages as files."""

from pathlib import Path

from dashboard.cli.console import inform
from dashboard.cli.options import Asked
from dashboard.cli.recorder import recorder_of
from dashboard.cli.selection import reading_language, selection
from dashboard.exports import Pack, Sheet, exporter, exporters
from dashboard.exports.sheets import selection_lines, sheet
from dashboard.screens import Page, pages
from dashboard.state.session import Session, default_reader
from queries import wording
from queries.errors import InputError, UnknownName, UsageError
from queries.filters import Filters
from queries.measures import Measure
from queries.settings import Settings

BRIEFINGS = (".docx", ".pptx", ".pdf")  # endings of what `huiyin export briefing` writes


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
    if ending in BRIEFINGS:
        raise UsageError(
            f"The figures of the pages are written as {', '.join(exporters())}. For a {ending} of the monthly session "
            f"use: huiyin export briefing --format {ending[1:]} --output FOLDER."
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
                sheets.append(sheet(view, title, f"{each.name}_{name}", reader.snapshot, reader.language))
                measures |= {one.name: one for one in view.measures}
    as_of = filters.as_of or reader.snapshot.as_of
    return Pack(
        title=_title(reader, filters),
        language=reader.language,
        sheets=tuple(sheets),
        selection=selection_lines(reader.snapshot, filters, reader.language),
        measures=tuple(measures.values()),
        filters=filters,
        as_of=as_of,
        snapshot_id=reader.snapshot.id,
    )


def _title(reader: Session, filters: Filters) -> str:
    parts = [reader.settings.bureau or "回音 Huiyin", wording.period(filters.start, filters.end, reader.language)]
    return " · ".join([*parts, *(["演示数据 demo data"] if reader.snapshot.is_demo else [])])
