"""The items one reader may list, as lists, pages and single items."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import polars as pl
from sqlalchemy import Engine

from dashboard.state.kept import kept, kept_list
from queries.cases import case_list, case_store
from queries.filters import Filters
from queries.snapshot import Snapshot
from queries.views import cases

T = TypeVar("T")
SPARE = 20  # items looked at for each one shown: some of them this reader may not list


@dataclass(frozen=True)
class CaseReader:
    """Reads items for one reader.

    Attributes:
        store: the system of record, for case numbers and single items.
        snapshot: with only the rows this reader may list (`queries.access.listed_for`).
        import_id: the last import the snapshot holds; what later ones did to an item is not shown beside its figures.
        kept_under: names data and reader, so that nothing kept for one is shown to another.
    """

    store: Engine
    snapshot: Snapshot
    filters: Filters
    kept_under: str
    import_id: int | None = None

    def found(self, question: case_list.Question) -> case_list.Found:
        """The items of a list, in order."""
        key = f"{self.kept_under}|{self.filters!r}|{question!r}"
        return kept_list(
            key, lambda: case_list.found(self.snapshot, self.filters, question, lambda term: self._holding(term))
        )

    def _holding(self, term: str) -> Sequence[int]:
        return next(filter(None, (case_store.find(self.store, spelt) for spelt in _spellings(term))), ())

    def answer(self, question: Callable[..., T], *arguments: Any) -> T:
        """What a function of (snapshot, filters, ...) says of the items this reader may list."""
        name = f"{question.__module__}.{question.__qualname__}{arguments!r}"
        key = f"{self.kept_under}|listed|{self.filters!r}|{name}"
        return kept(key, lambda: question(self.snapshot, self.filters, *arguments))

    def rows(self, numbers: Sequence[int]) -> tuple[pl.DataFrame, Mapping[int, str]]:
        """What the snapshot knows of some items (`case_list.rows`), and their case numbers."""
        if not numbers:
            return case_list.NO_ROWS, {}
        frame = case_list.rows(self.snapshot, self.filters, numbers)
        return frame, case_store.case_ids(self.store, frame["case_no"])

    def file(self, numbers: pl.Series, columns: Sequence[str], language: str) -> pl.DataFrame:
        """Items as they are listed, under headings in words, for a file; works without a session."""
        rows, ids = self.rows(numbers.to_list())
        shown = cases.table(rows, ids, self.snapshot, columns, language)
        return shown.rename({name: case_list.COLUMNS[name](language) for name in shown.columns})

    def case(self, case_id: str) -> tuple[pl.DataFrame, case_store.CaseRecord] | None:
        """One item: its row of `case_list.rows` and its record; None where there is none this reader may see."""
        number = case_store.number_of(self.store, case_id)
        frame, _ = self.rows([number] if number is not None else [])
        record = case_store.record(self.store, int(frame["case_no"][0]), self.import_id) if frame.height else None
        return (frame, record) if record is not None else None

    def numbered(self, text: str, most: int) -> list[str]:
        """The first case numbers that begin as somebody types them; capitals and the width of letters may differ."""
        for spelt in _spellings(text.strip()):
            frame, ids = self.rows(case_store.beginning(self.store, spelt, most * SPARE))
            if frame.height:
                return sorted(ids.values())[:most]
        return []

    def same_matter(self, case_no: int) -> tuple[pl.DataFrame, Mapping[int, str]]:
        """The other items of an item's matter that this reader may see, as `rows`."""
        return self.rows(case_list.of_same_matter(self.snapshot, self.filters, case_no))


def _spellings(text: str) -> list[str]:
    """How a case number somebody typed may be written in the register; none for no text."""
    plain = unicodedata.normalize("NFKC", text)
    return list(dict.fromkeys(each for each in (text, plain, plain.upper(), plain.lower()) if each))
