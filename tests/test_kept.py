"""Kept expressions count the same and are made once a basis."""

from datetime import date

import narwhals as nw
import polars as pl

from queries.counting.conditions import counted_rows
from queries.days import day_number
from queries.kept import Kept, keep, made_of
from queries.measures import Basis, measure
from queries.rules import REGULATION_2022


def test_what_is_made_of_a_kept_expression_is_what_is_made_of_the_expression_itself():
    frame = nw.from_native(pl.LazyFrame({"a": [1, None, 3], "b": [3, 3, None]}))
    plain = nw.col("a") > nw.col("b") - 1
    kept = keep(plain)
    made = [(each & (nw.col("a") > 2)).fill_null(True) | ~each for each in (plain, kept)]
    shown = frame.select(one=made[0], other=made[1], again=kept).collect().to_native()
    assert shown["one"].to_list() == shown["other"].to_list()
    assert frame.select(again=kept).collect().to_native()["again"].to_list() == [False, None, None]


def test_the_conditions_of_a_measure_are_made_once_for_one_day_and_rule_set():
    one, same, later = (Basis(day_number(date(2022, 6, day)), REGULATION_2022) for day in (29, 29, 30))
    each = measure("closure_rate")
    assert counted_rows(each, one) is counted_rows(each, same)
    assert counted_rows(each, one) is not counted_rows(each, later)
    _, condition = counted_rows(each, one)["numerator"]
    assert condition is not None
    assert isinstance(condition.rows, Kept)


def test_what_is_made_of_kept_expressions_is_made_once_and_of_others_each_time():
    a, b, plain = keep(nw.col("a")), keep(nw.col("b")), nw.col("a")
    sums = [made_of([each, b], ("sum",), lambda each=each: each + b) for each in (a, a, plain, plain)]
    assert sums[0] is sums[1]
    assert sums[2] is not sums[3]
    assert made_of([b, a], ("difference",), lambda: b - a) is not made_of([a, b], ("difference",), lambda: a - b)
    frame = nw.from_native(pl.LazyFrame({"a": [1], "b": [2]}))
    assert frame.select(sums[0]).collect().to_native().item() == 3
