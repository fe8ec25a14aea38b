"""The texts of the list of items."""

from datetime import date

import polars as pl

from dashboard.parts.case_table import texts
from queries.filters import Filters
from queries.views.cases import longest


def test_days_are_iso_dates_numbers_have_thousands_and_what_is_missing_stays_missing():
    frame = pl.DataFrame({"due": [date(2022, 3, 1), None], "days": [1234, None], "office": ["<b>住建局</b>", None]})
    assert texts(frame, "en") == [("2022-03-01", "1,234", "<b>住建局</b>"), (None, None, None)]


def test_the_room_of_a_column_is_that_of_the_longest_word_of_its_vocabulary_on_whatever_page(register):
    snapshot = register("""
        matter_id | place_code
        ----------+-----------
        one       | north
        two       | north-east
    """)
    found = longest(snapshot, Filters(), ("case_id", "state", "due", "place", "days"), "zh")
    assert found == {"case_id": "", "state": "超期未办结", "due": "9999-12-31", "place": "north-east", "days": ""}
