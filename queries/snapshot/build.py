"""Build a snapshot: rows in batches of any size, integers by month out.

Rows are coded as they arrive and kept coded (about 80 bytes a row) until the last one is in; then months are written
one by one. Codes met on the way are put in their final order while writing.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from queries.checks import UNUSABLE
from queries.coding import BOOLEAN, NOT_GIVEN, YES, code
from queries.days import day_number, from_day_number
from queries.dimensions import BLANK, DIMENSIONS, Table
from queries.snapshot import encode
from queries.snapshot.layout import (
    BACKLOG_DAYS,
    BACKLOG_WORDS,
    CASE_DAYS,
    EVALUATION_DAYS,
    EVALUATION_WORDS,
    EVENT_CHECKED,
    EVENT_DAYS,
    FIXED,
    YES_NO,
    dimensions_of,
    width,
)
from queries.snapshot.write import Written, matter_links, read_partition, write_arrow, write_partition
from queries.vocabulary import DICTIONARIES, Text

Orders = dict[str, tuple[list[str], np.ndarray]]
"""Dimension to its keys in final order, and the final code of each code met."""

OFFICE_COLUMNS = {"office_id": pl.String, "name": pl.String, "kind": pl.String, "parent_id": pl.String,
                  "population": pl.Int64, "is_listed": pl.Boolean}  # fmt: skip
_COUNTED = ("matter_id", "extended_days", "petitioner_count")
_PLACE_KINDS = {"place": ("township",), "office": ("township", "department")}


class Builder:
    """Takes rows, then writes the snapshot's files and manifest into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.codebooks = encode.codebooks()
        self.coverage: dict[str, int] = defaultdict(int)
        self.unusable: dict[str, int] = dict.fromkeys(UNUSABLE, 0)
        self.unusable_values: set[int] = set()
        self.events: dict[str, int] = {}
        """Table to day number of its newest event."""
        self.newest: int | None = None
        self.not_counted = 0
        self.sources: dict[str, int] = {}
        self.source_rows: dict[int, int] = defaultdict(int)
        self.undated: dict[int, int] = defaultdict(int)
        self.rows = {"cases": 0, "evaluations": 0, "backlog": 0}
        self._cases: dict[int, list[pl.DataFrame]] = defaultdict(list)
        self._matters: list[pl.DataFrame] = []
        self._evaluations: list[pl.DataFrame] = []
        self._backlog: list[pl.DataFrame] = []
        self._offices = pl.DataFrame(schema=OFFICE_COLUMNS)
        self._case_nos: list[pl.DataFrame] = []
        self._seen = 0

    def add_offices(self, frame: pl.DataFrame) -> None:
        """The office table: its column names as in `queries.schema.office`."""
        self._offices = _with_columns(frame, OFFICE_COLUMNS).select(
            pl.col(name).cast(dtype) for name, dtype in OFFICE_COLUMNS.items()
        )

    def add_cases(self, frame: pl.DataFrame) -> None:
        """A batch of `petition_case`: register columns, any of them missing; without case_no it is given one."""
        if "counted" in frame.columns:
            counted = frame["counted"].cast(pl.Int8).fill_null(1) == 1
            self.not_counted += len(frame) - int(counted.sum())
            frame = frame.filter(counted)
        if frame.is_empty():
            return
        if "case_no" not in frame.columns:
            frame = frame.with_columns(case_no=pl.int_range(self._seen + 1, self._seen + len(frame) + 1, eager=True))
        if "case_id" in frame.columns:
            self._case_nos.append(frame.select("case_id", pl.col("case_no").cast(pl.Int32)))
        self._seen += len(frame)
        self.rows["cases"] += len(frame)
        self._keep_cases(_with_columns(frame, case_columns()))

    def _keep_cases(self, frame: pl.DataFrame) -> None:
        registered, closed = encode.seconds(frame["registered_at"]), encode.seconds(frame["closed_at"])
        day = {name: encode.days(frame[source]).rename(name) for name, source in CASE_DAYS.items()}
        coded = pl.DataFrame(
            [
                frame["case_no"].cast(pl.Int32),
                *day.values(),
                _elapsed(registered, closed, day).rename("close_seconds"),
                ((registered // 60) % (24 * 60)).cast(pl.Int16).rename("registered_minute"),
                *encode.working_days(day["registered_day"]),
                frame["petitioner_count"].cast(pl.Int32),
                frame["extended_days"].cast(pl.Int16),
                *(encode.yes_no(frame[name]).rename(name) for name in YES_NO),
                frame["unusable"].cast(pl.Int16).fill_null(0),
                self._sources(frame["source"]),
                *self._dimensions(frame, "cases"),
            ]
        )
        undated = pl.col("closed_day").is_null() & (pl.col("closed_stated") == YES)
        for number, rows, without_day in coded.group_by("source").agg(pl.len(), undated.sum()).iter_rows():
            self.source_rows[number] += rows
            self.undated[number] += without_day
        self.coverage["registered_time"] += int((coded["registered_minute"] > 0).sum())
        self._count(frame, [*CASE_DAYS.values(), *YES_NO, *_COUNTED])
        self._note(coded, "cases")
        self._keep_matters(frame, day["registered_day"], day["closed_day"])
        month = (pl.col("registered_day").cast(pl.Int32).cast(pl.Date).dt.month_start().cast(pl.Int32)).alias("month")
        for (key,), part in coded.with_columns(month).partition_by("month", as_dict=True, include_key=False).items():
            self._cases[int(key)].append(part)

    def _sources(self, names: pl.Series) -> pl.Series:
        for name in names.unique().drop_nulls().sort():
            self.sources.setdefault(name, len(self.sources) + 1)
        if not self.sources:
            return pl.Series("source", [0], dtype=pl.Int16).new_from_index(0, len(names))
        codes = names.cast(pl.String).replace_strict(self.sources, default=0, return_dtype=pl.Int16)
        return codes.fill_null(0).rename("source")

    def _keep_matters(self, frame: pl.DataFrame, registered: pl.Series, closed: pl.Series) -> None:
        matter = frame["matter_id"]
        if matter.null_count() == len(matter):
            return
        # a register's matter_id is already a keyed hash; 64 bits of it collide once in 400,000 registers of 10 million
        items = pl.DataFrame(
            [frame["case_no"].cast(pl.Int32), matter.hash().alias("hash"), registered.alias("from"), closed.alias("to")]
        )
        self._matters.append(items.filter(matter.is_not_null()))

    def _dimensions(self, frame: pl.DataFrame, table: Table) -> list[pl.Series]:
        return [
            self.codebooks[name].encode(frame[DIMENSIONS[name].column]).rename(name) for name in dimensions_of(table)
        ]

    def _count(self, frame: pl.DataFrame, columns: Iterable[str]) -> None:
        for name in columns:
            self.coverage[name] += len(frame) - frame[name].null_count()

    def _note(self, coded: pl.DataFrame, table: Table) -> None:
        """Remember what the manifest says of the rows: newest event, unusable columns."""
        bits = coded["unusable"] if "unusable" in coded.columns else None
        if bits is not None and bits.max():
            counts = bits.value_counts().filter(pl.col("unusable") != 0)
            for value, rows in counts.iter_rows():
                self.unusable_values.add(value)
                for name, bit in UNUSABLE.items():
                    self.unusable[name] += rows if value & bit else 0
        for name in EVENT_DAYS[table]:
            day = coded[name]
            if bits is not None and bits.max() and name in EVENT_CHECKED:
                bit = UNUSABLE[EVENT_CHECKED[name]]
                day = day.filter((bits // bit) % 2 == 0)
            for number in day.top_k(1).drop_nulls():
                self.events[table] = max(int(number), self.events.get(table, int(number)))

    def add_evaluations(self, frame: pl.DataFrame) -> None:
        """A batch of `case_evaluation`, after all cases; rows are joined by case_no, else by case_id."""
        if frame.is_empty():
            return
        if "case_no" not in frame.columns:
            frame = frame.join(pl.concat(self._case_nos), on="case_id")
        frame = _with_columns(frame, [*EVALUATION_DAYS.values(), *EVALUATION_WORDS])
        coded = pl.DataFrame(
            [
                frame["case_no"].cast(pl.Int32),
                *(encode.days(frame[source]).rename(name) for name, source in EVALUATION_DAYS.items()),
                *encode.status(frame, {name: name for name in EVALUATION_WORDS}),
            ]
        )
        self._note(coded, "evaluations")
        self._evaluations.append(coded)

    def add_backlog(self, frame: pl.DataFrame) -> None:
        """Rows of `backlog_item`."""
        columns = {**BACKLOG_DAYS, **BACKLOG_WORDS}
        # the table names its office as the office table does
        frame = frame.rename({"office_id": "responsible_office_id"}, strict=False)
        frame = _with_columns(
            frame, [*columns.values(), "unusable", *(DIMENSIONS[name].column for name in dimensions_of("backlog"))]
        )
        coded = pl.DataFrame(
            [
                *(encode.days(frame[source]).rename(name) for name, source in BACKLOG_DAYS.items()),
                *encode.status(frame, BACKLOG_WORDS),
                # in this table a check spoils an item or it does not: 0 or 1
                (frame["unusable"].cast(pl.Int16).fill_null(0) * UNUSABLE["backlog"]).rename("unusable"),
                *self._dimensions(frame, "backlog"),
            ]
        )
        self._count(frame, columns.values())
        for name in dimensions_of("backlog"):
            self.coverage[DIMENSIONS[name].column] += int((coded[name] > NOT_GIVEN).sum())
        self.coverage["backlog"] += len(frame)
        self.rows["backlog"] += len(frame)
        self._note(coded, "backlog")
        self._backlog.append(coded)

    def finish(self, newest_file_date: date | None = None, **about: Any) -> dict[str, Any]:
        """Write every file but the manifest's place in the world.

        Args:
            newest_file_date: no event after it moves the as-of day; None takes the newest event.
            about: further entries of the manifest (id, built_at, store_version, is_demo, sources, unsupported).

        Returns:
            The manifest, also written as `manifest.json`.
        """
        self.newest = newest_day(self.events, newest_file_date)
        for name in ("cases", "evaluations", "dimensions"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        orders = self.orders(self.codebooks)
        counts = {name: np.zeros(len(keys) + 1, dtype=np.int64) for name, (keys, _) in orders.items()}
        partitions = self._write_cases(orders, counts)
        partitions += self._write_evaluations(partitions, orders)
        partitions += self.write_backlog(orders)
        for name, (keys, _) in orders.items():
            self.coverage[DIMENSIONS[name].column] += int(counts[name][1:].sum())
            self.write_dimension(name, keys, counts[name])
        manifest = {
            **about,
            "as_of": from_day_number(self.newest).isoformat() if self.newest is not None else None,
            "events": self.events,
            "rows": self.rows,
            "coverage": dict(self.coverage),
            "unusable": self.unusable,
            "unusable_values": sorted(self.unusable_values),
            "not_counted": self.not_counted,
            "source_codes": self.sources,
            "source_rows": {str(number): rows for number, rows in self.source_rows.items()},
            "undated": {str(number): rows for number, rows in self.undated.items()},
            "partitions": partitions,
        }
        (self.folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
        return manifest

    def orders(self, names: Iterable[str]) -> Orders:
        """The final order of the keys of some dimensions."""
        return {name: self.codebooks[name].final(self._first_keys(name)) for name in names}

    def _first_keys(self, name: str) -> list[str]:
        if DIMENSIONS[name].words != "office":
            return []
        kinds = _PLACE_KINDS[name]
        shown = self._offices.filter(pl.col("is_listed") & pl.col("kind").is_in(kinds)).sort("office_id")
        met = self._offices.filter(pl.col("is_listed") & pl.col("office_id").is_in(list(self.codebooks[name].codes)))
        return [*shown["office_id"].to_list(), *met.sort("office_id")["office_id"].to_list()]

    def _write_cases(self, orders: Orders, counts: dict[str, np.ndarray]) -> list[Written]:
        links = matter_links(self._matters)
        self._matters = []
        schema = {**FIXED["cases"], **_code_types(orders, "cases")}
        written = []
        for month in sorted(self._cases):
            frame = pl.concat(self._cases.pop(month)).join(links, on="case_no", how="left")
            frame = _reordered(frame, orders, "cases").sort("registered_day", "case_no")
            for name in dimensions_of("cases"):
                counts[name] += np.bincount(frame[name].to_numpy(), minlength=len(counts[name]))
            written.append(write_partition(self.folder, "cases", from_day_number(month), frame, schema))
        return written

    def _write_evaluations(self, cases: list[Written], orders: Orders) -> list[Written]:
        if not self._evaluations or not cases:
            return []
        spoilt = (pl.col("unusable") // UNUSABLE["closed_at"]) % 2 == 1
        closed = pl.when(~spoilt).then("closed_day").alias("closed_day")
        carried = ["case_no", "registered_day", "source", closed, *dimensions_of("evaluations")]
        parts = [read_partition(self.folder / part["file"]).select(carried) for part in cases]
        frame = pl.concat(self._evaluations).join(pl.concat(parts), on="case_no")
        self._evaluations = []
        self.rows["evaluations"] = len(frame)
        self._count_evaluations(frame)
        frame = _dated(frame, self.newest)
        schema = {**FIXED["evaluations"], **_code_types(orders, "evaluations")}
        month = (
            pl.coalesce("window_day", "evaluated_day", "registered_day").cast(pl.Int32).cast(pl.Date).dt.month_start()
        )
        months = frame.with_columns(month.alias("month")).partition_by("month", as_dict=True, include_key=False)
        return [
            write_partition(
                self.folder, "evaluations", key, months[(key,)].sort("registered_day", "case_no", "target"), schema
            )
            for (key,) in sorted(months)
        ]

    def _count_evaluations(self, frame: pl.DataFrame) -> None:
        self.coverage["evaluation"] = len(frame)
        self.coverage["score"] = int((frame["score"] > NOT_GIVEN).sum())
        for target in ("bureau", "office"):
            self.coverage[f"evaluation_{target}"] = int((frame["target"] == code("evaluation_target", target)).sum())
        for name, source in EVALUATION_DAYS.items():
            self.coverage[source] = len(frame) - frame[name].null_count()

    def write_backlog(self, orders: Orders) -> list[Written]:
        """Write the batch items; `finish` does so too."""
        if not self._backlog:
            return []
        frame = _reordered(pl.concat(self._backlog), orders, "backlog").sort("assigned_day", "batch")
        schema = {**FIXED["backlog"], **_code_types(orders, "backlog")}
        return [write_partition(self.folder, "backlog", None, frame, schema)]

    def write_dimension(self, name: str, keys: list[str], counts: np.ndarray) -> None:
        """Write the values of a dimension with the cases of each, from code 0 on; `finish` does so too."""
        labels = [BLANK, *(_label(name, key) for key in keys)]
        columns = {
            "code": pa.array(range(len(labels)), pa.int32()),
            "key": _texts(["", *keys]),
            "zh": _texts([label.zh for label in labels]),
            "en": _texts([label.en for label in labels]),
            "rows": pa.array(counts),
        }
        if DIMENSIONS[name].words == "office":
            known = {row["office_id"]: row for row in self._offices.iter_rows(named=True)}
            offices = [known.get(key, {}) for key in ("", *keys)]
            for language in ("zh", "en"):
                names = [office.get("name") or getattr(label, language)
                         for office, label in zip(offices, labels, strict=True)]  # fmt: skip
                columns[language] = _texts(names)
            columns |= {
                "kind": _texts([office.get("kind") or "unknown" for office in offices]),
                "parent": _texts([office.get("parent_id") for office in offices]),
                "population": pa.array([office.get("population") for office in offices], pa.int64()),
                "is_listed": pa.array([office.get("is_listed") or False for office in offices], pa.bool_()),
            }
        write_arrow(self.folder / "dimensions" / f"{name}.arrow", pa.table(columns))


def newest_day(events: Mapping[str, int], newest_file_date: date | None) -> int | None:
    """The day number a register is seen from: that of its newest event, at the latest the newest file's."""
    newest = max(events.values(), default=None)
    if newest is None or newest_file_date is None:
        return newest
    return min(newest, day_number(newest_file_date))


def case_columns() -> list[str]:
    """Columns of `petition_case` a snapshot is made of, besides case_no and counted."""
    dimensions = (DIMENSIONS[name].column for name in dimensions_of("cases"))
    return list(dict.fromkeys([*CASE_DAYS.values(), *YES_NO, *_COUNTED, "unusable", "source", *dimensions]))


def _with_columns(frame: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    missing = [name for name in dict.fromkeys(columns) if name not in frame.columns]
    return frame.with_columns(pl.lit(None).alias(name) for name in missing)


def _elapsed(registered: pl.Series, closed: pl.Series, day: dict[str, pl.Series]) -> pl.Series:
    # a closing date without a time of day is midnight, before a registration at noon: no time, not less than none
    elapsed = (closed - registered).alias("elapsed")
    same_or_later = (day["closed_day"] >= day["registered_day"]).alias("later")
    clipped = pl.when(pl.col("later") & (pl.col("elapsed") < 0)).then(0).otherwise("elapsed")
    return pl.DataFrame([elapsed, same_or_later]).select(clipped.cast(pl.Int32, strict=False)).to_series()


def _dated(frame: pl.DataFrame, newest: int | None) -> pl.DataFrame:
    # evaluated on an unknown day: not later than the end of its window, nor than the newest event of the register
    latest = pl.min_horizontal(pl.col("window_day"), pl.lit(newest, pl.Int16))
    evaluated = (pl.col("status") == code("evaluation_status", "evaluated")) & pl.col("window_day").is_not_null()
    return frame.with_columns(
        pl.when(evaluated).then(pl.coalesce("evaluated_day", latest)).otherwise("evaluated_day").alias("evaluated_day")
    )


def _code_types(orders: Orders, table: Table) -> dict[str, pl.DataType]:
    return {name: width(len(orders[name][0]) + 1) for name in dimensions_of(table)}


def _reordered(frame: pl.DataFrame, orders: Orders, table: Table) -> pl.DataFrame:
    return frame.with_columns(pl.Series(name, orders[name][1][frame[name].to_numpy()]) for name in dimensions_of(table))


def _texts(values: list[str | None]) -> pa.Array:
    return pa.array(values, pa.large_string())


def _label(name: str, key: str) -> Text:
    listed = DIMENSIONS[name].words
    if listed == "bool":
        return BOOLEAN[key]
    if listed in DICTIONARIES:
        return Text(DICTIONARIES[listed].label(key, "zh"), DICTIONARIES[listed].label(key, "en"))
    return Text(key, key)
