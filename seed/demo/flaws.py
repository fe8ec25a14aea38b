"""Rows with the faults real registers have, planted at known places so that the data-quality page has work to show."""

from collections.abc import Callable

import numpy as np

from queries.days import add_months, day_number, month_start
from seed.demo import truths
from seed.demo.city import City
from seed.demo.matters import Ints
from seed.demo.paths import DAY, HANDLING_DAYS, NEVER, PETITION, Arrays

Index = Ints


def flawed(serials: Ints, every: int, offset: int) -> Index:
    """Positions of the items whose number in the register carries a flaw."""
    return np.flatnonzero(serials % every == offset)


def plant(columns: Arrays, serials: Ints, city: City) -> None:
    """Spoil rows in place, as `truths.FLAWS` says.

    Args:
        columns: arrays of one step by register column, offices and places as indices: one past the last is unknown.
        serials: number of each item in the register, from 0.
    """
    for name, (every, offset) in truths.FLAWS.items():
        _FLAWS[name](columns, flawed(serials, every, offset), city)
    columns["counted"][flawed(serials, *truths.NOT_COUNTED)] = False


def clump(columns: Arrays, city: City) -> None:
    """Let one office close several items within a minute: items of the month before, where it has enough of them."""
    wanted, day = truths.CLUMPED_CLOSURES
    since, until = add_months(month_start(day), -1), month_start(day)
    if not day_number(since) * DAY <= columns["registered_at"].max() < day_number(until) * DAY:
        return
    moment = day_number(day) * DAY + 16 * 3600 + 58 * 60
    accepted, due = columns["accepted_at"], columns["due_at"]
    office = columns["responsible_office_id"] == city.offices.index("自然资源局")
    chosen = np.flatnonzero(office & (accepted < moment - DAY) & (due != NEVER) & (due > moment))[:wanted]
    if len(chosen) == wanted:
        columns["closed_at"][chosen] = moment + 8 * np.arange(wanted)
        columns["replied_at"][chosen] = moment - 3600


def _out_of_order(columns: Arrays, rows: Index, city: City) -> None:
    columns["forwarded_at"][rows] = columns["registered_at"][rows] - DAY


def _due_before_accepted(columns: Arrays, rows: Index, city: City) -> None:
    columns["procedure"][rows] = PETITION
    columns["due_at"][rows] = columns["accepted_at"][rows] // DAY * DAY - 2 * DAY - 1


def _extension(columns: Arrays, rows: Index, city: City) -> None:
    columns["extended_days"][rows] = 45


def _nobody(columns: Arrays, rows: Index, city: City) -> None:
    columns["petitioner_count"][rows] = 0


def _first_and_repeat(columns: Arrays, rows: Index, city: City) -> None:
    columns["is_first_national"][rows] = True
    columns["is_repeat"][rows] = True


def _recheck_first(columns: Arrays, rows: Index, city: City) -> None:
    for name, days in (
        ("recheck_requested_at", 6),
        ("recheck_done_at", 8),
        ("review_requested_at", 9),
        ("review_done_at", 12),
    ):
        columns[name][rows] = columns["registered_at"][rows] + days * DAY


def _confirmed_open(columns: Arrays, rows: Index, city: City) -> None:
    columns["closed_at"][rows] = NEVER
    columns["confirmed_open"][rows] = True


def _due_differs(columns: Arrays, rows: Index, city: City) -> None:
    columns["procedure"][rows] = PETITION
    days = HANDLING_DAYS + columns["extended_days"][rows] + 5
    columns["due_at"][rows] = (columns["accepted_at"][rows] // DAY + days + 1) * DAY - 1


def _place(columns: Arrays, rows: Index, city: City) -> None:
    columns["place_code"][rows] = len(city.places)


def _office(columns: Arrays, rows: Index, city: City) -> None:
    columns["responsible_office_id"][rows] = len(city.offices)


def _no_flags(columns: Arrays, rows: Index, city: City) -> None:
    columns["flags_given"][rows] = False


_FLAWS: dict[str, Callable[[Arrays, Index, City], None]] = {
    "dates_out_of_order": _out_of_order,
    "due_before_accepted": _due_before_accepted,
    "extension_out_of_range": _extension,
    "petitioner_count_below_one": _nobody,
    "first_and_repeat": _first_and_repeat,
    "recheck_before_review": _recheck_first,
    "confirmed_but_open": _confirmed_open,
    "due_differs_from_rule": _due_differs,
    "place_unknown": _place,
    "office_unknown": _office,
    "first_flags_missing": _no_flags,
}
