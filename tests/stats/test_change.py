"""Why the number changed."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.stats import change
from queries.stats.change import Figure, Reason

UNIT = Fraction(1, 1000)


@st.composite
def rates(draw: st.DrawFn, smallest: int = 0) -> Figure:
    denominator = draw(st.integers(smallest, 500))
    return Figure(draw(st.integers(0, denominator)), denominator)


counts = st.integers(0, 500).map(Figure)


def test_a_number_that_changed_for_all_four_reasons():
    found = change.explain_change(
        Figure(90, 100),  # as published
        with_late=Figure(91, 104),
        with_corrections=Figure(93, 104),
        under_new_rules=Figure(93, 100),
        now=Figure(95, 100),
    )
    effects = {part.reason: part.effect for part in found.parts}
    assert effects == {
        Reason.LATE: Fraction(91, 104) - Fraction(9, 10),
        Reason.CORRECTED: Fraction(2, 104),
        Reason.RULES: Fraction(93, 100) - Fraction(93, 104),
        Reason.REAL: Fraction(2, 100),
    }
    assert found.difference == Fraction(5, 100)
    assert found.restated == Figure(93, 100)


@given(rates(1), rates(), rates(), rates(), rates(1))
def test_the_parts_of_a_rate_sum_exactly_to_its_change(published, late, corrected, ruled, now):
    found = change.explain_change(published, with_late=late, with_corrections=corrected, under_new_rules=ruled, now=now)
    assert found.difference == now.value - published.value
    assert [part.reason for part in found.parts] == list(Reason)


@given(counts, counts, counts, counts, counts)
def test_the_parts_of_a_count_are_whole_cases_that_sum_exactly(published, late, corrected, ruled, now):
    found = change.explain_change(published, with_late=late, with_corrections=corrected, under_new_rules=ruled, now=now)
    assert found.difference == now.numerator - published.numerator
    assert all(part.effect.denominator == 1 for part in found.parts)


@given(rates(1), rates(1))
def test_when_nothing_of_the_past_changed_all_of_it_is_real(published, now):
    found = change.explain_change(
        published, with_late=published, with_corrections=published, under_new_rules=published, now=now
    )
    assert [part.effect for part in found.parts[:3]] == [0, 0, 0]
    assert found.parts[3].effect == found.difference


@given(st.lists(st.fractions(-1, 1, max_denominator=997), min_size=1, max_size=6), st.integers(-1, 1))
def test_rounded_parts_sum_to_the_rounded_total_and_stay_close(parts, nudge):
    total = (round(sum(parts) / UNIT) + nudge) * UNIT
    if abs(total - sum(parts)) > UNIT or not any(parts):
        return
    found = change.rounded_parts(parts, total, UNIT)
    assert sum(found) == total
    assert all(abs(shown - part) < 2 * UNIT for shown, part in zip(found, parts, strict=True))
    assert all(shown == 0 for shown, part in zip(found, parts, strict=True) if part == 0)


def test_what_cannot_be_compared_is_refused():
    nothing, some = Figure(0, 0), Figure(1, 2)
    with pytest.raises(ValueError, match="no cases"):
        change.explain_change(nothing, with_late=some, with_corrections=some, under_new_rules=some, now=some)
    with pytest.raises(ValueError, match="count cannot be compared"):
        change.explain_change(some, with_late=some, with_corrections=some, under_new_rules=some, now=Figure(3))
    with pytest.raises(ValueError, match="not a share"):
        Figure(3, 2)
    with pytest.raises(ValueError, match="rounded sum"):
        change.rounded_parts([Fraction(1, 2)], Fraction(1), UNIT)
