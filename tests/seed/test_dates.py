"""Dates as registers write them."""

# ruff: noqa: DTZ001  the clocks of a register carry no zone

from datetime import datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seed.dates import DateStyle, OrderEvidence, read_dates


def read(*texts, **style):
    return read_dates(pl.Series(texts, dtype=pl.String), DateStyle(**style))["value"].to_list()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022-06-03", datetime(2022, 6, 3)),
        ("2022/6/3", datetime(2022, 6, 3)),
        ("2022.6.3", datetime(2022, 6, 3)),
        ("2022-6-3 8:05", datetime(2022, 6, 3, 8, 5)),
        ("20220603", datetime(2022, 6, 3)),
        ("20220603140509", datetime(2022, 6, 3, 14, 5, 9)),
        ("2022年6月3日", datetime(2022, 6, 3)),
        ("2022年6月3日 14:05", datetime(2022, 6, 3, 14, 5)),
        ("2022年06月03日14时05分09秒", datetime(2022, 6, 3, 14, 5, 9)),
        ("2022年6月3日14时5分", datetime(2022, 6, 3, 14, 5)),
        ("2022年6月3日14时", datetime(2022, 6, 3, 14)),
        ("2022年6月3日 下午2:05", datetime(2022, 6, 3, 14, 5)),
        ("2022-06-03 上午 9:30:00", datetime(2022, 6, 3, 9, 30)),
        ("2022年6月3日 星期五", datetime(2022, 6, 3)),
        ("２０２２／０６／０３　１４：０５", datetime(2022, 6, 3, 14, 5)),
        ("6/3/2022", datetime(2022, 6, 3)),
        ("6/3/22", datetime(2022, 6, 3)),
        ("6/3/99 7:00", datetime(1999, 6, 3, 7)),
        ("3/14/2025 1:20", datetime(2025, 3, 14, 1, 20)),
        ("03/14/2025 01:20:33 PM", datetime(2025, 3, 14, 13, 20, 33)),
        ("03/14/2025 12:00:00 AM", datetime(2025, 3, 14)),
        ("03/14/2025 12:30 p.m.", datetime(2025, 3, 14, 12, 30)),
        ("2016-10-29T15:09:22Z", datetime(2016, 10, 29, 15, 9, 22)),
        ("2016-10-29T15:09:22.517Z", datetime(2016, 10, 29, 15, 9, 22)),
        ("2016-07-13 15:11:07+00:00", datetime(2016, 7, 13, 15, 11, 7)),
        ("2016-07-13 15:11:07 UTC", datetime(2016, 7, 13, 15, 11, 7)),
        ("3-Jun-2022", datetime(2022, 6, 3)),
        ("03 June 2022 14:05", datetime(2022, 6, 3, 14, 5)),
        ("June 3, 2022 2:05 PM", datetime(2022, 6, 3, 14, 5)),
        ("Fri, 3 Jun 2022 14:05:00 GMT", datetime(2022, 6, 3, 14, 5)),
        ("44715", datetime(2022, 6, 3)),
        ("44715.5868055556", datetime(2022, 6, 3, 14, 5)),
        ("2022-06-03 24:00", datetime(2022, 6, 4)),
        ("0000-00-00", None),
        ("  ", None),
    ],
)
def test_a_date_is_read_in_every_form_met(text, expected):
    assert read(text) == [expected]


@pytest.mark.parametrize("text", ["昨天", "2022-13-01", "2022-02-30", "31/31/2022", "12", "2022-06-03 25:00", "2022年"])
def test_what_is_no_date_is_said_to_be_unreadable(text):
    assert read_dates(pl.Series([text]), DateStyle()).row(0) == (None, "unreadable")


@pytest.mark.parametrize("text", ["1899-12-31", "2059-01-01", "9999-12-31 00:00:00"])
def test_a_date_outside_the_usable_years_is_named_so(text):
    assert read_dates(pl.Series([text]), DateStyle()).row(0) == (None, "out of range")


def test_forms_may_be_mixed_in_one_column():
    assert read("2022-06-03", "6/3/2022", "44715", None, "2022年6月3日") == [
        datetime(2022, 6, 3), datetime(2022, 6, 3), datetime(2022, 6, 3), None, datetime(2022, 6, 3),
    ]  # fmt: skip


def test_the_order_of_day_and_month_follows_the_column():
    evidence = OrderEvidence()
    evidence.add(pl.Series(["3/4/2022", "25/4/2022 8:00", "2022-05-13"]))
    assert evidence.order == "day_first"
    assert read("3/4/2022", order=evidence.order) == [datetime(2022, 4, 3)]


def test_a_column_that_fits_both_orders_says_so():
    evidence = OrderEvidence()
    evidence.add(pl.Series(["3/4/2022", "5/6/2022"]))
    assert evidence.order is None
    assert evidence.slashed == 2


def test_a_value_that_fits_one_order_only_is_read_in_it():
    assert read("25/4/2022", "4/25/2022", order="day_first") == [datetime(2022, 4, 25)] * 2
    assert read("25/4/2022", "4/25/2022", order="month_first") == [datetime(2022, 4, 25)] * 2


def test_a_zone_moves_only_values_with_an_offset():
    texts = ("2022-06-03T00:00:00Z", "2022-06-03 00:00:00", "2022-06-03T00:00:00+08:00", "2022-06-03T00:00:00-0130")
    assert read(*texts, zone="Asia/Shanghai") == [
        datetime(2022, 6, 3, 8), datetime(2022, 6, 3), datetime(2022, 6, 3), datetime(2022, 6, 3, 9, 30),
    ]  # fmt: skip


def test_given_forms_come_first():
    assert read("03062022", formats=("%d%m%Y",)) == [datetime(2022, 6, 3)]
    assert read("1654265100", formats=("epoch",)) == [datetime(2022, 6, 3, 14, 5)]
    assert read("1654265100999", formats=("epoch_ms",)) == [datetime(2022, 6, 3, 14, 5)]


_FORMS = ["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y.%m.%d %H:%M:%S", "%Y年%m月%d日 %H:%M:%S", "%Y%m%d%H%M%S",
          "%m/%d/%Y %I:%M:%S %p", "%d-%b-%Y %H:%M:%S", "%B %d, %Y %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]  # fmt: skip


@given(
    st.lists(
        st.tuples(st.datetimes(datetime(1900, 1, 1), datetime(2058, 12, 31, 23, 59)), st.sampled_from(_FORMS)),
        min_size=1,
        max_size=30,
    )
)
def test_every_form_reads_back_what_was_written(rows):
    written = [moment.strftime(form) for moment, form in rows]
    assert read(*written) == [moment.replace(microsecond=0) for moment, _ in rows]
