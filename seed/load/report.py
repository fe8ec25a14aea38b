"""What an import did, or would do: counts, notes, and the rows that need a person's eye."""

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]  # it has no stubs

from queries.checks import CHECKS
from queries.vocabulary import Text

LISTED_WARNINGS = 1_000  # rows listed of one warning in one file; all of them are counted
FINDING_COLUMNS = {
    "check_name": pl.String,
    "severity": pl.String,
    "file": pl.String,
    "sheet": pl.String,
    "row": pl.Int64,
    "column": pl.String,
    "value_class": pl.String,
    "case_id": pl.String,
}
"""Schema of `ImportReport.findings`, one row a rejected, quarantined or doubtful row of a file."""

_HEADINGS = (
    ("severity", "处理 severity"),
    ("check_name", "检查 check"),
    ("file", "文件 file"),
    ("sheet", "工作表 sheet"),
    ("row", "行 row"),
    ("column", "列 column"),
    ("value_class", "值的类型 kind of value"),
    ("case_id", "信访件编号 case"),
    ("zh", "原因"),
    ("en", "reason"),
)
_EXTRA = {
    "evaluation_without_score": Text("该评价未导入，信访件保留", "this evaluation was not imported, the item was"),
    "dates_out_of_order": Text("涉及的日期不参与计算", "the dates concerned are left out of figures"),
    "case_vanished": Text("已保留", "kept"),
}


@dataclass(frozen=True)
class Progress:
    """How far an import is: what it does, rows done, rows in all (None while they are being counted)."""

    phase: str
    done: int
    total: int | None = None


@dataclass(frozen=True)
class ImportReport:
    """The outcome of a check or an import.

    Attributes:
        import_id: of the run; None for a dry run.
        source: name of the register.
        files: {name, bytes, sha256, rows} of each file.
        rows_read: new + changed + same + rejected.
        quarantined: rows kept of which some column is left out of figures; they are among new, changed, same.
        checks: rows by check, listed or not.
        used, constants: our column to heading or value.
        ignored, dropped_personal: headings.
        notes: what was decided or assumed.
        unsupported: measures this register cannot support, with the reason.
        as_of: newest event in the files.
        findings: see FINDING_COLUMNS; of warnings at most LISTED_WARNINGS rows each.
    """

    import_id: int | None
    source: str
    files: tuple[Mapping[str, Any], ...] = ()
    rows_read: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    rejected: int = 0
    quarantined: int = 0
    evaluations: int = 0
    checks: Mapping[str, int] = field(default_factory=dict)
    used: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    dropped_personal: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Text, ...] = ()
    unsupported: Mapping[str, Text] = field(default_factory=dict)
    as_of: date | None = None
    findings: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=FINDING_COLUMNS))

    @property
    def kept(self) -> int:
        """Rows that are in the store, or would be."""
        return self.new + self.changed + self.same

    def to_csv(self, path: Path) -> Path:
        """The findings as CSV that a spreadsheet opens (UTF-8 with mark); returns the path."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.csv())
        return path

    def csv(self) -> bytes:
        """The findings as CSV."""
        buffer = io.BytesIO()
        self._listed().write_csv(buffer, include_bom=True)
        return buffer.getvalue()

    def to_xlsx(self, path: Path) -> Path:
        """The findings as a workbook; returns the path."""
        path.parent.mkdir(parents=True, exist_ok=True)
        # no formula is ever made of a cell: headings come from a stranger's file
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            sheet = book.add_worksheet("导入检查")
            listed = self._listed()
            sheet.write_row(0, 0, listed.columns, book.add_format({"bold": True}))
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(listed.iter_rows(), start=1):
                sheet.write_row(number, 0, ["" if cell is None else cell for cell in row])
            sheet.autofit()
        return path

    def columns_json(self) -> str:
        """`import_run.columns`."""
        return json.dumps(
            {
                "used": dict(self.used),
                "ignored": list(self.ignored),
                "dropped_personal": list(self.dropped_personal),
                "constants": dict(self.constants),
                "notes": [{"zh": note.zh, "en": note.en} for note in self.notes],
            },
            ensure_ascii=False,
        )

    def unsupported_json(self) -> str:
        """`import_run.unsupported`."""
        return json.dumps({name: {"zh": why.zh, "en": why.en} for name, why in self.unsupported.items()},
                          ensure_ascii=False, sort_keys=True)  # fmt: skip

    def _listed(self) -> pl.DataFrame:
        reasons = {name: reason_of(name) for name in CHECKS}
        frame = self.findings.with_columns(
            zh=pl.col("check_name").replace_strict({name: text.zh for name, text in reasons.items()}),
            en=pl.col("check_name").replace_strict({name: text.en for name, text in reasons.items()}),
        )
        safe = [
            pl.when(pl.col(name).str.contains(r"^[=+\-@\t\r]"))
            .then("'" + pl.col(name))
            .otherwise(pl.col(name))
            .alias(name)
            for name, dtype in frame.schema.items()
            if dtype == pl.String
        ]
        return frame.with_columns(safe).select(pl.col(name).alias(heading) for name, heading in _HEADINGS)


def reason_of(check: str) -> Text:
    """Why a check lists a row, in a sentence."""
    label, extra = CHECKS[check].label, _EXTRA.get(check)
    return Text(f"{label.zh}；{extra.zh}", f"{label.en}; {extra.en}") if extra else label


def as_findings(found: Iterable[pl.DataFrame], file: str, sheet: str) -> pl.DataFrame:
    """Findings of one table in the report's schema."""
    severities = {name: check.severity for name, check in CHECKS.items()}
    frame = pl.concat(list(found)).rename({"check": "check_name"})
    return frame.select(
        "check_name",
        pl.col("check_name").replace_strict(severities, return_dtype=pl.String).alias("severity"),
        pl.lit(file).alias("file"),
        pl.lit(sheet).alias("sheet"),
        "row",
        "column",
        "value_class",
        "case_id",
    ).cast(FINDING_COLUMNS)  # type: ignore[arg-type]  # a dict of names to dtypes is what it takes


class Findings:
    """Collects findings: counts all, keeps every rejected or quarantined row and the first of each warning."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self._kept: list[pl.DataFrame] = [pl.DataFrame(schema=FINDING_COLUMNS)]
        self._warned: dict[tuple[str, str], int] = {}

    def add(self, found: pl.DataFrame) -> None:
        """Add findings of the report's schema."""
        if found.is_empty():
            return
        for (name, file), part in found.group_by("check_name", "file", maintain_order=True):
            check, key = str(name), (str(name), str(file))
            self.counts[check] = self.counts.get(check, 0) + part.height
            if CHECKS[check].severity == "warn":
                already = self._warned.get(key, 0)
                rows = part.head(max(0, LISTED_WARNINGS - already)).to_dicts()
                self._warned[key] = already + len(rows)
                # made anew: a slice would keep all the findings it was cut from in memory
                part = pl.DataFrame(rows, schema=FINDING_COLUMNS)
            self._kept.append(part)

    def warn(self, check: str, rows: int, listed: Sequence[Mapping[str, Any]] = ()) -> None:
        """Count a warning about several rows together, listing some."""
        if rows:
            self.counts[check] = self.counts.get(check, 0) + rows
            base = dict.fromkeys(FINDING_COLUMNS) | {"check_name": check, "severity": CHECKS[check].severity}
            shown = [base | dict(row) for row in listed[:LISTED_WARNINGS]] or [base]
            self._kept.append(pl.DataFrame(shown, schema=FINDING_COLUMNS))

    def frame(self) -> pl.DataFrame:
        """Everything kept: rejected rows first, then quarantined ones, then warnings, each by file and row."""
        rank = pl.col("severity").replace_strict({"reject": 0, "quarantine": 1, "warn": 2}, return_dtype=pl.Int8)
        return pl.concat(self._kept).sort(rank, "file", "sheet", "row", "check_name", maintain_order=True)
