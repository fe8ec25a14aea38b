"""Numbers that name a person are recognised, and case numbers are not mistaken for them."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.personal import are_identity_numbers, is_identity_number, names_a_person, naming_a_person

# the example of GB 11643-1999 and made-up numbers with a check character that fits
IDENTITY = "11010519491231002X"


@pytest.mark.parametrize(
    "text",
    [
        IDENTITY,
        f"云汀镇（{IDENTITY}）",
        IDENTITY.lower(),
        "禾墟镇 13800138000",
        "电话:138-0013-8000",
        "+86 13800138000",
        "someone@example.com",
    ],
)
def test_a_number_of_a_person_is_recognised_wherever_it_stands(text):
    assert names_a_person(text)
    assert naming_a_person(pl.Series([None, text, "云汀镇"])).to_list() == [False, True, False]


@pytest.mark.parametrize(
    "text",
    [
        "云汀镇",
        "430181100000",  # a place of twelve digits
        "XF202206301380013800012",  # a longer number with a telephone's digits inside
        "110105194912310021",  # the check character does not fit
        "110105194913310026",  # no such day
        "021-88886666",
        "2022@",
        "",
    ],
)
def test_other_texts_are_left_alone(text):
    assert not names_a_person(text)


@given(st.integers(0, 10**17 - 1))
def test_of_eleven_check_characters_at_most_one_fits(number):
    assert sum(is_identity_number(f"{number:017d}{last}") for last in "0123456789X") <= 1


def test_a_column_of_case_numbers_with_dates_is_not_taken_for_identity_numbers():
    assert not are_identity_numbers(pl.Series([f"43018120220630{number:04d}" for number in range(500)]))


def test_a_column_of_identity_numbers_is():
    assert are_identity_numbers(pl.Series([IDENTITY, "A-1", None]))
    assert not are_identity_numbers(pl.Series(["A-1", None], dtype=pl.String))
