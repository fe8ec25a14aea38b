"""An aggregate statistics workbook of the demo 演示数据: printed from the demo register, with two errors planted in it.

One total is not the sum of its rows, and one township's numbers are not those of the register. Checks must find both
and nothing else.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import xlsxwriter  # type: ignore[import-untyped]  # it has no stubs
from sqlalchemy import Connection, select

from queries.checks import UNUSABLE
from queries.schema import petition_case
from queries.workbooks import PrintedTable
from seed.demo.city import CITY, TOWNSHIPS
from seed.readers import open_tables
from seed.statistics_files import printed_table

TITLE = f"{CITY}各镇街信访事项按期答复情况统计表（政府线，演示数据）"
STARTS_ON, ENDS_ON = date(2022, 1, 1), date(2022, 6, 30)
WRONG_PLACE, WRONG_BY = "松屏镇", 7  # items printed too many, all of them on time
WRONG_TOTAL_BY = 10  # items by which the printed total of overdue ones misses the sum
_SPOILED = UNUSABLE["due_at"] | UNUSABLE["closed_at"]


def statistics(connection: Connection) -> PrintedTable:
    """The table, as it is read from a workbook; the demo's items are in the store already."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "统计表_2022年上半年_演示.xlsx"
        write_workbook(path, _counts(connection))
        found = printed_table(open_tables(path)[0])
    assert isinstance(found, PrintedTable)
    return found


def write_workbook(path: Path, counts: Sequence[tuple[str, int, int]]) -> None:
    """The workbook: title, period, two rows of headings with merged cells, offices, the total, a note.

    Args:
        counts: township, items due in the period, of them closed in time.
    """
    printed = [(name, due + WRONG_BY * (name == WRONG_PLACE), good + WRONG_BY * (name == WRONG_PLACE))
               for name, due, good in counts]  # fmt: skip
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("政府线")
        centred = book.add_format({"align": "center", "valign": "vcenter", "border": 1, "bold": True})
        page.merge_range(0, 0, 0, 5, TITLE, centred)
        page.merge_range(1, 0, 1, 5, "统计期间：2022年1—6月", centred)
        for at, name in enumerate(("序号", "单位")):
            page.merge_range(2, at, 3, at, name, centred)
        page.merge_range(2, 2, 2, 5, "按期答复", centred)
        page.write_row(3, 2, ("应答复数", "按期答复数", "超期数", "按期答复率"), centred)
        for number, (name, due, good) in enumerate(printed, 1):
            page.write_row(3 + number, 0, (number, name, due, good, due - good, _rate(good, due)))
        due, good = sum(row[1] for row in printed), sum(row[2] for row in printed)
        # both the sum of the rows and the parts of the line then contradict this one cell
        page.write_row(4 + len(printed), 1, ("合计", due, good, due - good + WRONG_TOTAL_BY, _rate(good, due)))
        page.write(5 + len(printed), 0, "注：本表为演示数据，单位和数字均为虚构。")


def _counts(connection: Connection) -> list[tuple[str, int, int]]:
    case = petition_case.c
    query = select(case.place_code, case.due_at, case.closed_at).where(
        case.counted.is_(True), case.unusable.bitwise_and(_SPOILED) == 0, case.due_at.is_not(None)
    )
    found = {town.name: [0, 0] for town in TOWNSHIPS}
    for place, due, closed in connection.execute(query):
        if place in found and STARTS_ON <= due.date() <= ENDS_ON:
            found[place][0] += 1
            found[place][1] += closed is not None and closed.date() <= due.date()
    return [(name, due, good) for name, (due, good) in found.items()]


def _rate(part: int, whole: int) -> str:
    return f"{part / whole * 100:.1f}%" if whole else "—"
