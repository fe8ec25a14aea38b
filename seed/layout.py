"""Where the heading of a table is, and which of its columns are used, ignored or dropped unread."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from queries.errors import BadMapping
from queries.vocabulary import fold
from seed.columns import COLUMNS, column_of, join_headings, plain_heading
from seed.mapping import RegisterMapping, never_stored
from seed.readers import Table

_SAYS = re.compile(r"[\d:：]")  # a line above a table that says something (`填报日期：…`), not a part of its heading
_NUMBER = re.compile(r"^\W*\d|\d{5}")
HEAD_ROWS = 30  # rows in which the heading is looked for, titles above it included


@dataclass(frozen=True)
class Layout:
    """A table with its heading found and its columns assigned.

    Attributes:
        header_rows: numbers in the file; headings: of all columns, "" where there is none.
        first_row: number of the first row of data.
        mapping: complete: what was recognised automatically is in it.
        read: indices of the columns that are read at all.
        dropped: headings of personal columns, none of which is kept; hashed: those of them that go into the keyed hash
            of the matter first.
    """

    table: Table
    header_rows: tuple[int, ...]
    headings: tuple[str, ...]
    first_row: int
    mapping: RegisterMapping
    read: tuple[int, ...]
    dropped: tuple[str, ...]
    hashed: tuple[str, ...]

    @property
    def where(self) -> str:
        """File and sheet, for messages."""
        return f"{self.table.file}, {self.table.sheet}" if self.table.sheet else self.table.file

    def index(self, heading: str) -> int | None:
        """The column with a heading: written the same, else folded the same, else the last row of a joined heading."""
        return heading_index(self.headings, heading)

    def indices(self, headings: Sequence[str]) -> list[int]:
        """Columns of the headings that are there."""
        return [index for index in map(self.index, headings) if index is not None]

    @property
    def used(self) -> dict[str, str]:
        """Our columns with their headings."""
        return {
            name: " + ".join(heading for heading in source.all_headings if self.index(heading) is not None)
            for name, source in self.mapping.columns.items()
            if not source.all_headings or self.indices(source.headings)
        }

    @property
    def named(self) -> dict[str, str]:
        """Our columns with the heading a person would look at; constants have none."""
        named = {
            name: " + ".join(heading for heading in source.headings if self.index(heading) is not None)
            for name, source in self.mapping.columns.items()
        }
        return {**named, **dict.fromkeys(self.mapping.constants, "（常量 constant）")}

    @property
    def ignored(self) -> list[str]:
        """Headings of columns nothing is made of."""
        used = {index for source in self.mapping.columns.values() for index in self.indices(source.all_headings)}
        used |= set(self.indices(self.mapping.id_columns))
        return [
            heading
            for index, heading in enumerate(self.headings)
            if heading and index not in used and heading not in self.dropped
        ]


def heading_index(headings: Sequence[str], wanted: str) -> int | None:
    """The index of a heading, None when it is not there."""
    forms = (
        lambda heading: heading.strip(),
        fold,
        lambda heading: fold(heading.rsplit(" / ", 1)[-1]),
        plain_heading,
    )
    for form in forms:
        sought = form(wanted)
        for index, heading in enumerate(headings):
            if heading and form(heading) == sought:
                return index
    return None


def find_layout(table: Table, mapping: RegisterMapping) -> Layout | None:
    """The layout of a table; None when no heading of a register is in it.

    Raises:
        BadMapping: the register is there, and a heading the mapping wants is not.
    """
    head = table.head(max([HEAD_ROWS, *mapping.header_rows]))
    header_rows = mapping.header_rows or _find_header(head, mapping)
    if not header_rows or header_rows[-1] > len(head):
        return None
    headings = headings_of(head, header_rows)
    first_row = mapping.first_row or header_rows[-1] + 1
    personal = _personal_columns(head, headings, header_rows, first_row, mapping)
    impersonal = ["" if index in personal else heading for index, heading in enumerate(headings)]
    complete = mapping.with_automatic(impersonal) if mapping.automatic else mapping
    start = complete.columns.get("registered_at")
    if start is None or not any(heading_index(headings, heading) is not None for heading in start.headings):
        return None
    _all_there(table, headings, complete)
    layout = Layout(
        table=table,
        header_rows=header_rows,
        headings=headings,
        first_row=first_row,
        mapping=complete,
        read=(),
        dropped=(),
        hashed=(),
    )
    _none_personal(layout, set(personal))
    matter = set(layout.indices(complete.columns["matter_id"].headings)) if "matter_id" in complete.columns else set()
    read = _needed(layout, set(personal))
    return replace(
        layout,
        dropped=tuple(headings[index] for index in personal if index in matter or index not in read),
        read=tuple(sorted(read)),
        hashed=tuple(headings[index] for index in personal if index in matter),
    )


def _personal_columns(
    head: Sequence[Sequence[str]],
    headings: Sequence[str],
    header_rows: Sequence[int],
    first_row: int,
    mapping: RegisterMapping,
) -> list[int]:
    """Indices of columns about people, whichever of the rows above the data says so.

    A mapping may point at the lower row of a heading only, or at a row above the heading: what is a heading by its own
    words counts as well.
    """
    above = range(1, min(first_row, len(head) + 1))
    rows = {
        number
        for number in above
        if sum(map(bool, head[number - 1])) > 1 and not _SAYS.search("".join(head[number - 1]))
    }
    below = range(first_row, min(first_row + 3, len(head) + 1))
    rows |= {number for number in below if _is_heading(head[number - 1], mapping)} | set(header_rows)
    whole = headings_of(head, sorted(rows))
    return [
        index
        for index, heading in enumerate(headings)
        if heading and (mapping.is_personal(heading) or mapping.is_personal(whole[index]))
    ]


def _is_heading(row: Sequence[str], mapping: RegisterMapping) -> bool:
    """Whether most cells of a row, and two at least, are headings known."""
    cells = [cell for cell in row if cell.strip()]
    known = sum(column_of(cell) is not None or mapping.is_personal(cell) for cell in cells)
    return known > 1 and known * 2 > len(cells)


def _none_personal(layout: Layout, personal: set[int]) -> None:
    """No column of ours is made of one about a person, under whatever heading the mapping asked for it."""
    asked = [(name, heading) for name, source in layout.mapping.columns.items() for heading in source.all_headings]
    for name, heading in (*asked, *(("case_id", heading) for heading in layout.mapping.id_columns)):
        index = layout.index(heading)
        if index in personal and not layout.mapping.may_read(name, layout.headings[index], is_personal=True):
            said = layout.headings[index]
            raise BadMapping(
                f"{layout.where}: {name} is to be made of '{said}'. {never_stored(said)} Nothing was imported.",
                f"{layout.where}：映射文件要从“{said}”读取 {name}，但这一列是个人信息，任何时候都不保存，"
                "未导入任何内容。",
            )


def headings_of(head: Sequence[Sequence[str]], header_rows: Sequence[int]) -> tuple[str, ...]:
    """The headings of rows with those numbers, joined downwards; an upper one spans the empty cells to its right."""
    rows = [[cell.strip() for cell in head[row - 1]] for row in header_rows]
    width = max(len(row) for row in rows)
    joined = [""] * width
    for depth, row in enumerate(rows):
        cells = row + [""] * (width - len(row))
        if depth < len(rows) - 1:
            below = [any(index < len(lower) and lower[index] for lower in rows[depth + 1 :]) for index in range(width)]
            cells = _spread(cells, below)
        joined = [join_headings(upper, lower) for upper, lower in zip(joined, cells, strict=True)]
    return tuple(" ".join(heading.split()) for heading in joined)


def _spread(cells: list[str], has_lower: list[bool]) -> list[str]:
    last, spread = "", []
    for cell, lower in zip(cells, has_lower, strict=True):
        last = cell or last
        spread.append(last if lower else cell)
    return spread


def _find_header(head: Sequence[Sequence[str]], mapping: RegisterMapping) -> tuple[int, ...]:
    """The row, or two rows, with most headings that are known; the first such."""
    best: tuple[int, ...] = ()
    best_score = 0
    for number in range(1, len(head) + 1):
        for rows in ((number,), (number, number + 1)):
            if rows[-1] > len(head) or not any(head[rows[0] - 1]):
                continue
            if len(rows) > 1 and _is_title(head[rows[0] - 1]):
                continue
            score = _known_headings(headings_of(head, rows), mapping)
            if score > best_score:
                best, best_score = rows, score
    return best


def _is_title(row: Sequence[str]) -> bool:
    """A row whose first cell alone is filled names the table, it is not the upper part of a heading."""
    return bool(row and row[0].strip()) and not any(cell.strip() for cell in row[1:])


def _known_headings(headings: Sequence[str], mapping: RegisterMapping) -> int:
    wanted = {heading for source in mapping.columns.values() for heading in source.all_headings}
    found = {index for heading in wanted if (index := heading_index(headings, heading)) is not None}
    if mapping.automatic:
        columns: dict[str, int] = {}
        for index, heading in enumerate(headings):
            if heading and (name := column_of(heading)):
                columns.setdefault(name, index)
        found |= set(columns.values())
    return len(found)


def _all_there(table: Table, headings: Sequence[str], mapping: RegisterMapping) -> None:
    for name, source in mapping.columns.items():
        if source.optional:
            continue
        for heading in source.all_headings:
            if heading_index(headings, heading) is None:
                where = f"{table.file}, sheet {table.sheet}" if table.sheet else table.file
                close = get_close_matches(heading, [found for found in headings if found], n=3, cutoff=0.4)
                hint = (
                    f"Did you mean: {', '.join(close)}?"
                    if close
                    else f"There are: {', '.join(filter(None, headings))}."
                )
                raise BadMapping(
                    f"{where}: the mapping takes {name} from '{heading}', and there is no such heading. {hint} Nothing "
                    "was imported. Correct the heading, or mark the column optional = true.",
                    f"{where}：映射文件要从“{heading}”读取 {name}，但没有这一列，未导入任何内容。"
                    + (f"是否为：{'、'.join(close)}？" if close else f"现有：{'、'.join(filter(None, headings))}。")
                    + "请改正列名，或将该列标为 optional = true。",
                )


def _needed(layout: Layout, personal: set[int]) -> set[int]:
    mapping = layout.mapping
    needed = {index for source in mapping.columns.values() for index in layout.indices(source.all_headings)}
    if "case_id" in mapping.columns:
        return needed
    if mapping.id_columns:
        missing = [heading for heading in mapping.id_columns if layout.index(heading) is None]
        if missing:
            raise BadMapping(
                f"{layout.where}: [id] columns names '{missing[0]}', and there is no such heading.",
                f"{layout.where}：映射文件的 [id] columns 写有“{missing[0]}”，但没有这一列。",
            )
        return needed | set(layout.indices(mapping.id_columns))
    return needed | {index for index, heading in enumerate(layout.headings) if heading and index not in personal}


def missing_registration(tables: Sequence[Table], mapping: RegisterMapping) -> BadMapping:
    """The error when no table of the files is a register."""
    file = tables[0].file
    seen: list[str] = []
    cells_seen: list[str] = []
    for table in tables:
        for row in table.head(HEAD_ROWS):
            cells = [cell.strip() for cell in row if cell.strip()]
            # a row with numbers may be data, and data may be personal: it is not repeated in a message
            if len(cells) > 1 and not any(_NUMBER.search(cell) for cell in cells):
                name = f"{table.file}, sheet {table.sheet}" if table.sheet else table.file
                seen.append(f"{name}: {', '.join(cells)}"[:600])
                cells_seen += cells
                break
    wanted = mapping.columns["registered_at"].headings if "registered_at" in mapping.columns else ()
    names = (
        " or ".join(f"'{heading}'" for heading in wanted) or f"{COLUMNS['registered_at'].headings[0]} (registered at)"
    )
    close = [match for heading in wanted for match in get_close_matches(heading, cells_seen, n=2, cutoff=0.5)]
    hint = f" Did you mean: {' or '.join(map(repr, close))}?" if close else ""
    return BadMapping(
        f"{file}: no column for {names} was found, so nothing was imported.{hint} Headings seen: "
        f"{'; '.join(seen) or 'none'}. "
        "Give a mapping file whose [columns] says which heading is registered_at; seed/mappings/README.md shows how.",
        f"“{file}”中没有找到“{'”或“'.join(wanted) or COLUMNS['registered_at'].headings[0]}”一列，未导入任何内容。"
        + (f"是否为：{'、'.join(close)}？" if close else "")
        + f"看到的列名：{'；'.join(seen) or '无'}。请用映射文件在 [columns] 中写明哪一列是 registered_at，"
        "写法见 seed/mappings/README.md。",
    )
