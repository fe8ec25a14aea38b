"""A register of cases into the store: survey all rows, then convert, check and merge them chunk by chunk.

Two readings of each file keep memory flat: the first one learns what concerns all rows (the order of day and month,
spellings of names, numbers that come twice), the second one converts with that knowledge.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import func, select

from queries.checks import CHECKS
from queries.personal import (
    are_identity_numbers,
    are_mobile_numbers,
    are_names_of_people,
    is_identity_number,
    naming_a_person,
)
from queries.schema import case_evaluation, office, petition_case
from seed.columns import COLUMNS, REQUIRED
from seed.convert import FINDINGS, Converter, Survey
from seed.layout import Layout
from seed.load.bulk import fetch_frame
from seed.load.cases import TARGETS, CaseWriter
from seed.load.job import Job
from seed.load.merge import indexes_built_later
from seed.load.names import add_met, known_names, offices, unlisted
from seed.load.register_checks import Closures, kept_bits, note_orders, note_vanished
from seed.load.repeats import derive_repeats
from seed.load.report import Progress, as_findings
from seed.row_checks import check_rows

EVENTS = ("petitioned_on", "registered_at", "forwarded_at", "received_by_office_at", "accepted_at", "replied_at",
          "closed_at", "review_requested_at", "review_done_at", "recheck_requested_at", "recheck_done_at",
          "supervised_at", "bureau.evaluated_at", "office.evaluated_at")  # fmt: skip
"""Columns whose newest date is the register's as-of date."""


@dataclass
class _File:
    """The tables of one file and what the survey found in them.

    Attributes:
        ids: case numbers of all rows in order; repeated: those that come more than once.
        personal: where a person's identity number stood for a case number; it is gone from `ids`.
    """

    name: str
    layouts: list[Layout]
    converters: list[Converter]
    survey: Survey = field(default_factory=Survey)
    ids: pl.Series = field(default_factory=lambda: pl.Series("case_id", [], dtype=pl.String))
    repeated: frozenset[str] = frozenset()
    personal: pl.Series = field(default_factory=lambda: pl.Series([], dtype=pl.Boolean))


def load_register(job: Job, layouts: Sequence[Layout]) -> None:
    """Load the tables of one register; counts, findings and notes go into the job.

    Args:
        job: see `seed.load.job.Job`.
        layouts: all of one mapping, in the order of the files.
    """
    _Register(job, layouts).load()


class _Register:
    def __init__(self, job: Job, layouts: Sequence[Layout]):
        self._job = job
        self._survey = Survey()
        self._files = self._by_file(layouts)
        self._closures = Closures()
        self._met: dict[str, set[str]] = {}
        self._first_day: date | None = None
        self._last_day: date | None = None

    def load(self) -> None:
        job = self._job
        for file in self._files:
            self._survey_file(file)
        total = sum(file.survey.rows for file in self._files)
        columns = {name for file in self._files for layout in file.layouts for name in layout.mapping.columns}
        self._survey.spellings.settle(known_names(job.connection, columns))
        for file in self._files:
            for converter in file.converters:
                converter.settle(self._survey)
        note_orders(job, self._survey, [layout for file in self._files for layout in file.layouts])
        self._listed = self._offices_listed()
        writer = CaseWriter(job.connection, import_id=job.import_id, source=job.mapping.name)
        before = writer.cases.known
        self._taken = self._other_registers()
        with ExitStack() as stack:
            if not job.only_check:
                stack.enter_context(indexes_built_later(job.connection, (petition_case, case_evaluation), total))
            done = 0
            for number, file in enumerate(self._files):
                brought = []
                for rows, frame in self._convert_file(file):
                    self._write(writer, frame)
                    if number + 1 < len(self._files):
                        brought.append(frame)
                    done += rows
                    job.progress(Progress("importing", done, total))
                for frame in brought:
                    writer.learn(frame)
        numbers = [file.ids for file in self._files]
        note_vanished(job, before, writer.cases, numbers, self._first_day, self._last_day)
        writer.close()
        self._finish()

    def _by_file(self, layouts: Sequence[Layout]) -> list[_File]:
        files: dict[str, _File] = {}
        for layout in layouts:
            file = files.setdefault(layout.table.file, _File(layout.table.file, [], []))
            file.layouts.append(layout)
            file.converters.append(Converter(layout, self._job.key, self._job.last_day))
        return list(files.values())

    def _survey_file(self, file: _File) -> None:
        job = self._job
        file.survey.orders, file.survey.spellings = self._survey.orders, self._survey.spellings
        for layout, converter in zip(file.layouts, file.converters, strict=True):
            self._describe(layout)
            for chunk in layout.table.chunks(layout.read, layout.first_row, len(layout.headings)):
                converter.survey(chunk.frame, file.survey)
                if chunk.malformed:
                    self._malformed(layout, chunk.malformed)
                job.progress(Progress("reading", file.survey.rows))
        ids = pl.concat(file.survey.ids) if file.survey.ids else file.ids
        file.survey.ids = []
        if "case_id" not in file.layouts[0].mapping.columns:
            ids = _numbered(ids)
            file.ids, file.repeated = ids, frozenset()
            file.personal = pl.Series([False]).new_from_index(0, len(ids))
        else:
            file.personal = _personal(ids)
            ids = file.ids = ids.set(file.personal, None)
            file.repeated = frozenset(ids.filter(ids.is_duplicated()).drop_nulls().unique())
        job.read(file.name, file.survey.rows)

    def _malformed(self, layout: Layout, rows: Sequence[int]) -> None:
        job = self._job
        found = pl.DataFrame({"row": rows}, schema={"row": pl.Int64}).with_columns(
            check=pl.lit("row_malformed"), column=pl.lit(None, pl.String), value_class=pl.lit("whole row"),
            case_id=pl.lit(None, pl.String),
        )  # fmt: skip
        job.findings.add(as_findings([found.select(list(FINDINGS))], layout.table.file, layout.table.sheet))
        job.rejected += len(rows)
        job.read(layout.table.file, len(rows))

    def _describe(self, layout: Layout) -> None:
        """Used, ignored and dropped columns, and what follows from those that are missing."""
        job, mapping = self._job, layout.mapping
        job.used.update(layout.used)
        job.ignored += [heading for heading in layout.ignored if heading not in job.ignored]
        job.dropped += [heading for heading in layout.dropped if heading not in job.dropped]
        for table_note in layout.table.notes:
            job.note(f"{layout.where}：{table_note.zh}", f"{layout.where}: {table_note.en}")
        rows = "、".join(map(str, layout.header_rows))
        if layout.header_rows != (1,):
            job.note(f"{layout.where}：表头在第{rows}行", f"{layout.where}: the heading is row {rows}")
        if layout.hashed:
            listed = "、".join(layout.hashed)
            job.note(
                f"{listed} 仅用于生成关联件的加密散列，未保存",
                f"{listed}: used for the keyed hash of the matter only, not kept",
            )
        if "case_id" not in mapping.columns:
            basis = "、".join(mapping.id_columns)
            job.note(
                f"登记没有编号：按{basis or '整行内容'}生成稳定编号；该内容改变的行会作为新件，"
                "完全相同的行保留为不同件",
                f"The register has no case number: a stable one is derived from {basis or 'the whole row'}. "
                "A row whose content changes becomes a new item; equal rows stay separate items.",
            )
        missing = [name for name in REQUIRED[1:] if name not in layout.used and name not in mapping.constants]
        for name in missing:
            label = COLUMNS[name].headings[0]
            job.note(
                f"没有“{label}”一列，相关指标无法计算", f"There is no column for {name}: figures on it are left out."
            )

    def _offices_listed(self) -> dict[str, str] | None:
        count = select(func.count()).select_from(office).where(office.c.is_listed.is_(True))
        if not self._job.connection.execute(count).scalar():
            return None
        return offices(self._job.connection, listed_only=True)

    def _other_registers(self) -> pl.DataFrame:
        source = self._job.mapping.name.replace("'", "''")
        statement = f"SELECT case_id FROM petition_case WHERE source <> '{source}'"
        return fetch_frame(self._job.connection, statement, ["case_id"])

    def _convert_file(self, file: _File) -> Iterator[tuple[int, pl.DataFrame]]:
        """Good rows, ready to be written, with the number of rows they were made of."""
        offset = 0
        accepted: set[str] = set()
        for layout, converter in zip(file.layouts, file.converters, strict=True):
            headings = layout.named
            for chunk in layout.table.chunks(layout.read, layout.first_row, len(layout.headings)):
                ids = file.ids.slice(offset, chunk.frame.height)
                personal = file.personal.slice(offset, chunk.frame.height)
                offset += chunk.frame.height
                converted = converter.convert(chunk.frame, ids, self._survey.spellings)
                frame = _with_status(converted.frame, layout)
                frame, broken = check_rows(frame, headings)
                found = [converted.findings, broken]
                found += self._identity_findings(frame, layout, headings, file, accepted, found, personal)
                found += self._name_findings(frame, headings)
                yield chunk.frame.height, self._accept(frame, found, layout)

    def _identity_findings(
        self, frame: pl.DataFrame, layout: Layout, headings: dict[str, str], file: _File, accepted: set[str],
        found: list[pl.DataFrame], personal: pl.Series,
    ) -> list[pl.DataFrame]:  # fmt: skip
        heading = headings.get("case_id")
        findings = [
            _listed(frame, frame["case_id"].is_null() & ~personal, "case_id_missing", heading, "empty"),
            _listed(frame, personal, "case_id_personal", heading, "identity number"),
        ]
        if not self._taken.is_empty():
            taken = frame["case_id"].is_in(self._taken["case_id"].implode()).fill_null(False)
            findings.append(_listed(frame, taken, "case_id_taken", heading, "number"))
        if "case_id" not in layout.mapping.columns:
            again = frame["case_id"].str.contains("~", literal=True)
            findings.append(_listed(frame, again, "same_content_rows", None, "whole row"))
        elif file.repeated:
            rejected = set(_rejected(pl.concat([*found, *findings])))
            repeated = []
            suspects = frame.filter(frame["case_id"].is_in(list(file.repeated))).select("row", "case_id")
            for row, identity in suspects.iter_rows():
                if identity in accepted:
                    repeated.append(row)
                elif row not in rejected:
                    accepted.add(identity)
            mask = frame["row"].is_in(repeated)
            findings.append(_listed(frame, mask, "case_id_repeated", heading, "number"))
        return findings

    def _name_findings(self, frame: pl.DataFrame, headings: dict[str, str]) -> list[pl.DataFrame]:
        findings = []
        for column, check, kind in (("place_code", "place_unknown", "township"),
                                    ("responsible_office_id", "office_unknown", "department")):  # fmt: skip
            if column not in frame.columns:
                continue
            for name in frame[column].unique().drop_nulls():
                self._met.setdefault(name, set()).add(kind)
            if self._listed is not None:
                mask = unlisted(frame[column], self._listed)
                findings.append(_listed(frame, mask, check, headings.get(column), "name"))
        return findings

    def _accept(self, frame: pl.DataFrame, found: list[pl.DataFrame], layout: Layout) -> pl.DataFrame:
        job = self._job
        findings = pl.concat(found)
        rejected = _rejected(findings)
        severe = [name for name, check in CHECKS.items() if check.severity == "quarantine"]
        quarantined = findings.filter(pl.col("check").is_in(severe))["row"].unique()
        # of a rejected row only the reason for the rejection is of use
        findings = findings.filter(~pl.col("row").is_in(rejected.implode()) | _is_rejection())
        job.findings.add(as_findings([findings], layout.table.file, layout.table.sheet))
        job.rejected += len(rejected)
        job.quarantined += len(quarantined.filter(~quarantined.is_in(rejected.implode())))
        good = frame.filter(~pl.col("row").is_in(rejected.implode()))
        for column in EVENTS:
            if column in good.columns:
                job.newest(_day(good[column].max()))
        self._closures.add(good)
        self._span(good)
        return good.rename({"row": "source_row"}).with_columns(
            pl.lit(layout.table.file[:200]).alias("source_file"),
            pl.lit(kept_bits(good.columns), pl.Int32).alias("kept_bits"),
        )

    def _span(self, good: pl.DataFrame) -> None:
        first, last = _day(good["registered_at"].min()), _day(good["registered_at"].max())
        if first is not None and last is not None:
            self._first_day = min(self._first_day or first, first)
            self._last_day = max(self._last_day or last, last)

    def _write(self, writer: CaseWriter, frame: pl.DataFrame) -> None:
        job = self._job
        written = writer.write(frame, only_compare=job.only_check)
        cases, evaluations = written.cases, written.evaluations
        job.new, job.changed, job.same = job.new + cases.new, job.changed + cases.changed, job.same + cases.same
        job.evaluations += evaluations.new + evaluations.changed + evaluations.same
        job.other_changes += evaluations.new + evaluations.changed
        first = ("registered_at", "is_first_local", "is_first_national", "is_repeat")
        changed = sum(cases.changed_columns.get(name, 0) for name in first)
        job.findings.warn("registration_changed", changed)

    def _finish(self) -> None:
        job = self._job
        self._closures.report(job)
        if job.only_check:
            return
        kinds = {name: kinds.copy().pop() if len(kinds) == 1 else "unknown" for name, kinds in self._met.items()}
        add_met(job.connection, kinds)
        for layout in (layout for file in self._files for layout in file.layouts):
            for column, source in layout.mapping.columns.items():
                if source.within_days is not None:
                    name = job.mapping.name
                    job.other_changes += derive_repeats(
                        job.connection, name, column, source.within_days, import_id=job.import_id
                    )


def _with_status(frame: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Give every evaluation a status: stated, or that there is a score, or what the mapping says of silence."""
    for target in TARGETS:
        status, score = f"{target}.status", f"{target}.score"
        if score not in frame.columns:
            continue
        silent = layout.mapping.silent.get(target, "none")
        quiet = pl.lit(None, pl.String) if silent == "none" else pl.lit(silent)
        scored = pl.when(pl.col(score).is_not_null()).then(pl.lit("evaluated")).otherwise(quiet)
        stated = pl.col(status) if status in frame.columns else pl.lit(None, pl.String)
        frame = frame.with_columns(pl.coalesce(stated, scored).alias(status))
    return frame


def _numbered(ids: pl.Series) -> pl.Series:
    """Equal rows told apart by their occurrence: the second one gets `~2`."""
    if not ids.is_duplicated().any():
        return ids
    times = pl.col("case_id").cum_count().over("case_id")
    again = pl.concat_str(pl.col("case_id"), pl.lit("~"), times.cast(pl.String))
    return ids.to_frame().select(pl.when(times > 1).then(again).otherwise("case_id").alias("case_id")).to_series()


def _personal(ids: pl.Series) -> pl.Series:
    """Where a case number is the identity or mobile number, name or mail address of a person, in a column of such."""
    if are_names_of_people(ids.drop_nulls()) or are_mobile_numbers(ids):
        return ids.is_not_null()
    if (addresses := ids.str.contains("@") & naming_a_person(ids)).sum() * 2 > len(ids):
        return addresses.fill_null(False)
    if not are_identity_numbers(ids):
        return pl.Series([False]).new_from_index(0, len(ids))
    return pl.Series([text is not None and is_identity_number(text) for text in ids])


def _is_rejection() -> pl.Expr:
    rejecting = [name for name, check in CHECKS.items() if check.severity == "reject"]
    return pl.col("check").is_in([name for name in rejecting if name != "evaluation_without_score"])


def _rejected(findings: pl.DataFrame) -> pl.Series:
    return findings.filter(_is_rejection())["row"].unique()


def _listed(frame: pl.DataFrame, mask: pl.Series, check: str, heading: str | None, value: str) -> pl.DataFrame:
    found = frame.filter(mask.fill_null(False)).select(
        pl.lit(check).alias("check"), "row", pl.lit(heading, pl.String).alias("column"),
        pl.lit(value).alias("value_class"), "case_id",
    )  # fmt: skip
    return found.select(list(FINDINGS))


def _day(value: Any) -> date | None:
    if value is None:
        return None
    return value.date() if hasattr(value, "date") else value  # type: ignore[no-any-return]  # a date or a datetime
