"""Small tables beside the register (offices, batches): a heading row and some known columns, nothing else is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from queries.personal import are_identity_numbers, naming_a_person
from seed.columns import plain_heading
from seed.convert import FINDINGS, plain_names
from seed.layout import HEAD_ROWS, headings_of
from seed.readers import Table

NUMBERS = ("item_id", "case_id", "code")  # columns of a list that number its rows, or a case
NAMES = ("name", "parent", "office_id", "place_code")
BLANKS = " \t\r\n\u3000\u00a0\u200b\ufeff"


@dataclass(frozen=True)
class ListLayout:
    """A recognised list.

    Attributes:
        columns: our column to the index in the table; headings: our column to its heading.
        ignored: headings of columns that are not read.
    """

    table: Table
    first_row: int
    width: int
    columns: Mapping[str, int]
    headings: Mapping[str, str]
    ignored: tuple[str, ...]


def find_list(table: Table, known: Mapping[str, Sequence[str]], needed: Sequence[str]) -> ListLayout | None:
    """The layout of a list; None when no row holds all the headings needed.

    Args:
        known: our column to the headings it goes by.
        needed: our columns without which it is no such list.
    """
    by_heading = {plain_heading(heading): name for name, headings in known.items() for heading in headings}
    head = table.head(HEAD_ROWS)
    for number in range(1, len(head) + 1):
        headings = headings_of(head, (number,))
        columns: dict[str, int] = {}
        for index, heading in enumerate(headings):
            if heading and (name := by_heading.get(plain_heading(heading))):
                columns.setdefault(name, index)
        if all(name in columns for name in needed):
            ignored = tuple(text for index, text in enumerate(headings) if text and index not in columns.values())
            named = {name: headings[index] for name, index in columns.items()}
            return ListLayout(table, number + 1, len(headings), columns, named, ignored)
    return None


@dataclass(frozen=True)
class ListRows:
    """The rows of a list.

    Attributes:
        frame: all rows as texts: `row` and our columns, null where empty.
        malformed: numbers of rows with another number of cells than the heading.
        personal: findings of cells with a number that names a person; they are null in `frame`.
    """

    frame: pl.DataFrame
    malformed: tuple[int, ...]
    personal: pl.DataFrame


def read_list(layout: ListLayout) -> ListRows:
    """All rows of a list."""
    indices = sorted(set(layout.columns.values()))
    frames = [pl.DataFrame(schema={"row": pl.Int64, **{f"c{index}": pl.String for index in indices}})]
    malformed: tuple[int, ...] = ()
    for chunk in layout.table.chunks(indices, layout.first_row, layout.width):
        frames.append(chunk.frame)
        malformed += chunk.malformed
    cells = {name: pl.col(f"c{index}").str.strip_chars(BLANKS) for name, index in layout.columns.items()}
    frame = pl.concat(frames).select(
        "row", *(pl.when(cell == "").then(None).otherwise(cell).alias(name) for name, cell in cells.items())
    )
    frame = frame.filter(pl.any_horizontal(pl.exclude("row").is_not_null()))
    frame = frame.with_columns(plain_names(frame[name]) for name in layout.columns if name in NAMES)
    found = [pl.DataFrame(schema=FINDINGS)]
    for name, heading in layout.headings.items():
        personal = _personal(frame[name], is_number=name in NUMBERS)
        found.append(finding(frame["row"].filter(personal).to_list(), "personal_number", heading, "personal number"))
        frame = frame.with_columns(frame[name].set(personal, None))
    return ListRows(frame, malformed, pl.concat(found))


def _personal(texts: pl.Series, *, is_number: bool) -> pl.Series:
    if is_number and not are_identity_numbers(texts):  # a date inside a number fits by chance now and then
        return pl.Series([False]).new_from_index(0, len(texts))
    return naming_a_person(texts)


def finding(rows: Sequence[int], check: str, heading: str | None, value_class: str) -> pl.DataFrame:
    """Findings of one check in rows of a list."""
    return (
        pl.DataFrame({"row": list(rows)}, schema={"row": pl.Int64})
        .with_columns(
            check=pl.lit(check),
            column=pl.lit(heading, pl.String),
            value_class=pl.lit(value_class),
            case_id=pl.lit(None, pl.String),
        )
        .select(list(FINDINGS))
    )
