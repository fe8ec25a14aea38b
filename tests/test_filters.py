"""What the reader chose means the same in a link, on the command line and in a query."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.checks import UNUSABLE
from queries.counting.evaluate import compare, evaluate
from queries.counting.reasons import reason_text
from queries.errors import BadFilter, UnknownName, UsageError
from queries.filters import Filters
from queries.measures import measure

words = st.text(min_size=1, max_size=8)
filters = st.builds(
    Filters,
    start=st.none() | st.dates(date(2020, 1, 1), date(2020, 12, 31)),
    end=st.none() | st.dates(date(2021, 1, 1), date(2022, 12, 31)),
    as_of=st.none() | st.dates(date(2020, 1, 1), date(2022, 12, 31)),
    where=st.dictionaries(st.sampled_from(["place", "topic_l1", "channel"]), st.sets(words, max_size=3)).map(
        lambda chosen: tuple((name, tuple(keys)) for name, keys in chosen.items())
    ),
    convention=st.sampled_from(["observed", "silence_is_satisfied"]),
    evaluation_target=st.sampled_from([None, "bureau", "office"]),
)


@given(chosen=filters)
def test_a_link_holds_the_whole_selection(chosen: Filters) -> None:
    assert Filters.from_query(chosen.to_query()) == chosen


def test_the_order_of_clicks_does_not_matter() -> None:
    one = Filters(where=(("topic_l1", ("教育", "民政")), ("place", ("north",))))
    other = Filters(where=(("township", ("north",)), ("topic", ("民政",)), ("topic", ("教育",))))
    assert one == other


def test_conditions_of_the_command_line_are_those_of_a_link() -> None:
    assert Filters(where=Filters.parse_where(["topic_l1=教育,民政", "place=a\\,b"])) == Filters(
        where=(("topic_l1", ("教育", "民政")), ("place", ("a,b",)))
    )


@pytest.mark.parametrize("condition", ["place", "=north", "  =x"])
def test_a_condition_without_a_name_is_refused(condition: str) -> None:
    with pytest.raises(BadFilter, match="is not a condition"):
        Filters.parse_where([condition])


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(BadFilter, match="Swap"):
        Filters(start=date(2022, 2, 1), end=date(2022, 1, 1))


def test_an_unknown_name_comes_with_the_closest_one(register) -> None:
    snapshot = register("""
        place_code
        ----------
        north
    """)
    with pytest.raises(UnknownName, match="on_time_reply_rate"):
        evaluate(snapshot, "on_time_reply")
    with pytest.raises(UnknownName, match="place"):
        evaluate(snapshot, "registered_count", ["plase"])
    with pytest.raises(UnknownName, match="north"):
        evaluate(snapshot, "registered_count", filters=Filters(where=(("place", ("nort",)),)))


def test_keys_of_one_dimension_are_or_and_dimensions_are_and(register, figures) -> None:
    snapshot = register("""
        place_code | channel
        -----------+--------
        north      | visit
        north      | letter
        south      | visit
                   | visit
    """)
    where = (("place", ("north", "")), ("channel", ("visit",)))
    assert figures(snapshot, "registered_count", where=where) == [(2, None, 2.0)]


def test_a_filter_a_table_cannot_answer_is_said_and_not_ignored(register) -> None:
    snapshot = register(
        """
        topic_l1
        --------
        教育
        """,
        backlog="""
        batch | assigned_on | reported_on
        ------+-------------+------------
        one   | 2022-01-01  | 2022-01-02
        """,
    )
    chosen = Filters(where=(("topic_l1", ("教育",)),))
    row = evaluate(snapshot, "backlog_reported_rate", filters=chosen).row(0, named=True)
    assert (row["value"], row["reason"]) == (None, "filter_not_applicable")
    text = reason_text(measure("backlog_reported_rate"), snapshot, row["reason"], chosen)
    assert text.zh == "上报办结率不能按一级内容分类筛选，请取消这一条件。"
    with pytest.raises(UsageError, match="It can by: place, office, batch"):
        evaluate(snapshot, "backlog_reported_rate", ["topic_l1"])


def test_an_empty_column_is_named_in_the_reason(register) -> None:
    snapshot = register("""
        closed_at
        ----------
        2022-06-01
    """)
    row = evaluate(snapshot, "on_time_reply_rate").row(0, named=True)
    assert (row["value"], row["reason"]) == (None, "column_empty")
    text = reason_text(measure("on_time_reply_rate"), snapshot, row["reason"])
    assert text.zh == "按期答复率无法计算：登记数据中“办理期限”一列全部为空。"
    assert evaluate(snapshot, "on_time_reply_rate", ["place"]).is_empty()


def test_a_column_that_is_not_there_is_told_from_one_without_a_value(register) -> None:
    snapshot = register("registered_at\n2022-06-01", read=["registered_at", "closed_at", "is_first_national"])
    zh, en = (reason_text(measure("resolved_once_rate"), snapshot, "column_empty")(each) for each in ("zh", "en"))
    assert zh.endswith("登记数据中没有“关联件编号”一列；登记数据中“全国初次”一列全部为空。")
    assert "the register has no column for “matter number”; the register's “first nationally” is empty" in en


def test_every_item_is_open_where_the_column_of_closings_is_there_and_empty(register) -> None:
    snapshot = register("due_at\n2022-06-01\n2022-06-02", read=["due_at", "closed_at"])
    filters = Filters(as_of=date(2022, 7, 1))
    assert evaluate(snapshot, "closure_rate", filters=filters).row(0, named=True)["value"] == 0
    assert evaluate(snapshot, "open_count", filters=filters).row(0, named=True)["numerator"] == 2


def test_closings_never_entered_in_longer_than_the_rules_allow_are_unknown_not_none(register) -> None:
    rows = "2021-06-01 | 2021-08-01\n2022-06-01 | 2022-08-01"
    snapshot = register(f"registered_at | due_at\n{rows}", read=["registered_at", "due_at", "closed_at"])
    for name in ("closure_rate", "on_time_reply_rate", "open_count", "overdue_count"):
        assert evaluate(snapshot, name).row(0, named=True)["reason"] == "column_empty", name


def test_items_that_are_all_left_out_are_not_said_to_be_none(register) -> None:
    snapshot = register(f"due_at | closed_at | unusable\n2022-06-01 | 2022-05-01 | {UNUSABLE['closed_at']}")
    row = evaluate(snapshot, "on_time_reply_rate", filters=Filters(as_of=date(2022, 7, 1))).row(0, named=True)
    assert (row["excluded"], row["reason"]) == (1, "all_excluded")
    assert "都因日期矛盾" in reason_text(measure("on_time_reply_rate"), snapshot, row["reason"]).zh


def test_several_empty_columns_are_named_together(register) -> None:
    snapshot = register("registered_at\n2022-06-01")
    text = reason_text(measure("resolved_once_rate"), snapshot, "column_empty")
    assert text.zh.endswith("登记数据中“全国初次”、“办结时间”、“关联件编号”三列全部为空。")
    assert text.en.endswith("are empty throughout.")


def test_an_account_without_records_is_sent_to_where_it_is_kept(register) -> None:
    without = register("registered_at\n2022-06-01")
    text = reason_text(measure("backlog_reported_rate"), without, "column_empty")
    assert text.zh == "上报办结率无法计算：“积案批次”台账还没有记录，请在“台账”页录入或导入。"
    assert "Records page" in text.en
    unreviewed = register("registered_at\n2022-06-01", backlog="batch | assigned_on\n------+-----\nfirst | 2022-05-01")
    text = reason_text(measure("backlog_recognised_rate"), unreviewed, "column_empty")
    assert text.zh == "认定化解率无法计算：“积案批次”台账中“审核结果”一列全部为空。"


def test_where_no_item_counts_the_reason_names_the_date_that_places_it(register) -> None:
    snapshot = register("""
        due_at     | closed_at
        -----------+-----------
        2022-08-01 | 2022-06-01
    """)
    row = evaluate(snapshot, "on_time_reply_rate", filters=Filters(as_of=date(2022, 7, 1))).row(0, named=True)
    text = reason_text(measure("on_time_reply_rate"), snapshot, row["reason"])
    assert text.zh == "没有符合条件的件，按期答复率无从计算；件按办理期限（无期限的按登记日期）归入时段。"


def test_a_period_is_compared_with_the_one_before_and_with_last_year(register) -> None:
    snapshot = register("""
        place_code | registered_at
        -----------+--------------
        north      | 2021-05-15
        north      | 2022-04-10
        north      | 2022-04-20
        north      | 2022-05-10
        south      | 2022-05-31
        south      | 2021-01-01
    """)
    may = Filters(start=date(2022, 5, 1), end=date(2022, 5, 31))
    frame = compare(snapshot, "registered_count", ["place"], may)
    columns = ("place", "value", "previous_value", "last_year_value", "change_previous", "change_last_year")
    assert frame.select(columns).rows() == [("north", 1.0, 2.0, 1.0, -1.0, 0.0), ("south", 1.0, 0.0, 0.0, 1.0, 1.0)]


def test_before_the_register_begins_there_is_nothing_to_compare_with(register) -> None:
    snapshot = register("""
        registered_at
        -------------
        2022-04-10
        2022-05-10
    """)
    may = Filters(start=date(2022, 5, 1), end=date(2022, 5, 31))
    row = compare(snapshot, "registered_count", filters=may).row(0, named=True)
    assert (row["previous_value"], row["last_year_value"], row["change_last_year"]) == (1.0, None, None)


def test_a_month_that_still_runs_is_compared_with_as_many_days_of_the_month_before() -> None:
    running = Filters(start=date(2022, 5, 1), end=date(2022, 5, 31), as_of=date(2022, 5, 10))
    past = Filters(start=date(2022, 5, 1), end=date(2022, 5, 31), as_of=date(2022, 6, 13))
    assert running.previous() == Filters(date(2022, 4, 1), date(2022, 4, 30), as_of=date(2022, 4, 10))
    assert past.previous() == Filters(date(2022, 4, 1), date(2022, 4, 30), as_of=date(2022, 5, 13))
    last_day = Filters(start=date(2022, 3, 1), end=date(2022, 3, 31), as_of=date(2022, 3, 30))
    assert last_day.previous() == Filters(date(2022, 2, 1), date(2022, 2, 28), as_of=date(2022, 2, 28))
