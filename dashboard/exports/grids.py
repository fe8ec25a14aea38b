"""A table as it is printed: cells in words, how wide their columns must be, long texts below their row."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.briefing import Column, Table, legible, printed, width_of
from dashboard.i18n import Words

LEAST, TORN, WIDEST = 4, 10, 120  # half characters: of any column; of a text that wraps; that a text may want
WHOLE = 18  # half characters up to which a text is not torn, such as a day
LONG = 56  # half characters from which a text stands below its row
FEWEST_COLUMNS = 4  # that a table has before a text is moved below


@dataclass(frozen=True)
class Line:
    """One row: a text for every column, and a text over the whole width below, "" for none."""

    cells: tuple[str, ...]
    below: str = ""


@dataclass(frozen=True)
class Grid:
    """A table in words.

    Attributes:
        wishes: how wide each column wants to be and how narrow it may be, in half characters.
    """

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    wishes: tuple[tuple[int, int], ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """What stands over the columns."""
        return tuple(legible(column.heading) for column in self.columns)


def grid(table: Table, language: str) -> Grid:
    """The rows of a table that are printed."""
    words = Words(language)
    cells = [
        [printed(value, column, language) for value, column in zip(row, table.columns, strict=True)]
        for row in table.on_paper
    ]
    longest = [max((width_of(row[at]) for row in cells), default=0) for at in range(len(table.columns))]
    moved = [at for at, column in enumerate(table.columns) if at and column.kind == "text" and longest[at] > LONG]
    if len(table.columns) < FEWEST_COLUMNS or len(table.columns) - len(moved) < FEWEST_COLUMNS - 1:
        moved = []
    names = [column.heading.rstrip("?？") for column in table.columns]
    kept = [at for at in range(len(table.columns)) if at not in moved]
    lines = tuple(
        Line(
            tuple(row[at] for at in kept),
            "  ".join(words("briefing.pair", name=names[at], value=row[at]) for at in moved),
        )
        for row in cells
    )
    columns = tuple(table.columns[at] for at in kept)
    wishes = tuple(_wish(column, [line.cells[at] for line in lines]) for at, column in enumerate(columns))
    return Grid(columns, lines, wishes)


def _wish(column: Column, cells: Sequence[str]) -> tuple[int, int]:
    """Figures, days and short texts are never torn; a text wraps, a word of Latin letters does not."""
    longest, heading = max((width_of(cell) for cell in cells), default=0), width_of(column.heading)
    words = [width_of(word) for text in cells for word in text.split(" ") if word.isascii()]
    words += [width_of(word) + 1 for word in column.heading.split(" ") if word.isascii()]  # it is bold
    # a heading may take two lines
    least = max(LEAST, -(-heading // 2) + 1 if heading > 6 else heading, min(max(words, default=0), 20))
    if column.kind != "text" or longest <= WHOLE:
        return max(least, longest), max(least, longest)
    return max(least, min(longest, WIDEST)), max(least, TORN)


def shared_out(wishes: Sequence[tuple[int, int]], room: float, half: float, beside: float) -> list[float] | None:
    """Widths of the columns of a table: as they want, and where there is too little room, the long ones give way.

    Args:
        wishes: as in `Grid`.
        room: width of the table. half: of half a character. beside: of what stands beside a text.

    Returns:
        Widths that add up to the room; None where not even the narrowest have room.
    """
    natural, least = ([width * half + beside for width in widths] for widths in zip(*wishes, strict=True))
    over = sum(natural) - room
    if over <= 0:
        return [width * room / sum(natural) for width in natural]
    spare = [wide - narrow for wide, narrow in zip(natural, least, strict=True)]
    if sum(spare) <= over:
        return None
    return [width - part * over / sum(spare) for width, part in zip(natural, spare, strict=True)]
