"""The account of backlog cases (积案台账): batches assigned, reported, reviewed, come back."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl

from queries.vocabulary import DICTIONARIES
from seed.convert import LONGEST_ID
from seed.dates import NEVER, DateStyle, OrderEvidence, read_dates
from seed.importers import Importer, Kind
from seed.lists import ListLayout, find_list, finding, read_list
from seed.load.backlog import merge_backlog
from seed.load.job import Job
from seed.load.report import as_findings
from seed.mapping import RegisterMapping
from seed.readers import Table
from seed.spellings import shortened

COLUMNS = {
    "item_id": ("积案编号", "编号", "序号", "item id", "item", "no"),
    "batch": ("批次", "交办批次", "积案批次", "batch"),
    "assigned_on": ("交办时间", "交办日期", "交办日", "assigned on", "assigned", "date assigned"),
    "leader": ("包案领导", "包案县级领导", "包案市级领导", "leader assigned", "leader", "lead city leader"),
    "office_id": ("责任单位", "责任部门", "包案单位", "responsible office", "office"),
    "place_code": ("问题属地", "属地", "镇街", "乡镇", "place", "township"),
    "case_id": ("信访件编号", "信访编号", "case id", "case number"),
    "reported_on": ("上报时间", "上报日期", "上报办结时间", "上报办结日期", "reported on", "reported"),
    "reviewed_on": ("审核时间", "审核日期", "认定时间", "认定日期", "审核认定时间", "reviewed on", "reviewed"),
    "review_result": ("审核结果", "认定结果", "审核意见", "审核认定结果", "review result", "result"),
    "reflow_on": (
        "回流时间",
        "回流日期",
        "回流日",
        "flowed back on",
        "backflow",
        "reflow on",
        "reflow",
        "came back on",
    ),
}
DATES = ("assigned_on", "reported_on", "reviewed_on", "reflow_on")


class BacklogBatches:
    """Recognised by a batch and a day of assignment."""

    kind: Kind = "backlog"
    order = 3

    def recognises(self, table: Table, _mapping: RegisterMapping) -> Any | None:
        """The columns of an account of batches."""
        return find_list(table, COLUMNS, ["batch", "assigned_on"])

    def load(self, job: Job, found: Sequence[ListLayout]) -> None:
        """Merge the items by number; without numbers, by their place in the batch."""
        for layout in found:
            frame = _typed(job, layout)
            counts = merge_backlog(job.connection, frame, import_id=job.import_id, only_check=job.only_check)
            job.new, job.changed, job.same = job.new + counts.new, job.changed + counts.changed, job.same + counts.same


def _typed(job: Job, layout: ListLayout) -> pl.DataFrame:
    rows = read_list(layout)
    texts, malformed = rows.frame, rows.malformed
    findings = [rows.personal, finding(malformed, "row_malformed", None, "whole row")]
    columns: dict[str, pl.Series] = {}
    unusable: list[int] = []
    for name in DATES:
        if name not in texts.columns:
            columns[name] = pl.Series(name, [None] * len(texts), dtype=pl.Date)
            continue
        columns[name], bad = _dates(texts, name, job.last_day)
        unusable += bad
        findings.append(finding(bad, "date_unreadable", layout.headings[name], "date"))
    frame = pl.DataFrame({"row": texts["row"], **columns})
    wrong = frame.filter(_out_of_order())["row"].to_list()
    findings.append(finding(wrong, "backlog_out_of_order", layout.headings["assigned_on"], "date"))
    frame = frame.with_columns(
        unusable=pl.col("row").is_in(sorted({*unusable, *wrong})).cast(pl.Int32),
        batch=texts["batch"].str.slice(0, 40),
        review_result=_results(texts),
        leader_assigned=texts["leader"].is_not_null() if "leader" in texts.columns else pl.lit(None, pl.Boolean),
        **{
            name: pl.Series([text and kept(text) for text in texts[name]], dtype=pl.String)
            if name in texts.columns
            else pl.lit(None, pl.String)
            for name, kept in (("office_id", shortened), ("place_code", shortened), ("case_id", _beginning))
        },
    )
    frame = frame.with_columns(item_id=_numbers(texts, frame))
    missing = frame.filter(pl.col("batch").is_null() | pl.col("assigned_on").is_null())["row"].to_list()
    repeated = frame.filter(~pl.col("item_id").is_first_distinct())["row"].to_list()
    findings.append(finding(missing, "batch_missing", layout.headings["assigned_on"], "empty"))
    findings.append(finding(repeated, "case_id_repeated", layout.headings.get("item_id"), "number"))
    rejected = {*missing, *repeated}
    _account(job, layout, findings, len(texts) + len(malformed), len(rejected) + len(malformed))
    job.quarantined += len({*unusable, *wrong} - rejected)
    good = frame.filter(~pl.col("row").is_in(sorted(rejected)))
    for name in DATES:
        newest = good[name].max()
        job.newest(newest if isinstance(newest, date) else None)
    return good.drop("row")


def _dates(texts: pl.DataFrame, name: str, last_day: date) -> tuple[pl.Series, list[int]]:
    evidence = OrderEvidence()
    evidence.add(texts[name])
    style = DateStyle(order=evidence.order or "month_first", missing=frozenset((*NEVER, "-", "/", "无", "—")))
    read = read_dates(texts[name], style)
    late = read["value"] >= datetime.combine(last_day + timedelta(days=1), time())
    bad = read["problem"].is_not_null() | late.fill_null(False)
    return read["value"].set(late.fill_null(False), None).dt.date().rename(name), texts["row"].filter(bad).to_list()


def _out_of_order() -> pl.Expr:
    pairs = [(first, second) for place, first in enumerate(DATES) for second in DATES[place + 1 :]]
    return pl.any_horizontal((pl.col(first) > pl.col(second)).fill_null(False) for first, second in pairs)


def _results(texts: pl.DataFrame) -> pl.Series:
    if "review_result" not in texts.columns:
        return pl.Series([None] * len(texts), dtype=pl.String)
    find = DICTIONARIES["review_result"].find
    return pl.Series([find(text) if text else None for text in texts["review_result"]], dtype=pl.String)


def _numbers(texts: pl.DataFrame, frame: pl.DataFrame) -> pl.Series:
    """Numbers that last: batch and number, case number, or place in the batch."""
    own = texts["item_id"] if "item_id" in texts.columns else frame["case_id"]
    place = frame.select(pl.int_range(pl.len()).over("batch")).to_series()
    numbers = [
        f"{batch}/{number}" if number else f"{batch}/#{index + 1}"
        for batch, number, index in zip(frame["batch"], own, place, strict=True)
    ]
    return pl.Series([_short(number) for number in numbers], dtype=pl.String)


def _beginning(number: str) -> str:
    return number[:LONGEST_ID]


def _short(number: str) -> str:
    return number if len(number) <= LONGEST_ID else hashlib.blake2b(number.encode(), digest_size=20).hexdigest()


def _account(job: Job, layout: ListLayout, findings: list[pl.DataFrame], rows: int, rejected: int) -> None:
    job.findings.add(as_findings(findings, layout.table.file, layout.table.sheet))
    job.rejected += rejected
    job.read(layout.table.file, rows)
    job.used.update({f"backlog.{column}": heading for column, heading in layout.headings.items()})
    job.ignored += [heading for heading in layout.ignored if heading not in job.ignored]
    if "leader" in layout.headings:
        job.dropped.append(layout.headings["leader"])
        heading = layout.headings["leader"]
        job.note(f"“{heading}”只记录是否已明确，姓名未保存", f"'{heading}': only whether one is named is kept, no name")


IMPORTER: Importer = BacklogBatches()
