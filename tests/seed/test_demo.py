from datetime import date, datetime, time
from itertools import pairwise

import polars as pl
import pytest

from queries.days import day_number
from queries.errors import UsageError
from queries.schema import case_evaluation, petition_case
from queries.vocabulary import DICTIONARIES
from seed.columns import COLUMNS
from seed.demo import generate, register, truths
from seed.demo.cases import Chunk
from seed.demo.city import DEPARTMENTS, TOWNSHIPS, city
from seed.demo.matters import STEP_ROWS, steps
from seed.demo.programmes import offices
from seed.demo.season import SPECIAL_PERIODS, season

END = datetime.combine(truths.LAST_DAY, time(23, 59, 59))
IN_ORDER = ("registered_at", "forwarded_at", "received_by_office_at", "accepted_at", "replied_at", "closed_at")


@pytest.fixture(scope="module")
def chunks() -> list[Chunk]:
    return list(register())


@pytest.fixture(scope="module")
def cases(chunks: list[Chunk]) -> pl.DataFrame:
    return pl.concat([chunk.cases for chunk in chunks])


@pytest.fixture(scope="module")
def evaluations(chunks: list[Chunk]) -> pl.DataFrame:
    return pl.concat([chunk.evaluations for chunk in chunks])


@pytest.fixture(scope="module")
def sound(cases: pl.DataFrame) -> pl.DataFrame:
    """The items without a planted fault."""
    number = pl.col("source_row") - 2
    return cases.filter(~pl.any_horizontal(*(number % every == offset for every, offset in truths.FLAWS.values())))


def test_the_same_seed_gives_the_same_register(chunks, cases, evaluations):
    again = list(register())
    assert cases.equals(pl.concat([chunk.cases for chunk in again]))
    assert evaluations.equals(pl.concat([chunk.evaluations for chunk in again]))


def test_another_seed_gives_another_register(cases):
    assert not cases.equals(pl.concat(list(generate(seed=1))))


def test_evaluations_do_not_change_the_cases(cases):
    assert cases.equals(pl.concat(list(generate())))


@pytest.mark.parametrize("count", [1, 2, 13, 100, 1_234, 9_000, 50_000])
def test_there_are_exactly_as_many_items_as_asked_for(count):
    frames = list(generate(count))
    assert sum(len(frame) for frame in frames) == count
    assert pl.concat(frames)["case_id"].n_unique() == count


@pytest.mark.parametrize("count", [1, 25, 9_000])
def test_the_register_ends_on_its_last_day(count):
    cases = pl.concat(list(generate(count)))
    assert cases["registered_at"].dt.date().max() == truths.LAST_DAY
    for name in (*IN_ORDER, "review_done_at", "recheck_done_at", "supervised_at"):
        assert cases[name].max() is None or cases[name].max() <= END


def test_items_come_oldest_first_through_all_chunks(cases):
    assert cases["registered_at"].is_sorted()
    assert cases["source_row"].to_list() == list(range(2, len(cases) + 2))
    assert cases["registered_at"].min().date() < date(2020, 1, 10)


def test_each_item_follows_its_path_in_order(sound):
    for earlier, later in pairwise(IN_ORDER):
        assert sound.filter(pl.col(later) < pl.col(earlier)).is_empty(), (earlier, later)
        assert sound.filter(pl.col(later).is_not_null() & pl.col(earlier).is_null()).is_empty(), (earlier, later)
    assert sound.filter(pl.col("petitioned_on") > pl.col("registered_at").dt.date()).is_empty()
    assert sound.filter(pl.col("recheck_requested_at") < pl.col("review_done_at")).is_empty()


def test_the_deadline_is_sixty_days_from_acceptance_plus_the_extension(sound):
    timed = sound.filter(pl.col("due_at").is_not_null())
    days = (pl.col("due_at").dt.date() - pl.col("accepted_at").dt.date()).dt.total_days()
    assert timed.filter(days != 60 + pl.col("extended_days")).is_empty()
    assert set(timed["procedure"]) == {"petition"}
    assert set(timed["extended_days"]) == {0, 15, 30}


def test_a_first_petition_is_no_repeat_and_a_group_sends_five_at_most(sound):
    assert sound.filter(pl.col("is_first_national") & pl.col("is_repeat")).is_empty()
    assert sound["petitioner_count"].min() == 1
    assert sound["petitioner_count"].max() == 5
    assert set(sound.filter("is_group")["channel"]) == {"visit"}


def test_repeats_share_matter_place_and_topic_and_are_concentrated(sound):
    matters = sound.group_by("matter_id").agg(
        pl.len(), pl.col("place_code", "topic_l3").n_unique(), pl.col("is_first_national").sum()
    )
    assert matters.filter((pl.col("place_code") > 1) | (pl.col("topic_l3") > 1)).is_empty()
    assert matters["is_first_national"].max() == 1
    largest = matters["len"].sort(descending=True)
    assert largest.head(len(largest) // 20).sum() > 0.15 * len(sound)  # 5 % of the matters, far more of the items


def test_petitions_follow_the_week_the_season_and_the_quiet_spring(cases):
    by_weekday = dict(cases["registered_at"].dt.weekday().value_counts().iter_rows())
    assert by_weekday[1] > by_weekday[5] > 2 * by_weekday[6]
    by_month = dict(cases["registered_at"].dt.strftime("%Y-%m").value_counts().iter_rows())
    assert by_month["2022-03"] > 1.4 * by_month["2022-02"]
    assert by_month["2020-03"] < 0.75 * by_month["2021-03"]


def test_planted_faults_are_where_they_are_said_to_be(cases):
    forwarded_early = cases.filter(pl.col("forwarded_at") < pl.col("registered_at"))
    found = {
        "dates_out_of_order": len(forwarded_early),
        "due_before_accepted": len(cases.filter(pl.col("due_at") < pl.col("accepted_at"))),
        "extension_out_of_range": len(cases.filter(pl.col("extended_days") > 30)),
        "petitioner_count_below_one": len(cases.filter(pl.col("petitioner_count") < 1)),
        "first_and_repeat": len(cases.filter(pl.col("is_first_national") & pl.col("is_repeat"))),
        "recheck_before_review": len(cases.filter(pl.col("recheck_requested_at") < pl.col("review_requested_at"))),
        "confirmed_but_open": len(cases.filter(pl.col("confirmed_closed") & pl.col("closed_at").is_null())),
        "place_unknown": len(cases.filter(pl.col("place_code") == truths.UNKNOWN_PLACE)),
        "office_unknown": len(cases.filter(pl.col("responsible_office_id") == truths.UNKNOWN_OFFICE)),
        "first_flags_missing": len(cases.filter(pl.col("is_repeat").is_null())),
    }
    planted = {name: len(range(offset, len(cases), every)) for name, (every, offset) in truths.FLAWS.items()}
    assert found == {name: count for name, count in planted.items() if name != "due_differs_from_rule"}
    assert cases.filter(~pl.col("counted")).height == len(range(97, len(cases), 400))


def test_one_office_closes_six_items_within_a_minute(cases):
    wanted, day = truths.CLUMPED_CLOSURES
    closed = cases.filter(pl.col("closed_at").dt.date() == day)
    minutes = closed.group_by("responsible_office_id", pl.col("closed_at").dt.truncate("1m")).len()
    assert minutes["len"].max() == wanted


def test_the_register_has_only_columns_of_the_schema_and_none_of_a_person(cases, evaluations):
    assert set(cases.columns) <= set(petition_case.c.keys())
    assert set(evaluations.columns) <= set(case_evaluation.c.keys())
    missing = {name for name in COLUMNS if "." not in name} - set(cases.columns)
    assert missing == {"closed_stated", "on_time_stated"}  # they stand in for dates, which the demo has


def test_every_word_is_in_its_dictionary_and_every_office_on_the_list(sound):
    for name, column in COLUMNS.items():
        if column.words and name in sound.columns:
            assert set(sound[name].drop_nulls()) <= set(DICTIONARIES[column.words].keys), name
    listed = {row["office_id"] for row in offices()}
    assert set(sound["place_code"]) <= listed
    assert set(sound["responsible_office_id"]) <= listed


def test_the_city_has_twelve_townships_and_twenty_five_departments():
    kinds = [row["kind"] for row in offices()]
    assert (kinds.count("township"), kinds.count("department")) == (12, 25)
    assert len({town.name for town in TOWNSHIPS} | set(DEPARTMENTS)) == 37


def test_an_evaluation_has_a_score_exactly_when_it_was_given(evaluations):
    is_evaluated = pl.col("status") == "evaluated"
    assert evaluations.filter(is_evaluated != pl.col("score").is_not_null()).is_empty()
    assert evaluations.filter(is_evaluated != pl.col("evaluated_at").is_not_null()).is_empty()
    assert evaluations.filter(pl.col("evaluated_at") > pl.min_horizontal("window_ends_at", pl.lit(END))).is_empty()
    assert evaluations.filter(
        (pl.col("status") == "expired") != ~is_evaluated & (pl.col("window_ends_at") <= END)
    ).is_empty()
    assert evaluations.n_unique(("case_id", "target")) == len(evaluations)


def test_only_petitions_registered_nationally_are_evaluated(cases, evaluations):
    asked = cases.join(evaluations, on="case_id", how="semi")
    assert set(asked["register_level"]) == {"national"}
    assert set(evaluations["target"]) == {"bureau", "office"}
    for_office = cases.join(evaluations.filter(pl.col("target") == "office"), on="case_id")
    assert for_office["replied_at"].null_count() == 0


def test_a_larger_register_keeps_the_period_and_may_have_more_places():
    cases = pl.concat(list(generate(30_000, places=3_000)))
    assert 1_500 < cases["place_code"].n_unique() <= 3_001
    assert len(city(3_000).offices) == 3_025
    assert cases["registered_at"].dt.year().unique().sort().to_list() == [2020, 2021, 2022]


def test_steps_stay_small_however_large_the_register():
    plan = steps(season(truths.FIRST_DAY, truths.LAST_DAY), 50_000_000)
    assert sum(step.count for step in plan) == 50_000_000
    assert max(step.count for step in plan) < 2 * STEP_ROWS


@pytest.mark.parametrize("wrong", [{"cases": 0}, {"seed": -1}, {"places": 3}, {"first_day": date(2023, 1, 1)}])
def test_arguments_that_describe_no_register_are_refused(wrong):
    with pytest.raises(UsageError, match="Use at least 1 case"):
        next(register(**wrong))


def test_the_four_special_periods_are_the_known_ones():
    days = {period.name_en: (period.starts_on, period.ends_on) for period in SPECIAL_PERIODS}
    assert days["Winter Olympics"] == (date(2022, 2, 4), date(2022, 2, 20))
    assert days["Winter Paralympics"] == (date(2022, 3, 4), date(2022, 3, 13))
    assert days["Two Sessions"] == (date(2022, 3, 4), date(2022, 3, 11))
    assert len(days) == 4
    assert all(day_number(start) <= day_number(end) for start, end in days.values())
