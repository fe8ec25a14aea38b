"""Repeats: what the page says about shares, matters and batches, and that it says what the figures are."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from queries.errors import UsageError
from queries.filters import Filters
from queries.rules import RULE_SETS
from queries.views import repeats

ALL = Filters(as_of=date(2022, 12, 31))

MATTERS = """
    matter_id | is_repeat | registered_at
    ----------+-----------+--------------
    a         | no        | 2022-01-03
    a         | yes       | 2022-02-03
    a         | yes       | 2022-03-03
    b         | no        | 2022-01-04
    b         | yes       | 2022-04-04
    c         | no        | 2022-01-05
              | no        | 2022-01-06
"""
BATCHES = """
    batch | assigned_on | reported_on | reviewed_on | review_result | reflow_on
    ------+-------------+-------------+-------------+---------------+-----------
    one   | 2021-05-01  | 2021-08-01  | 2021-09-01  | recognised    | 2021-12-01
    one   | 2021-05-01  | 2021-08-02  | 2021-09-01  | recognised    |
    one   | 2021-05-01  | 2021-08-02  |             | under_review  |
    two   | 2022-03-01  | 2022-05-01  |             |               |
    two   | 2022-03-01  |             |             |               |
"""


def by_size(view):
    return {row["low"]: (row["matters"], row["items"]) for row in view.frame.iter_rows(named=True)}


def test_items_are_counted_by_the_size_of_their_matter(register):
    view = repeats.concentration(register(MATTERS), ALL)
    assert by_size(view) == {1: (2, 2), 2: (1, 2), 3: (1, 3), 4: (0, 0), 6: (0, 0)}
    assert view.frame["value"].sum() == pytest.approx(1)


def test_no_matter_is_ever_named(register):
    view = repeats.concentration(register(MATTERS), ALL)
    assert not {"matter", "matter_id", "case_id"} & set(view.frame.columns)
    assert pl.String not in view.frame.dtypes


def test_the_busiest_matter_is_a_share_of_all_items(register):
    found = repeats.gathering(register(MATTERS), ALL)
    assert found is not None
    assert (found.top_matters, found.top_items, found.items, found.largest) == (1, 3, 7, 3)
    assert found.repeated_share == pytest.approx(5 / 7)


def test_without_matter_numbers_the_page_says_so(register):
    view = repeats.concentration(register("is_repeat\n---\nno\nyes"), ALL)
    assert view.frame.height == 0
    assert "没有关联件编号" in view.notes[0].zh
    assert repeats.gathering(register("is_repeat\n---\nno"), ALL) is None


def test_where_nothing_repeats_the_title_is_neutral(register):
    snapshot = register("matter_id\n---\na\nb\nc")
    finding = repeats.concentration(snapshot, ALL).finding
    assert finding is not None
    assert finding.en == "Every matter has one item in this selection"


def steps(view, batch):
    rows = view.frame.filter(pl.col("batch") == batch).iter_rows(named=True)
    return {row["step"]: (row["items"], row["of"]) if row["stated"] else None for row in rows}


def test_reported_and_recognised_stand_side_by_side_and_not_stated_is_not_nought(register):
    view = repeats.ladder(register(MATTERS, backlog=BATCHES), ALL)
    assert steps(view, "one") == {"assigned": (3, 3), "reported": (3, 3), "recognised": (2, 3), "reflowed": (1, 2)}
    assert steps(view, "two") == {"assigned": (2, 2), "reported": (1, 2), "recognised": (0, 1), "reflowed": (0, 0)}
    assert view.finding is not None
    assert view.finding.zh == "one3件上报3件、认定2件；two2件上报1件、认定0件（另1件未说明）"


def test_the_ladder_shows_every_batch_whatever_the_period(register):
    snapshot = register(MATTERS, backlog=BATCHES)
    late = Filters(start=date(2022, 6, 1), end=date(2022, 6, 30), as_of=date(2022, 12, 31))
    assert repeats.ladder(snapshot, late).frame.equals(repeats.ladder(snapshot, ALL).frame)


def test_a_batch_assigned_after_the_as_of_day_is_not_there_yet(register):
    view = repeats.ladder(register(MATTERS, backlog=BATCHES), Filters(as_of=date(2021, 8, 15)))
    assert steps(view, "one")["recognised"] == (0, 3)
    assert steps(view, "two") == {}


def test_a_filter_that_batches_do_not_know_is_explained(register):
    snapshot = register("topic_l1\n---\n教育", backlog=BATCHES)
    view = repeats.ladder(snapshot, ALL.only("topic_l1", "教育"))
    assert view.frame.height == 0
    assert "不能按一级内容分类筛选" in view.notes[0].zh


def test_a_register_without_batches_is_explained(register):
    view = repeats.ladder(register(MATTERS), ALL)
    assert view.frame.height == 0
    assert "无法计算" in view.notes[0].zh


@pytest.mark.parametrize("days", repeats.FOLLOW_UPS)
@pytest.mark.parametrize("rules", ["regulation2022", "regulation2022_180"])
def test_the_follow_up_is_chosen_by_rule_set_and_nothing_else_changes(rules, days):
    chosen = repeats.followed(Filters(rules=rules, convention="silence_is_satisfied"), days)
    assert chosen is not None
    assert chosen.rule_set.follow_up_days == days
    assert chosen.rule_set.handling_days == RULE_SETS[rules].handling_days
    assert chosen.convention == "silence_is_satisfied"


def test_a_follow_up_no_rule_set_has_is_not_shown_with_the_figures_of_another(register):
    chosen = replace(ALL, rules="regulation2005")
    assert repeats.follow_ups(register(RETURNS), chosen) == (90,)
    assert [card.days for card in repeats.cards(register(RETURNS), chosen)] == [None, 90]
    with pytest.raises(UsageError):
        repeats.by_group(register(RETURNS), chosen, "resolved_once_rate", 180, "channel")


RETURNS = """
    matter_id | is_first_national | registered_at | closed_at
    ----------+-------------------+---------------+-----------
    a         | yes               | 2022-01-03    | 2022-02-01
    a         | no                | 2022-06-20    | 2022-07-01
    b         | yes               | 2022-01-04    | 2022-02-01
    c         | yes               | 2022-01-04    | 2022-02-01
    d         | yes               | 2022-01-04    | 2022-02-01
"""


def test_a_return_after_ninety_days_counts_only_in_the_longer_follow_up(register):
    short, long = repeats.cards(register(RETURNS), ALL)[1:]
    assert (short.days, short.numerator, short.denominator) == (90, 4, 4)
    assert (long.days, long.numerator, long.denominator) == (180, 3, 4)


def test_the_headline_gives_both_shares_and_the_follow_up(register):
    finding = repeats.headline(register(RETURNS), ALL).finding
    assert finding is not None
    assert finding.zh == "重复信访率 样本不足（1/5件）；一次性化解率（90天） 样本不足（4/4件）"
    assert finding.en == "Repeat share too few items (1 of 5); resolved once within 90 days too few items (4 of 4)"
