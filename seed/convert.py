"""Texts of a table into typed columns of the register, with a finding for every cell that could not be used.

Rows are never dropped here; what is wrong with a row is said in the findings, and `unusable` marks the columns that a
figure must not rest on.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl

from queries.checks import UNUSABLE
from queries.personal import naming_a_person
from queries.vocabulary import DICTIONARIES, FALSE_WORDS, TRUE_WORDS, fold
from seed.columns import COLUMNS, INVERTED_HEADINGS, STATUS_CLOSED, STATUS_OPEN, plain_heading
from seed.dates import NEVER, DateStyle, OrderEvidence, read_dates
from seed.layout import Layout
from seed.sources import Source, matches
from seed.spellings import LONGEST, Spellings

FINDINGS = {"check": pl.String, "row": pl.Int64, "column": pl.String, "value_class": pl.String, "case_id": pl.String}
"""Schema of findings: `row` as counted in the file, `column` a heading, `value_class` what kind of value it was."""

NO_VALUE = ("na", "n/a", "#n/a", "null", "(null)", "none", "nan", "nat", "-", "--", "—", "——", "/", "\\", "无", "空",
            "暂无", "未填", "(空白)", "（空白）")  # fmt: skip
"""Words that mean "no value" in dates, numbers, words and yes/no columns; in names only a mapping can say so."""
NO_NAME = ("null", "(null)", "\\n")
OWN_CLOCK = ("due_at", "bureau.window_ends_at", "office.window_ends_at")
"""Moments that may lie after the as-of date."""
LONGEST_ID = 80  # characters of a case number
_BLANKS = " \t\r\n\f\v\u3000\u00a0\u200b\u200c\u200d\ufeff"
_UNSEEN = (
    "[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]"  # turn a sentence round, or tell two equal names apart
)
_WIDE_DIGITS = {chr(0xFF10 + digit): str(digit) for digit in range(10)} | {"，": ",", "－": "-", "．": "."}
_UNIT = r"(?:人次|人|个|名|天|日|件|户)?"
_LARGEST = 2_000_000_000  # fits the integer column
_FIRST_WORDS = {"is_repeat": (("重复", "重复件", "重信重访", "repeat"), ("初次", "初信初访", "首次", "first")),
                "is_first_local": (("初次", "初信初访", "首次", "first"), ("重复", "重复件", "repeat")),
                "is_first_national": (("初次", "初信初访", "首次", "first"), ("重复", "重复件", "repeat")),
                "is_group": (("集体", "集体访", "group"), ("个人", "个访", "单访", "individual")),
                "on_time_stated": (("按期", "按时", "on time"), ("超期", "逾期", "overdue", "late"))}  # fmt: skip


def plain_names(texts: pl.Series) -> pl.Series:
    """Names on one line, without signs that are not seen."""
    return texts.str.replace_all(_UNSEEN, "").str.replace_all(r"[\s\p{Cc}]+", " ").str.strip_chars(_BLANKS)


@dataclass
class Survey:
    """What must be known of all rows before the first one can be converted.

    Attributes:
        orders: evidence on day and month, by our column.
        spellings: of names.
        rows: seen, malformed ones not counted.
        ids: case numbers of the rows, in order, one series a chunk.
    """

    orders: dict[str, OrderEvidence] = field(default_factory=dict)
    spellings: Spellings = field(default_factory=Spellings)
    rows: int = 0
    ids: list[pl.Series] = field(default_factory=list)


@dataclass(frozen=True)
class Converted:
    """Typed columns of `petition_case` (evaluations as "office.score"), with `row` and `unusable`, and the findings."""

    frame: pl.DataFrame
    findings: pl.DataFrame


class Converter:
    """Converts the chunks of one table.

    Attributes:
        styles: how each of our dates is read, decided from the survey by `settle`.
    """

    def __init__(self, layout: Layout, key: bytes, last_day: date):
        """Args: the table's layout, the key of the matter hash, the last day an event may carry."""
        self._layout, self._mapping, self._key = layout, layout.mapping, key
        self._after_last = datetime.combine(last_day + timedelta(days=1), time())
        self.styles: dict[str, DateStyle] = {}

    def survey(self, raw: pl.DataFrame, into: Survey) -> None:
        """Look at a chunk for what concerns all rows; keeps counts and case numbers only."""
        into.rows += raw.height
        into.ids.append(self._identities(raw))
        for name, source in self._sources():
            kind = COLUMNS[name].kind
            if kind in ("day", "moment") and source.headings and not source.order:
                into.orders.setdefault(name, OrderEvidence()).add(self._texts(raw, name, source))
            elif kind == "name":
                into.spellings.add(name, self._names(raw, name, source))

    def settle(self, survey: Survey) -> None:
        """Fix how dates are read: the mapping's word first, then the column's own evidence, then the other columns'."""
        common = [evidence.order for evidence in survey.orders.values() if evidence.order]
        fallback = max(set(common), key=common.count) if common else "month_first"
        for name, source in self._sources():
            if COLUMNS[name].kind in ("day", "moment"):
                evidence = survey.orders.get(name)
                self.styles[name] = DateStyle(
                    order=source.order or self._mapping.order or (evidence and evidence.order) or fallback,
                    formats=source.formats or self._mapping.formats,
                    zone=source.zone or self._mapping.zone,
                    missing=frozenset((*NEVER, *NO_VALUE)),
                )

    def convert(self, raw: pl.DataFrame, identities: pl.Series, spellings: Spellings) -> Converted:
        """Typed columns of one chunk.

        Args:
            raw: column `row` and text columns `c<index>`.
            identities: case numbers of these rows, as the survey found them.
        """
        work = _Work(raw["row"], identities.rename("case_id"))
        for name, source in self._sources():
            heading = " + ".join(source.headings) or name
            kind = COLUMNS[name].kind
            if source.within_days is not None or kind == "key":
                continue
            if source.after is not None:
                work.columns[name] = self._shifted(raw, name, source, work)
            elif kind == "matter":
                work.columns[name] = self._matter(raw, source)
            elif kind == "name":
                names = self._names(raw, name, source)
                personal = naming_a_person(plain_names(self._texts(raw, name, source)))
                work.find("personal_number", personal, heading, names)
                work.columns[name] = spellings.stored(name, names)
                if spellings.is_withheld(name):
                    work.find("names_of_people", names.is_not_null(), heading, names)
                self._note_spellings(work, names, work.columns[name], heading)
            else:
                texts = self._texts(raw, name, source)
                convert = {"day": self._dates, "moment": self._dates, "number": _number, "flag": _flag, "word": _word}
                work.columns[name] = convert[kind](work, name, source, texts, heading)
        return work.result()

    def _sources(self) -> list[tuple[str, Source]]:
        """Sources that have something to read, derived moments last."""
        named = [
            (name, source)
            for name, source in self._mapping.columns.items()
            if not source.headings or self._layout.indices(source.headings)
        ]
        constant = [(name, Source()) for name in self._mapping.constants]
        return sorted([*named, *constant], key=lambda item: item[1].after is not None)

    def _texts(self, raw: pl.DataFrame, name: str, source: Source) -> pl.Series:
        """The cells of a source, trimmed; null where there is no value."""
        if name in self._mapping.constants:
            return pl.Series(name, [self._mapping.constants[name]], dtype=pl.String).new_from_index(0, raw.height)
        kind = COLUMNS[name].kind
        words = NO_NAME if kind in ("name", "text", "key", "matter") else NO_VALUE
        missing = _spelt((*words, *self._mapping.missing, *source.missing))
        cells = [_cell(index, missing) for index in self._layout.indices(source.headings)]
        text = pl.coalesce(cells) if source.join is None else _joined(cells, source.join)
        if source.pattern is not None:
            text = text.str.extract(source.pattern).str.strip_chars(_BLANKS)
        if source.when is not None:
            text = pl.when(self._condition(raw, source)).then(text).otherwise(None)
        return raw.select(text.alias(name)).to_series()

    def _condition(self, raw: pl.DataFrame, source: Source) -> pl.Series:
        assert source.when is not None
        index = self._layout.index(source.when.heading)
        cells = raw.select(_cell(index, [])).to_series().fill_null("")
        holds = {word: matches(word, source.when.words) != source.when.negated for word in cells.unique()}
        return cells.replace_strict(holds, return_dtype=pl.Boolean)

    def _names(self, raw: pl.DataFrame, name: str, source: Source) -> pl.Series:
        texts = plain_names(self._texts(raw, name, source))
        texts = texts.set(naming_a_person(texts), None)
        if source.values:
            texts = plain_names(_translated(texts, source)[0])
            texts = texts.set(naming_a_person(texts), None)
        return texts.set((texts == "").fill_null(False), None)

    def _identities(self, raw: pl.DataFrame) -> pl.Series:
        source = self._mapping.columns.get("case_id")
        if source is not None:
            # '00123 and ="00123" are how exports keep Excel from eating zeros
            ids = self._texts(raw, "case_id", source).str.replace(r"""^(?:'|="(.*)"$)""", "${1}")
        else:
            indices = self._layout.indices(self._mapping.id_columns) or [
                index for index in self._layout.read if self._layout.headings[index] not in self._layout.dropped
            ]
            cells = [pl.col(f"c{index}").fill_null("").str.strip_chars(_BLANKS) for index in indices]
            rows = raw.select(pl.concat_str(cells, separator="\x1f")).to_series()
            digests = [hashlib.blake2b(row.encode(), digest_size=10).hexdigest() for row in rows]
            ids = pl.Series("case_id", digests, dtype=pl.String)
        ids = self._mapping.id_prefix + ids if self._mapping.id_prefix else ids
        too_long = ids.str.len_chars() > LONGEST_ID
        if too_long.any():
            short = [f"{text[:59]}~{hashlib.blake2b(text.encode(), digest_size=10).hexdigest()}" for text in
                     ids.filter(too_long)]  # fmt: skip
            ids = ids.scatter(too_long.fill_null(False).arg_true(), pl.Series(short))
        return ids.rename("case_id")

    def _matter(self, raw: pl.DataFrame, source: Source) -> pl.Series:
        missing = _spelt((*NO_NAME, *self._mapping.missing, *source.missing))
        cells = [_cell(index, missing) for index in self._layout.indices(source.headings)]
        texts = raw.select(_joined(cells, "\x1f", all_needed=True).alias("matter_id")).to_series()
        distinct = texts.drop_nulls().unique().to_list()
        hashes = [hmac.digest(self._key, text.encode(), "sha256")[:16] for text in distinct]
        if not distinct:
            return pl.Series("matter_id", [None] * raw.height, dtype=pl.Binary)
        lookup = pl.DataFrame(
            {"matter_id": distinct, "hash": hashes}, schema={"matter_id": pl.String, "hash": pl.Binary}
        )
        found = texts.to_frame().join(lookup, on="matter_id", how="left", maintain_order="left")
        return found["hash"].rename("matter_id")

    def _dates(self, work: "_Work", name: str, source: Source, texts: pl.Series, heading: str) -> pl.Series:
        read = read_dates(texts, self.styles[name])
        value, problem = read["value"], read["problem"]
        if name == "registered_at":
            return work.registered(value, texts, problem, self._after_last, heading)
        for said, check in (("unreadable", "date_unreadable"), ("out of range", "date_out_of_range")):
            work.find(check, (problem == said).fill_null(False), heading, texts, spoils=COLUMNS[name].spoils)
        if name not in OWN_CLOCK:
            late = (value >= self._after_last).fill_null(False)
            work.find("date_in_future", late, heading, texts, spoils=COLUMNS[name].spoils)
            value = value.set(late, None)
        return value.dt.date() if COLUMNS[name].kind == "day" else value

    def _shifted(self, raw: pl.DataFrame, name: str, source: Source, work: "_Work") -> pl.Series:
        assert source.after is not None
        start = work.columns.get(source.after)
        if start is None:
            return pl.Series(name, [None] * raw.height, dtype=pl.Datetime("us"))
        days: Any = source.days
        if isinstance(days, str):
            heading = days
            texts = self._texts(raw, name, replace(source, headings=(heading,), after=None))
            days = texts.str.replace_all(",", "").cast(pl.Float64, strict=False)
            work.find("number_unreadable", texts.is_not_null() & days.is_null(), heading, texts, COLUMNS[name].spoils)
        return pl.select(
            (
                pl.lit(start).cast(pl.Datetime("us"))
                + pl.duration(microseconds=(pl.lit(days) * source.unit * 1_000_000).round(0).cast(pl.Int64))
            ).alias(name)
        ).to_series()

    def _note_spellings(self, work: "_Work", names: pl.Series, stored: pl.Series, heading: str) -> None:
        joined = (names != stored).fill_null(False)
        if joined.any():
            long = names.str.len_chars().fill_null(0) > LONGEST
            work.find("text_shortened", joined & long, heading, names)
            # blanks and width alone are not worth a line
            same = pl.Series([_barely(name) for name in names.filter(joined)]) == pl.Series(
                [_barely(name) for name in stored.filter(joined)]
            )
            differs = joined.scatter(joined.arg_true(), ~same)
            work.find("spellings_folded", differs & ~long, heading, names)


class _Work:
    """Columns and findings of one chunk while they are made."""

    def __init__(self, rows: pl.Series, identities: pl.Series):
        self.columns: dict[str, pl.Series] = {}
        self._rows, self._identities = rows, identities
        self._findings = [pl.DataFrame(schema=FINDINGS)]
        self._unusable = pl.Series("unusable", [0], dtype=pl.Int32).new_from_index(0, len(rows))

    def find(
        self, check: str, mask: pl.Series, heading: str | None, texts: pl.Series, spoils: str | None = None
    ) -> None:
        """One finding for each row of the mask, and the bit of what it spoils."""
        if not mask.any():
            return
        found = pl.DataFrame(
            {"row": self._rows.filter(mask), "case_id": self._identities.filter(mask)}
            | {"value_class": classify(texts.filter(mask))}
        ).with_columns(check=pl.lit(check), column=pl.lit(heading, pl.String))
        self._findings.append(found.select(list(FINDINGS)).cast(FINDINGS))  # type: ignore[arg-type]  # str to dtype
        if spoils:
            self._unusable = self._unusable | mask.cast(pl.Int32) * UNUSABLE[spoils]

    def registered(
        self, value: pl.Series, texts: pl.Series, problem: pl.Series, after_last: datetime, heading: str
    ) -> pl.Series:
        """The registration time: rows without a usable one are rejected."""
        late = (value >= after_last).fill_null(False)
        self.find("registered_missing", value.is_null() & problem.is_null(), heading, texts)
        self.find("registered_unreadable", problem.is_not_null(), heading, texts)
        self.find("registered_in_future", late, heading, texts)
        return value.set(late, None)

    def result(self) -> Converted:
        columns = {name: series.rename(name) for name, series in self.columns.items()}
        frame = pl.DataFrame([self._rows, self._identities, *columns.values(), self._unusable])
        return Converted(frame, pl.concat(self._findings))


def classify(texts: pl.Series) -> pl.Series:
    """What kind of value a text is, in words that never repeat it."""
    text = pl.col("text")
    return (
        texts.rename("text")
        .to_frame()
        .select(
            pl.when(text.is_null() | (text == ""))
            .then(pl.lit("empty"))
            .when(text.str.contains(r"^-\d+(\.\d+)?$"))
            .then(pl.lit("negative number"))
            .when(text.str.contains(r"^\d+$"))
            .then(pl.lit("whole number"))
            .when(text.str.contains(r"^\d+\.\d+$"))
            .then(pl.lit("number with fraction"))
            .when(text.str.contains(r"\d{1,4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,4}"))
            .then(pl.lit("date"))
            .when(text.str.contains(r"\d"))
            .then(pl.lit("text with digits"))
            .otherwise(pl.lit("words"))
        )
        .to_series()
    )


def _spelt(words: Iterable[str]) -> list[str]:
    """Words in the ways a file may write them: comparing with a list is far cheaper than folding every cell."""
    return sorted({form for word in words for form in (word, word.lower(), word.upper(), word.capitalize())})


def _cell(index: int | None, missing: Sequence[str]) -> pl.Expr:
    text = pl.col(f"c{index}").str.strip_chars(_BLANKS)
    return pl.when(text.is_in(["", *missing])).then(None).otherwise(text)


def _joined(cells: Sequence[pl.Expr], separator: str, *, all_needed: bool = False) -> pl.Expr:
    if all_needed:
        return pl.concat_str(cells, separator=separator)
    joined = pl.concat_str(cells, separator=separator, ignore_nulls=True)
    return pl.when(joined == "").then(None).otherwise(joined)


def _translated(texts: pl.Series, source: Source) -> tuple[pl.Series, pl.Series]:
    """Texts with the mapping's own word table applied, and which of them it knew."""
    known: dict[str, str | None] = {}
    exact = {fold(word): ours for word, ours in source.values if "*" not in word}
    for text in texts.unique().drop_nulls():
        if fold(text) in exact:
            known[text] = exact[fold(text)] or None
        else:
            for word, ours in source.values:
                if "*" in word and matches(text, (word,)):
                    known[text] = ours or None
                    break
    if not known:
        return texts, pl.Series([False]).new_from_index(0, len(texts))
    hit = texts.is_in(list(known))
    said = texts.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)
    return pl.select(pl.when(pl.lit(hit)).then(pl.lit(said)).otherwise(pl.lit(texts))).to_series(), hit.fill_null(False)


def _number(work: _Work, name: str, source: Source, texts: pl.Series, heading: str) -> pl.Series:
    plain = texts.str.replace_many(_WIDE_DIGITS).str.replace_all(",", "").str.strip_chars()
    digits = plain.str.extract(rf"^([+-]?\d{{1,10}})(?:\.0+)?{_UNIT}$", 1)
    value = digits.cast(pl.Int64, strict=False)
    value = value.set((value.abs() > _LARGEST).fill_null(False), None)
    work.find("number_unreadable", texts.is_not_null() & value.is_null(), heading, texts, spoils=COLUMNS[name].spoils)
    return value


def _flag(work: _Work, name: str, source: Source, texts: pl.Series, heading: str) -> pl.Series:
    true, false = source.true, source.false
    if not true and not false:
        true, false = _FIRST_WORDS.get(name, ((), ()))
        if name == "closed_stated":
            true, false = STATUS_CLOSED, STATUS_OPEN
    known: dict[str, bool] = {}
    inverted = any(plain_heading(heading) in INVERTED_HEADINGS for heading in source.headings)
    values = dict(source.values)
    for text in texts.unique().drop_nulls():
        word = next((ours for theirs, ours in values.items() if matches(text, (theirs,))), text)
        if matches(word, true) or (not matches(word, false) and fold(word) in TRUE_WORDS):
            known[text] = not inverted
        elif matches(word, false) or fold(word) in FALSE_WORDS:
            known[text] = inverted
        elif source.otherwise is not None:
            known[text] = source.otherwise
    value = pl.Series([None], dtype=pl.Boolean).new_from_index(0, len(texts))
    if known:
        value = texts.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.Boolean)
    work.find("word_unknown", texts.is_not_null() & value.is_null(), heading, texts)
    return value


def _word(work: _Work, name: str, source: Source, texts: pl.Series, heading: str) -> pl.Series:
    dictionary = DICTIONARIES[COLUMNS[name].words or ""]
    translated, is_settled = _translated(texts, source)
    fallback = "other" if "other" in dictionary.keys else None
    known = {text: dictionary.find(text) for text in translated.unique().drop_nulls()}
    if not known:
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(texts))
    strange = [text for text, key in known.items() if key is None]
    work.find("word_unknown", translated.is_in(strange) & ~is_settled, heading, texts)
    keys = [key or fallback for key in known.values()]
    return translated.replace_strict(list(known), keys, default=None, return_dtype=pl.String)


def _barely(name: str) -> str:
    return "".join(name.split())
