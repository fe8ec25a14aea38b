"""Aggregate statistics workbooks of the demo 演示数据: printed from the demo register, with two errors planted.

The party line has the items of its own topics, the government line all others; together they are the register. In the
government line one total is not the sum of its rows, and one township's numbers are not those of the register. Checks
must find both and nothing else.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import xlsxwriter  # type: ignore[import-untyped]  # it has no stubs
from sqlalchemy import Connection, func, select

from queries.checks import UNUSABLE
from queries.schema import petition_case
from queries.vocabulary import Text
from queries.workbooks import LINES, PrintedTable
from seed.demo.city import CITY, TOWNSHIPS
from seed.readers import open_tables
from seed.statistics_files import printed_tables

STARTS_ON, ENDS_ON = date(2022, 1, 1), date(2022, 6, 30)
PARTY_TOPICS = ("政法", "纪检监察", "组织人事", "宣传舆论")
WRONG_LINE, WRONG_PLACE, WRONG_BY = "government", "松屏镇", 7  # items printed too many, all of them on time
WRONG_TOTAL_BY = 10  # items by which the printed total of overdue ones misses the sum
_SPOILED = UNUSABLE["due_at"] | UNUSABLE["closed_at"]


def statistics(connection: Connection) -> list[PrintedTable]:
    """Both tables, as they are read from workbooks; the demo's items are in the store already."""
    found: list[PrintedTable] = []
    with TemporaryDirectory() as folder:
        for line in ("party", "government"):
            path = Path(folder) / f"统计表_{LINES[line].zh}_2022年上半年_演示.xlsx"
            write_workbook(path, line, _counts(connection, line))
            tables = printed_tables(open_tables(path)[0])
            assert not isinstance(tables, Text)
            found += tables
    return found


def write_workbook(path: Path, line: str, counts: Sequence[tuple[str, int, int]]) -> None:
    """The workbook: title, period, two rows of headings with merged cells, offices, the total, a note.

    Args:
        counts: township, items due in the period, of them closed in time.
    """
    is_wrong = line == WRONG_LINE
    too_many = {WRONG_PLACE: WRONG_BY * is_wrong}
    printed = [(name, due + too_many.get(name, 0), good + too_many.get(name, 0)) for name, due, good in counts]
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet(LINES[line].zh)
        centred = book.add_format({"align": "center", "valign": "vcenter", "border": 1, "bold": True})
        title = f"{CITY}各镇街信访事项按期答复情况统计表（{LINES[line].zh}，演示数据）"
        page.merge_range(0, 0, 0, 5, title, centred)
        page.merge_range(1, 0, 1, 5, "统计期间：2022年1—6月", centred)
        for at, name in enumerate(("序号", "单位")):
            page.merge_range(2, at, 3, at, name, centred)
        page.merge_range(2, 2, 2, 5, "按期答复", centred)
        page.write_row(3, 2, ("应答复数", "按期答复数", "超期数", "按期答复率"), centred)
        for number, (name, due, good) in enumerate(printed, 1):
            page.write_row(3 + number, 0, (number, name, due, good, due - good, _rate(good, due)))
        due, good = sum(row[1] for row in printed), sum(row[2] for row in printed)
        # both the sum of the rows and the parts of the line then contradict this one cell
        late = due - good + WRONG_TOTAL_BY * is_wrong
        page.write_row(4 + len(printed), 1, ("合计", due, good, late, _rate(good, due)))
        page.write(5 + len(printed), 0, "注：本表为演示数据，单位和数字均为虚构。")


def _counts(connection: Connection, line: str) -> list[tuple[str, int, int]]:
    case = petition_case.c
    of_party = func.coalesce(case.topic_l1, "").in_(PARTY_TOPICS)
    query = select(case.place_code, case.due_at, case.closed_at).where(
        case.counted.is_(True),
        case.unusable.bitwise_and(_SPOILED) == 0,
        case.due_at.is_not(None),
        of_party if line == "party" else ~of_party,
    )
    found = {town.name: [0, 0] for town in TOWNSHIPS}
    for place, due, closed in connection.execute(query):
        if place in found and STARTS_ON <= due.date() <= ENDS_ON:
            found[place][0] += 1
            found[place][1] += closed is not None and closed.date() <= due.date()
    return [(name, due, good) for name, (due, good) in found.items()]


def _rate(part: int, whole: int) -> str:
    return f"{part / whole * 100:.1f}%" if whole else "—"
