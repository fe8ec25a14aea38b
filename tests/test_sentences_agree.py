"""Whatever is selected, no sentence says what its figures do not: read back from the words, in both languages."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from queries import wording
from queries.filters import Filters
from queries.snapshot import Snapshot, current
from queries.views import (
    View,
    adjusted,
    closure,
    forwarding,
    funnels,
    heard,
    meeting,
    overview,
    recording,
    repeats,
    satisfaction,
    signals,
    tartan,
    time_to_close,
    time_to_return,
    townships,
)
from queries.vocabulary import Text
from tests.installations import DemoOf

SELECTIONS = 6
RATE = "on_time_reply_rate"
QUESTIONS: tuple[tuple[Callable[..., Any], tuple[Any, ...]], ...] = (
    *((question, ()) for question in (
        overview.headlines, overview.headline, closure.by_month, closure.on_time_course, closure.volume_course,
        closure.ages, closure.deadlines, closure.days_taken, repeats.headline, repeats.course, repeats.concentration,
        time_to_close.closing, time_to_close.closing_by_month, time_to_close.flow, time_to_return.returns,
        signals.signals, signals.topics_now, forwarding.headline, forwarding.course, forwarding.calendar,
        recording.companions, tartan.tartan, meeting.headlines,
    )),
    *((overview.trend, (name,)) for name in overview.HEADLINES),
    *((question, (RATE, "place")) for question in (
        overview.by_group, townships.compared, funnels.by_size, adjusted.adjusted,
    )),
    *((question, ("bureau", "place")) for question in (
        satisfaction.by_group, satisfaction.bounds, heard.apart, heard.change, heard.reached,
    )),
    (satisfaction.headline, ("bureau",)),
)  # fmt: skip
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
SHARE = re.compile(r"[<>]?\d+\.\d%")
RUN = re.compile(r"(\d+) months in a row [a-z ]+, (\w{3}) (\d{4}) – (\w{3}) (\d{4})(?: \((\d+) not judged\))?")


@pytest.fixture(scope="module")
def snapshot(demo_of: DemoOf) -> Snapshot:
    return current(demo_of(1_500))


def selections(snapshot: Snapshot) -> Iterator[Filters]:
    """Odd ones too: no item, one item, an earlier day, a period to come, either convention."""
    draw = random.Random(3)
    first, last = snapshot.first_day or snapshot.as_of, snapshot.as_of
    for number in range(SELECTIONS):
        as_of = first + timedelta(days=draw.randrange((last - first).days)) if number % 3 else last
        start = as_of - timedelta(days=draw.choice([1, 29, 89, 364, 700]))
        end = as_of + timedelta(days=draw.choice([0, 0, 30]))
        names = draw.sample(["place", "topic_l1", "channel"], draw.choice([0, 1, 2]))
        where = tuple((name, (draw.choice(snapshot.keys(name)),)) for name in names)
        yield Filters(start, end, where, as_of, convention=("observed", "silence_is_satisfied")[number % 2])


def texts(answer: View | Text | None) -> list[Text]:
    if isinstance(answer, View):
        return [*([answer.finding] if answer.finding else []), *answer.notes]
    return [answer] if answer else []


def numbers(words: str) -> Counter[str]:
    """Numbers of a sentence; a month by its name is its number, as it is in Chinese."""
    for at, name in enumerate(MONTHS, start=1):
        words = re.sub(rf"\b{name}\b", str(at), words)
    return Counter(found.replace(",", "") for found in NUMBER.findall(words))


def numbers_in_both(said: Text) -> None:
    """The same in both languages; "1" may be "one" or "a", and a list ends with its length or with the rest."""
    apart = (numbers(said.zh) - numbers(said.en)) + (numbers(said.en) - numbers(said.zh))
    listed = "等" in said.zh or "the other" in said.en or "five" in said.en
    assert listed or set(apart) <= {"1", "60"}, said


def shares_of(frame: pl.DataFrame) -> set[str]:
    """Every share of a view's figures as it would be printed."""
    found: set[float] = set()
    for name in frame.columns:
        if frame.schema[name].is_float():
            found |= {value for value in frame[name].drop_nulls().to_list() if -1 <= value <= 1}
    for above, below in (("numerator", "denominator"), ("returned", "followed"), ("content", "evaluated")):
        if {above, below} <= {*frame.columns}:
            rows = frame.filter(pl.col(below).fill_null(0) > 0)
            found |= set((rows[above] / rows[below]).drop_nulls().to_list())
            if rows.height:
                found.add(float(rows[above].sum() / rows[below].sum()))
    return {wording.per_cent(abs(value), "en") for value in found}


@pytest.mark.parametrize(("question", "arguments"), QUESTIONS, ids=[f"{q.__name__}{a}" for q, a in QUESTIONS])
def test_sentences_agree_with_their_figures_and_in_both_languages(question, arguments, snapshot):
    for filters in selections(snapshot):
        answer = question(snapshot, filters, *arguments)
        for said in texts(answer):
            numbers_in_both(said)
            for months, m1, y1, m2, y2, left in RUN.findall(said.en):
                span = (int(y2) - int(y1)) * 12 + MONTHS.index(m2) - MONTHS.index(m1) + 1
                assert span == int(months) + int(left or 0), said
        if isinstance(answer, View) and answer.finding and answer.frame.height and question in SHARES_FROM_FRAME:
            printed = set(SHARE.findall(answer.finding.en))
            assert printed <= shares_of(answer.frame), (answer.finding, filters)


SHARES_FROM_FRAME = {overview.headlines, repeats.headline, forwarding.headline, satisfaction.by_group,
                     time_to_close.closing_by_month}  # fmt: skip
"""Views whose sentence prints shares of their own rows and no others."""


def test_no_sentence_prints_a_share_of_a_small_sample(snapshot):
    for filters in selections(snapshot):
        rows = overview.headlines(snapshot, filters).frame.filter(pl.col("value").is_not_null())
        for name, denominator in rows.select("measure", "denominator").iter_rows():
            said = overview.share_and_change(snapshot, filters, name)
            assert ("样本不足" in said.zh) == (denominator < filters.rule_set.small_sample), (said, filters)
            assert ("too few" in said.en) == ("样本不足" in said.zh)


def test_what_a_target_takes_is_said_in_the_convention_of_the_headline(snapshot):
    for filters in selections(snapshot):
        headline = satisfaction.headline(snapshot, filters, "bureau").en
        needs = [said.en for said in satisfaction.heard(snapshot, filters, "bureau").sentences]
        met = [words for words in needs if ", which meets" in words]
        if "satisfaction below target" in headline or "both below target" in headline:
            assert not met, (headline, needs)
        if "both on target" in headline:
            assert met, (headline, needs)


def test_one_number_is_printed_alike_wherever_it_stands_on_the_page(snapshot):
    for filters in selections(snapshot):
        found = satisfaction.heard(snapshot, filters, "bureau")
        if found.over < found.smallest or not found.scored:
            continue
        printed = SHARE.findall(found.about_all.en)
        assert wording.per_cent(found.satisfaction, "en") in printed
        if found.expired and not found.unscored:
            assert wording.per_cent(1 - (found.participation or 0), "en") in printed


def test_a_run_with_a_month_left_out_counts_the_months_judged():
    months = [date(2021, 11, 1), date(2021, 12, 1), date(2022, 1, 1), date(2022, 3, 1), date(2022, 4, 1)]
    frame = pl.DataFrame({"month": months, "towards": [1] * 5, "cause": ["run"] * 5})
    from queries.views.control import _clause

    assert _clause(frame).en.startswith("5 months in a row above the mean, Nov 2021 – Apr 2022 (1 not judged)")
