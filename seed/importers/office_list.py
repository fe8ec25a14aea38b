"""The list of townships and departments an office keeps: name, kind, parent, population, other spellings."""

import re
from collections.abc import Sequence
from typing import Any

import polars as pl

from queries.vocabulary import DICTIONARIES
from seed.importers import Importer, Kind
from seed.lists import ListLayout, find_list, finding, read_list
from seed.load.job import Job
from seed.load.names import replace_listed
from seed.load.report import as_findings
from seed.mapping import RegisterMapping
from seed.readers import Table
from seed.spellings import shortened, spelling_key

COLUMNS = {
    "name": ("单位名称", "名称", "镇街名称", "乡镇名称", "部门名称", "机构名称", "镇街", "office name", "name",
             "office", "township", "department"),
    "code": ("单位编码", "编码", "代码", "机构代码", "行政区划代码", "code", "office code", "office id", "id"),
    "kind": ("类别", "类型", "单位类别", "单位类型", "kind", "type"),
    "parent": ("上级", "上级单位", "所属", "隶属", "parent", "parent office"),
    "population": ("人口", "常住人口", "户籍人口", "人口数", "population"),
    "aliases": ("别名", "曾用名", "简称", "其他写法", "aliases", "alias", "other names"),
}  # fmt: skip
_MARKS = ("kind", "parent", "population", "aliases")
_SEPARATORS = re.compile(r"[、,，;；|/\n]")
_TOWNSHIP = re.compile(r"(镇|乡|街道|街道办|街道办事处)$")


class OfficeList:
    """Recognised by a name and at least one of kind, parent, population, aliases, and no registration time."""

    kind: Kind = "offices"
    order = 1

    def recognises(self, table: Table, _mapping: RegisterMapping) -> Any | None:
        """The columns of an office list."""
        layout = find_list(table, COLUMNS, ["name"])
        return layout if layout is not None and any(mark in layout.columns for mark in _MARKS) else None

    def load(self, job: Job, found: Sequence[ListLayout]) -> None:
        """Bring the office table up to date; offices on no list stay."""
        rows: dict[str, dict[str, object]] = {}
        for layout in found:
            _read(job, layout, rows)
        keys = {spelling_key(spelling): str(row["office_id"]) for row in rows.values() for spelling in _spellings(row)}
        unknown = 0
        for row in rows.values():
            parent = row["parent_id"]
            row["parent_id"] = keys.get(spelling_key(str(parent))) if parent else None
            unknown += bool(parent) and row["parent_id"] is None
            if row["parent_id"] == row["office_id"]:
                row["parent_id"] = None
        job.findings.warn("parent_unknown", unknown)
        if job.only_check:
            job.new += len(rows)
            return
        counts = replace_listed(job.connection, list(rows.values()))
        job.new, job.changed, job.same = (
            job.new + counts["new"],
            job.changed + counts["changed"],
            job.same + counts["same"],
        )


def _read(job: Job, layout: ListLayout, into: dict[str, dict[str, object]]) -> None:
    rows = read_list(layout)
    frame, malformed = rows.frame, rows.malformed
    heading = layout.headings["name"]
    missing, repeated, unreadable = [], [], []
    for row in frame.iter_rows(named=True):
        name = row["name"]
        if name is None:
            missing.append(row["row"])
        elif spelling_key(name) in into:
            repeated.append(row["row"])
        else:
            population = _whole(row.get("population"))
            if population is None and row.get("population"):
                unreadable.append(row["row"])
            into[spelling_key(name)] = _office(row, population)
    findings = pl.concat(
        [
            rows.personal,
            finding(malformed, "row_malformed", None, "whole row"),
            finding(missing, "name_missing", heading, "empty"),
            finding(repeated, "name_repeated", heading, "name"),
            finding(unreadable, "number_unreadable", layout.headings.get("population"), "text"),
        ]
    )
    job.findings.add(as_findings([findings], layout.table.file, layout.table.sheet))
    job.rejected += len(malformed) + len(missing) + len(repeated)
    job.quarantined += len(unreadable)
    job.read(layout.table.file, frame.height + len(malformed))
    job.used.update({f"office.{column}": heading for column, heading in layout.headings.items()})
    job.ignored += [heading for heading in layout.ignored if heading not in job.ignored]


def _office(row: dict[str, Any], population: int | None) -> dict[str, object]:
    name = shortened(row["name"])
    aliases = [part.strip() for part in _SEPARATORS.split(row.get("aliases") or "") if part.strip()]
    stated = row.get("kind")
    kind = DICTIONARIES["office_kind"].find(stated) if stated else None
    return {
        "office_id": name,
        "name": name,
        "kind": kind or ("township" if _TOWNSHIP.search(name) else "department"),
        "parent_id": row.get("parent"),
        "population": population,
        "aliases": [*aliases, *([row["code"]] if row.get("code") else [])],
    }


def _spellings(row: dict[str, object]) -> list[str]:
    aliases = row["aliases"]
    assert isinstance(aliases, list)
    return [str(row["name"]), *map(str, aliases)]


def _whole(text: str | None) -> int | None:
    plain = (text or "").replace(",", "").removesuffix("人").removesuffix(".0")
    return int(plain) if plain.isdigit() and len(plain) < 10 else None


IMPORTER: Importer = OfficeList()
