"""The filter bar, the link and the filters say the same."""

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.state.choices import PERIODS, Choices, Reading, preset, read_link
from queries.filters import Filters
from queries.rules import CONVENTIONS, RULE_SETS

NEWEST = date(2022, 6, 30)
KEYS = {"place": ("north", "south", ""), "channel": ("visit", "letter")}
DAYS = st.dates(date(2020, 1, 1), date(2022, 12, 31))


def keys(dimension: str) -> tuple[str, ...]:
    return KEYS.get(dimension, ())


@st.composite
def choices(draw: st.DrawFn) -> Choices:
    period = draw(st.sampled_from(PERIODS))
    start, end = sorted((draw(DAYS), draw(DAYS))) if period == "custom" else (None, None)
    where = {name: tuple(sorted(draw(st.sets(st.sampled_from(values))))) for name, values in KEYS.items()}
    return Choices(
        period=period,
        start=start,
        end=end,
        as_of=draw(st.none() | DAYS),
        where=MappingProxyType({name: kept for name, kept in where.items() if kept}),
        rules=draw(st.sampled_from(list(RULE_SETS))),
        convention=draw(st.sampled_from(list(CONVENTIONS))),
        target=draw(st.sampled_from([None, "bureau", "office"])),
    )


@given(choices())
def test_a_link_brings_back_the_same_filters(chosen: Choices):
    reading = read_link(chosen.link(NEWEST), NEWEST, keys)
    assert reading.ignored == ()
    assert not reading.vanished
    assert reading.choices.filters(NEWEST) == chosen.filters(NEWEST)


@given(choices())
def test_a_link_with_a_period_of_its_own_is_what_the_command_line_reads(chosen: Choices):
    link = chosen.link(NEWEST)
    if chosen.period != "last12" and "period" not in link:
        assert Filters.from_query(link) == chosen.filters(NEWEST)


def test_the_plain_address_is_the_default():
    assert Choices().link(NEWEST) == {}
    assert read_link({}, NEWEST, keys).choices == Choices()


@pytest.mark.parametrize(
    ("name", "day", "start", "end"),
    [
        ("last12", date(2022, 6, 30), date(2021, 7, 1), date(2022, 6, 30)),
        ("last12", date(2022, 6, 29), date(2021, 6, 1), date(2022, 5, 31)),
        ("last3", date(2022, 3, 1), date(2021, 12, 1), date(2022, 2, 28)),
        ("this_month", date(2022, 2, 9), date(2022, 2, 1), date(2022, 2, 28)),
        ("this_year", date(2022, 2, 9), date(2022, 1, 1), date(2022, 12, 31)),
    ],
)
def test_periods_of_whole_months_end_with_the_newest_whole_month(name, day, start, end):
    assert preset(name, day) == (start, end)


def test_nonsense_in_a_link_is_left_out_and_named():
    query = {"from": ["yesterday"], "place": ["north", "nowhere"], "rules": ["mine"], "colour": ["red"],
             "channel": [""]}  # fmt: skip
    reading = read_link(query, NEWEST, keys)
    assert set(reading.ignored) == {"from", "rules", "colour", "channel"}
    assert dict(reading.vanished) == {"place": ("nowhere",)}
    assert reading.choices == replace(Choices(), where=MappingProxyType({"place": ("north",)}))


@pytest.mark.parametrize("name", [name for name in PERIODS if name != "custom"])
def test_a_period_is_taken_from_a_link_by_its_name(name):
    assert read_link({"period": [name]}, NEWEST, keys) == Reading(Choices(period=name), (), MappingProxyType({}))


def test_a_period_that_ends_before_it_starts_is_left_out():
    reading = read_link({"from": ["2022-05-01"], "to": ["2022-04-01"]}, NEWEST, keys)
    assert reading.ignored == ("from",)
    assert reading.choices == Choices()


def test_two_dates_chosen_the_wrong_way_round_are_turned():
    chosen = Choices(period="custom", start=date(2022, 5, 1), end=date(2022, 4, 1))
    assert chosen.span(NEWEST) == (date(2022, 4, 1), date(2022, 5, 1))


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_no_calendar_of_the_page_can_show_is_not_taken_from_a_link(day):
    reading = read_link({"as_of": [day], "from": [day]}, NEWEST, keys)
    assert reading.choices == Choices()
    assert set(reading.ignored) == {"as_of", "from"}
