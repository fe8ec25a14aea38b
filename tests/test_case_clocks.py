"""The clocks of one item: which run, until when, which were kept."""

from datetime import date, datetime

import pytest

from queries.cases.case_clocks import LABELS, clocks
from queries.rules import REGULATION_2022


def moments(**days: str) -> dict[str, datetime]:
    return {name: datetime.fromisoformat(day) for name, day in days.items()}


def of(as_of: str, given: dict[str, datetime], **options: object):
    found = clocks(given, REGULATION_2022, date.fromisoformat(as_of), **options)  # type: ignore[arg-type]
    return {each.name: each for each in found}


@pytest.mark.parametrize(
    ("forwarded", "as_of", "state", "left"),
    [
        ("2022-01-16", "2022-06-30", "met", None),
        ("2022-01-17", "2022-06-30", "late", None),
        (None, "2022-01-15", "running", 1),
        (None, "2022-01-16", "overdue", 0),  # the fifteenth day has ended by the end of the as-of day
        ("2022-01-17", "2022-01-15", "running", 1),  # what comes later is not known yet
    ],
)
def test_the_bureau_has_fifteen_days_from_registration(forwarded, as_of, state, left):
    given = moments(registered_at="2022-01-01 16:00", **({"forwarded_at": forwarded} if forwarded else {}))
    clock = of(as_of, given)["register"]
    assert (clock.state, clock.days_left, clock.due_on) == (state, left, date(2022, 1, 16))


def test_the_office_has_fifteen_days_from_its_own_receipt_and_thirty_from_registration_where_that_is_unknown():
    sent = moments(registered_at="2022-01-01", forwarded_at="2022-01-10")
    assert of("2022-02-28", sent)["notice"].due_on == date(2022, 1, 31)
    received = sent | moments(received_by_office_at="2022-01-12")
    assert of("2022-02-28", received)["notice"].due_on == date(2022, 1, 27)


def test_the_due_date_of_the_register_wins_and_the_difference_is_said():
    given = moments(registered_at="2022-01-01", accepted_at="2022-01-10", due_at="2022-03-31")
    clock = of("2022-02-01", given)["handle"]
    assert clock.due_on == date(2022, 3, 31)
    assert "2022-03-11" in clock.source.zh


def test_without_a_due_date_sixty_days_and_the_extension_run_from_acceptance():
    given = moments(registered_at="2022-01-01", accepted_at="2022-01-10")
    assert of("2022-02-01", given)["handle"].due_on == date(2022, 3, 11)
    assert of("2022-02-01", given, extended_days=30)["handle"].due_on == date(2022, 4, 10)


def test_no_handling_period_is_computed_outside_the_petition_procedure():
    given = moments(registered_at="2022-01-01", accepted_at="2022-01-10")
    assert "handle" not in of("2022-02-01", given, timed=False)


def test_an_item_closed_on_an_unknown_day_is_not_called_overdue():
    given = moments(registered_at="2022-01-01", due_at="2022-02-01")
    assert of("2022-06-30", given)["handle"].state == "overdue"
    assert of("2022-06-30", given, is_closed=True)["handle"].state == "met"


def test_a_review_is_answered_within_thirty_days_of_the_request_and_a_right_not_used_is_no_breach():
    closed = moments(registered_at="2022-01-01", accepted_at="2022-01-05", closed_at="2022-02-01")
    assert of("2022-06-30", closed)["review_request"].state == "lapsed"
    asked = closed | moments(review_requested_at="2022-02-20")
    assert of("2022-02-25", asked)["review"].state == "running"
    assert of("2022-03-22", asked)["review"].state == "overdue"
    done = asked | moments(review_done_at="2022-03-22", recheck_requested_at="2022-04-01")
    found = of("2022-04-02", done)
    assert (found["review"].state, found["recheck"].state) == ("met", "running")


def test_every_clock_has_a_name():
    given = moments(registered_at="2022-01-01", forwarded_at="2022-01-02", accepted_at="2022-01-05",
                    closed_at="2022-02-01", review_requested_at="2022-02-20", review_done_at="2022-03-01",
                    recheck_requested_at="2022-03-05")  # fmt: skip
    assert set(of("2022-06-30", given)) == set(LABELS)
