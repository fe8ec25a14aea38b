"""CSV and Parquet: a folder with one file a view, and one with what the figures stand on."""

import io
from pathlib import Path

import polars as pl

from dashboard.exports import Exporter, Pack, Sheet
from dashboard.exports.cells import csv_bytes, frame_csv
from queries import wording


def _write_csv(pack: Pack, folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for sheet in pack.sheets:
        files.append(folder / f"{sheet.name}.csv")
        files[-1].write_bytes(sheet_csv(pack, sheet))
    files.append(folder / "definitions.csv")
    files[-1].write_bytes(csv_bytes([*pack.selection, (), *definition_lines(pack)]))
    return files


def sheet_csv(pack: Pack, sheet: Sheet) -> bytes:
    """One sheet as CSV, with what it stands on below."""
    return frame_csv(sheet.frame, _foot(pack, sheet))


def sheet_parquet(pack: Pack, sheet: Sheet) -> bytes:
    """One sheet as Parquet, with what it stands on in the file's own description."""
    out = io.BytesIO()
    sheet.frame.write_parquet(out, metadata=_about(pack) | {"finding": sheet.finding})
    return out.getvalue()


def _about(pack: Pack) -> dict[str, str]:
    return {"title": pack.title} | {f"selection.{name}": value for name, value in pack.selection}


def _foot(pack: Pack, sheet: Sheet) -> list[tuple[str, ...]]:
    said = [text for text in (sheet.finding, *sheet.notes) if text]
    return [(), (pack.title,), *((text,) for text in said), *pack.selection]


def definition_lines(pack: Pack) -> list[tuple[str, ...]]:
    """The measures of a pack: name, label, meaning, date of the period, unit, source."""
    language = pack.language
    return [
        (
            each.name,
            each.label(language),
            each.meaning(language),
            each.cohort.label(language),
            each.unit(language),
            wording.cited(each.source, language),
        )
        for each in pack.measures
    ]


def _write_parquet(pack: Pack, folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for sheet in pack.sheets:
        files.append(folder / f"{sheet.name}.parquet")
        files[-1].write_bytes(sheet_parquet(pack, sheet))
    headings = ("name", "label", "meaning", "period", "unit", "source")
    files.append(folder / "definitions.parquet")
    pl.DataFrame(definition_lines(pack), schema=headings, orient="row").write_parquet(files[-1], metadata=_about(pack))
    return files


EXPORTER = (Exporter("csv", "folder", _write_csv), Exporter("parquet", "folder", _write_parquet))
