"""A printed statistics table to look at: its cells, what contradicts itself, and both in words."""

import polars as pl

from queries import wording
from queries.vocabulary import Text
from queries.workbooks import LINES, PrintedTable
from queries.workbooks.arithmetic import RULES, Disagreement, disagreements
from queries.workbooks.lines import of_other_periods

MARK = " ※"  # behind a cell that contradicts the others


def as_printed(table: PrintedTable, language: str) -> pl.DataFrame:
    """The table as it was printed: one text column a column, cells that contradict others marked.

    Returns:
        Columns headed by the headings, joined from the top row down; headings that occur twice are numbered.
    """
    marked = {(each.row.row, each.column.index) for each in disagreements(table)}
    columns: dict[str, list[str]] = {}
    for index, path in enumerate(table.headings):
        cells = [row.cells[index] if index < len(row.cells) else "" for row in table.rows]
        if not any(cells):
            continue
        joined = " / ".join(dict.fromkeys(path)) or Text(f"第{index + 1}列", f"Column {index + 1}")(language)
        name, number = joined, 2
        while name in columns:
            name, number = f"{joined} ({number})", number + 1
        columns[name] = [
            cell + MARK * ((row.row, index) in marked) for cell, row in zip(cells, table.rows, strict=True)
        ]
    return pl.DataFrame(columns)


def titled(table: PrintedTable, language: str) -> str:
    """A table in one line: title, line, period."""
    period = wording.period(table.starts_on, table.ends_on, language) if table.starts_on else ""
    return " · ".join(part for part in (table.title, LINES[table.line](language), period) if part)


def contradictions(table: PrintedTable, language: str) -> pl.DataFrame:
    """Every cell that contradicts the others in words: row, label, column, printed, expected, rule."""
    rows = [
        {
            "row": each.row.row, "label": each.row.label, "column": each.column.name,
            "printed": _number(each, language, printed=True), "expected": _number(each, language, printed=False),
            "rule": RULES[each.rule](language),
        }
        for each in disagreements(table)
    ]  # fmt: skip
    schema = {"row": pl.Int64(), **dict.fromkeys(("label", "column", "printed", "expected", "rule"), pl.String())}
    return pl.DataFrame(rows, schema=schema)


def finding(table: PrintedTable) -> Text:
    """Whether the table agrees with itself, in one sentence."""
    cells = {(each.row.row, each.column.index) for each in disagreements(table)}
    unmatched = sum(row.kind == "office" and row.office_id is None for row in table.rows)
    if cells:
        count = len(cells)
        zh, en = f"表内有{count}处数字相互矛盾", f"{count} figure{'s' * (count > 1)} of the table contradict the others"
        en = en if count > 1 else en.replace("contradict", "contradicts")
    else:
        zh, en = "表内数字相互一致", "the figures of the table agree with each other"
    if unmatched:
        known = "offices are" if unmatched > 1 else "office is"
        zh, en = f"{zh}，{unmatched}个单位未匹配", f"{en}; {unmatched} {known} not known here"
    return Text(zh, en)


def cautions(table: PrintedTable) -> tuple[Text, ...]:
    """What a reader should know: cells that are no numbers, offices with several lines, columns of several periods."""
    said = []
    if cells := [f"{row.label} / {column.name} “{table.text(row, column)}”" for row, column in table.unreadable]:
        named = {language: wording.listing(cells, language) for language in ("zh", "en")}
        said.append(Text(f"{len(cells)}处不是数字，按未填处理：{named['zh']}",
                         f"No number, so taken as not printed ({len(cells)}): {named['en']}"))  # fmt: skip
    if table.repeated:
        named = {language: wording.listing(list(table.repeated), language) for language in ("zh", "en")}
        said.append(Text(f"{named['zh']}在表中不止一行", f"More than one line: {named['en']}"))
    if apart := [column.name for column in of_other_periods(table)]:
        named = {language: wording.listing(apart, language) for language in ("zh", "en")}
        said.append(Text(f"各列统计期不同，只核对表内、不与登记对账：{named['zh']}",
                         f"Columns of several periods, checked in themselves only: {named['en']}"))  # fmt: skip
    return tuple(said)


def _number(each: Disagreement, language: str, *, printed: bool) -> str:
    value = float(each.printed if printed else each.expected)
    if each.is_share:
        return wording.per_cent(value, language, 2)
    return wording.number(value, language, 0 if value.is_integer() else 1)
