"""Early warning: the planted rise is found where and when it began, quiet registers are quiet, words fit figures."""

import re
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from queries import snapshot as snapshots
from queries.cases import case_list
from queries.counting.evaluate import evaluate
from queries.filters import Filters
from queries.snapshot import Snapshot, build_from_frames
from queries.stats.episodes import began, new_flags, new_flags_a_month
from queries.stats.surveillance import looks
from queries.views import signals
from seed.demo import truths
from tests.bench.cities import invent
from tests.bench.signals import stated_and_true
from tests.installations import DemoOf

LANGUAGES = ("zh", "en")


@pytest.fixture(scope="module")
def snapshot(demo_of: DemoOf) -> Snapshot:
    """The default demo, as a user gets it."""
    return snapshots.current(demo_of())


def found(view):
    return {(row["place"], row["topic_l1"]): row for row in view.frame.iter_rows(named=True)}


PLANTED = (truths.RISING_PLACE, truths.RISING_TOPIC_L1)


@pytest.mark.parametrize("day", [date(2022, 3, 31), date(2022, 4, 15), date(2022, 4, 30), date(2022, 5, 15),
                                 date(2022, 5, 31), date(2022, 6, 30)])  # fmt: skip
def test_the_planted_rise_is_the_first_signal_from_its_first_month_on(snapshot, day):
    view = signals.signals(snapshot, Filters(as_of=day))
    first = view.frame.row(0, named=True)
    assert (first["place"], first["topic_l1"]) == PLANTED
    assert first["numerator"] > first["upper"]


@pytest.mark.parametrize("day", [date(2022, 4, 30), date(2022, 5, 31), date(2022, 6, 30)])
def test_the_planted_rise_is_dated_to_its_beginning(snapshot, day):
    row = found(signals.signals(snapshot, Filters(as_of=day)))[PLANTED]
    assert abs((row["since"] - truths.RISING_SINCE).days) <= 14


@pytest.mark.parametrize("day", [date(2021, 6, 30), date(2021, 9, 30), date(2022, 1, 31), date(2022, 2, 27)])
def test_before_it_was_planted_there_is_no_such_signal(snapshot, day):
    assert PLANTED not in found(signals.signals(snapshot, Filters(as_of=day)))


def test_a_comparison_method_agrees_on_the_planted_rise(snapshot):
    row = found(signals.signals(snapshot, Filters(as_of=date(2022, 5, 31))))[PLANTED]
    assert row["farrington"] == "same"
    assert row["numerator"] > row["farrington_upper"]


def test_what_was_seen_is_the_registered_count_of_the_four_weeks(snapshot):
    filters = Filters(as_of=date(2022, 5, 20))
    start, end = signals.watch(snapshot, filters).window
    assert (start.weekday(), end.weekday(), (end - start).days) == (0, 6, 27)
    assert end <= date(2022, 5, 20) < end + timedelta(days=7)
    row = found(signals.signals(snapshot, filters))[PLANTED]
    where = tuple((name, (key,)) for name, key in zip(("place", "topic_l1"), PLANTED, strict=True))
    counted = evaluate(snapshot, "registered_count", (), Filters(start, end, where, as_of=filters.as_of))
    assert row["numerator"] == counted["numerator"][0]
    assert row["course"][-1] == row["numerator"]


def test_the_period_chosen_does_not_matter_and_the_as_of_day_does(snapshot):
    month = Filters(start=date(2021, 1, 1), end=date(2021, 1, 31), as_of=date(2022, 5, 31))
    free = Filters(as_of=date(2022, 5, 31))
    assert signals.signals(snapshot, month).frame.equals(signals.signals(snapshot, free).frame)
    earlier = signals.signals(snapshot, Filters(as_of=date(2021, 12, 31)))
    assert not earlier.frame.equals(signals.signals(snapshot, free).frame)


def test_a_filter_narrows_what_is_watched(snapshot):
    one = Filters(as_of=date(2022, 5, 31), where=(("place", (truths.RISING_PLACE,)),))
    watched = signals.watch(snapshot, one)
    assert watched.places == (truths.RISING_PLACE,)
    assert set(watched.levels) == {"cell", "place"}
    everywhere = found(signals.signals(snapshot, Filters(as_of=date(2022, 5, 31))))
    for where in (one, one.only("topic_l1", truths.RISING_TOPIC_L1)):
        row = found(signals.signals(snapshot, where))[PLANTED]
        assert (row["numerator"], row["expected"]) == (
            everywhere[PLANTED]["numerator"],
            everywhere[PLANTED]["expected"],
        )


def test_several_places_are_added_up_for_the_chart_of_topics(snapshot):
    both = Filters(as_of=date(2022, 5, 31), where=(("place", (truths.RISING_PLACE, truths.SLOW_PLACE)),))
    frame = signals.topics_now(snapshot, both).frame
    counted = signals.watch(snapshot, both).counts[:, :, -4:].sum()
    assert frame["numerator"].sum() == counted


def test_special_periods_come_with_the_snapshot_and_are_named_where_they_matter(snapshot):
    view = signals.signals(snapshot, Filters(as_of=date(2022, 3, 20)))
    assert any("全国两会" in note.zh and "Two Sessions" in note.en for note in view.notes)
    quiet = signals.signals(snapshot, Filters(as_of=date(2022, 4, 30)))
    assert not any("特殊时期" in note.zh for note in quiet.notes)


def test_the_headline_says_how_many_signals_and_how_many_by_chance(snapshot):
    view = signals.signals(snapshot, Filters(as_of=date(2022, 5, 31)))
    stated = new_flags_a_month(signals.watch(snapshot, Filters(as_of=date(2022, 5, 31))).levels)
    assert 0.5 < stated < 2
    for language in LANGUAGES:
        numbers = [float(number) for number in re.findall(r"\d+\.?\d*", view.finding(language))]
        at_most = pytest.approx(stated * signals.MOST_ALARMS, abs=0.051)
        assert numbers == [view.frame.height, pytest.approx(stated, abs=0.051), at_most]
    assert any("two years of history" in note.en for note in view.notes)  # the condition


@pytest.mark.parametrize(
    ("expected", "said"),
    [(0.6, "less than 1: 15 more"), (0.97, "about 1.0: 15.0 more"), (2.52, "about 2.5: 13.5 more"),
     (11.6, "about 12: 4 more")],
)  # fmt: skip
def test_seen_usual_and_exceedance_of_a_signal_add_up_as_printed(expected, said):
    row = {"numerator": 16, "expected": expected, "excess": 16 - expected, "times": 16 / expected}
    assert f"16 items in four weeks, usually {said} (" in signals.described(row).en


@cache
def _weeks(weeks: int, per_week: int, rise: int = 0, places: int = 4) -> pl.DataFrame:
    """Items on Wednesdays: `per_week` in all, and `rise` more a week in the last four in one place and topic."""
    rng = np.random.default_rng(7)
    first = date(2020, 1, 1)
    rows = []
    for week in range(weeks):
        day = first + timedelta(days=7 * week)
        for _ in range(rng.poisson(per_week)):
            rows.append((day, f"p{rng.integers(places)}", "教育" if rng.random() < 0.6 else "能源"))
        rows += [(day, "p1", "能源")] * (rise if week >= weeks - 4 else 0)
    # the newest event closes the last week
    rows.append((first + timedelta(days=7 * weeks - 3), "p0", "教育"))
    return pl.DataFrame(
        {
            "case_id": [f"c{number}" for number in range(len(rows))],
            "registered_at": [row[0].isoformat() for row in rows],
            "place_code": [row[1] for row in rows],
            "topic_l1": [row[2] for row in rows],
        }
    )


def _register(folder: Path, *shape: int) -> Snapshot:
    return build_from_frames(folder / "s", _weeks(*shape))


def test_a_rise_is_found_and_its_parts_are_listed_once(tmp_path):
    view = signals.signals(_register(tmp_path, 80, 12, 5), Filters())
    rows = found(view)
    assert ("p1", "能源") in rows
    assert len(rows) == 1
    assert rows["p1", "能源"]["repeats"] is None


def test_a_quiet_register_is_told_so_in_neutral_words(tmp_path):
    view = signals.signals(_register(tmp_path, 80, 12), Filters())
    assert view.frame.height == 0
    assert view.finding.zh.startswith("没有发现超出偶然的上升")
    assert view.finding.en.startswith("No rise beyond chance")


def test_a_register_of_one_place_speaks_of_it_in_the_singular(tmp_path):
    snapshot = build_from_frames(
        tmp_path / "s", _weeks(130, 12, places=1).with_columns(pl.lit("p0").alias("place_code"))
    )
    view = signals.signals(snapshot, Filters())
    assert view.notes[0].en.startswith("Looked at once a week: 1 place, 2 topics and their totals.")
    assert signals.places_now(snapshot, Filters()).finding.en == "p0 is within its usual range"


def test_a_short_register_is_not_judged(tmp_path):
    view = signals.signals(_register(tmp_path, 20, 12), Filters())
    assert view.frame.height == 0
    assert "整周" in view.finding.zh
    assert signals.topics_now(_register(tmp_path / "again", 20, 12), Filters()).frame.height == 0


def test_a_register_with_hardly_an_item_is_not_judged(register):
    rows = "\n".join(f"p{n % 2} | 教育 | 20{20 + n // 12}-{n % 12 + 1:02}-03" for n in range(24))
    view = signals.signals(register(f"place_code | topic_l1 | registered_at\n---\n{rows}"), Filters())
    assert view.frame.height == 0
    assert "件数太少" in view.finding.zh


def test_a_register_without_places_and_topics_cannot_be_watched(register):
    view = signals.signals(register("channel\n---\nvisit\nletter"), Filters())
    assert "没有问题属地和内容分类" in view.finding.zh


def test_weeks_after_the_last_registration_are_unknown_not_empty(tmp_path):
    snapshot = _register(tmp_path, 80, 12)
    long_after = Filters(as_of=snapshot.as_of + timedelta(days=90))
    assert signals.watch(snapshot, long_after).window[1] <= snapshot.last_day


def test_every_topic_stands_beside_its_usual_range(snapshot):
    filters = Filters(as_of=date(2022, 5, 31))
    for view in (signals.topics_now(snapshot, filters), signals.places_now(snapshot, filters)):
        assert (view.frame["lower"] <= view.frame["expected"]).all()
        assert ((view.frame["numerator"] > view.frame["upper"]) == view.frame["is_signal"]).all()


def test_the_beginning_of_a_rise_is_where_the_counts_turn():
    weekly = [1, 0, 2, 1, 1, 0, 1, 1, 5, 6, 4, 7]
    assert began(weekly, 1.0) == 3
    assert began([1] * 11 + [9], 1.0) == 0


def test_new_flags_are_fewer_than_flags_and_come_true_in_quiet_cities():
    city = invent(3, rises=0)
    (look,) = looks(city.counts, [180], special_weeks=city.special_weeks, alpha=0.005)
    assert 0 < new_flags(look) < look.false_flags
    stated, came = stated_and_true([invent(seed, rises=0) for seed in (3, 4)])
    assert came == pytest.approx(stated, abs=3.3 * np.sqrt(stated / 24))  # 24 months of rare events


def test_a_register_of_one_item_is_too_short_and_not_called_empty(tmp_path):
    snapshot = build_from_frames(
        tmp_path / "s", pl.DataFrame([{"registered_at": "2025-06-10", "place_code": "north", "topic_l1": "roads"}])
    )
    said = signals.signals(snapshot, Filters(as_of=date(2025, 7, 2))).finding
    assert said is not None
    assert "整周" in said.zh
    assert "没有登记的件" not in said.zh


def test_the_way_from_a_signal_leads_to_exactly_the_items_it_counts(snapshot):
    seen = 0
    for day in (date(2022, 6, 30), date(2022, 4, 30), date(2021, 9, 30), date(2021, 3, 31)):
        filters = Filters(date(2020, 1, 1), date(2020, 6, 30), as_of=day)
        start, end = signals.watch(snapshot, filters).window
        for row in signals.signals(snapshot, filters).frame.iter_rows(named=True):
            there = replace(filters, start=start, end=end, where=tuple(signals.items_of(row).items()))
            listed = case_list.found(snapshot, there, case_list.Question("registered_count"))
            assert len(listed.numbers) == row["numerator"]
            seen += 1
    assert seen >= 3
