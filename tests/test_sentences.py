"""A generated sentence says what its figures say, in both languages, and no more."""

import re
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from queries import wording
from queries.stats import silence
from queries.stats.change import Figure, explain_change
from queries.views import silence_said
from queries.views.why_changed import why_changed
from queries.vocabulary import Text

TARGETS = st.sampled_from([0.5, 0.8, 0.875, 0.9, 0.95, 1.0])
counts = st.integers(0, 60)
states = st.tuples(counts, counts, counts, counts)


@st.composite
def shares(draw: st.DrawFn, largest: int = 2_000) -> tuple[int, int]:
    denominator = draw(st.integers(0, largest))
    return draw(st.integers(0, denominator)), denominator


def numbers(words: str) -> list[float]:
    return [float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?:\.\d+)?", words)]


def check(text: Text) -> str:
    """Both languages are whole and carry the same numbers; the English words, to look into."""
    assert sorted(numbers(text.zh)) == sorted(numbers(text.en)), text
    assert not set("{}") & set(text.zh + text.en)
    assert "nan" not in text.en.lower()
    return text.en


@given(shares(), TARGETS)
def test_beside_a_goal_a_percentage_stays_on_its_side(share, goal):
    numerator, denominator = share
    if not denominator:
        return
    shown = Fraction(wording.beside(numerator / denominator, goal, "en").strip("<>%"))
    exact, target = Fraction(numerator, denominator), Fraction(str(goal))
    assert (shown > target * 100) == (exact > target)
    assert (shown < target * 100) == (exact < target)


@given(counts, counts, counts)
def test_bounds_are_said_with_the_share_of_the_silent(satisfied, dissatisfied, expired):
    over = satisfied + dissatisfied + expired
    words = check(silence_said.bounds(satisfied, dissatisfied, over, expired))
    if satisfied + dissatisfied and expired:
        assert wording.per_cent(expired / over, "en") in words
        assert wording.interval(satisfied / over, (satisfied + expired) / over, "en") in words


@given(states, TARGETS)
def test_what_the_silent_would_have_to_feel(state, target):
    found = silence.evaluations(*state)
    said = silence_said.silent_needed(found, target)
    if said is None:
        assert not found.expired
        return
    words = check(said)
    everybody, nobody = ((found.satisfied + more) / found.matured >= target for more in (found.expired, 0))
    assert ("would not be reached" in words) == (not everybody)
    assert words.startswith("Even if none") == bool(nobody)


@given(states, TARGETS, TARGETS, st.booleans())
def test_a_target_is_out_of_reach_only_when_the_open_ones_are_too_few(state, participation, satisfaction, silent):
    found = silence.evaluations(*state)
    words = check(silence_said.participation_needed(found, participation))
    if found.asked:
        most = (found.answered + found.still_open) / found.asked
        assert ("out of reach" in words) == (most < participation)
    words = check(silence_said.satisfaction_needed(found, satisfaction, with_silence=silent))
    if found.answered:
        best = (found.satisfied + found.still_open) / (found.answered + found.still_open)
        assert ("out of reach" in words) == (best < satisfaction and best < 1)
    both = silence_said.both_targets(found, participation, satisfaction, with_silence=silent)
    if both is not None:
        evaluations, satisfied = numbers(check(both))[-2:]
        assert satisfied <= evaluations <= found.still_open
    chance = silence_said.chance(found, satisfaction, with_silence=silent)
    if chance is not None:
        assert 0 <= numbers(check(chance))[-1] <= 100


def signed(words: str) -> Fraction:
    return Fraction(words.replace("−", "-"))


@st.composite
def figures(draw: st.DrawFn, *, counted: bool) -> list[Figure]:
    if counted:
        return [Figure(number) for number in draw(st.lists(st.integers(0, 5_000), min_size=5, max_size=5))]
    pairs = [draw(shares(400).filter(lambda pair: pair[1] > 0)) for _ in range(5)]
    return [Figure(*pair) for pair in pairs]


@given(st.booleans().flatmap(lambda counted: figures(counted=counted)))
def test_the_reasons_shown_add_up_to_the_change_shown(steps):
    published, late, corrected, ruled, now = steps
    change = explain_change(published, with_late=late, with_corrections=corrected, under_new_rules=ruled, now=now)
    words = check(why_changed(change)).replace(",", "")
    if not any(part.effect for part in change.parts):
        assert words.startswith("Still")
        return
    parts = [signed(part) for part in re.findall(r" ([+−]?\d+(?:\.\d+)?)(?= |\.$)", words.split(": ")[1])]
    assert len(parts) == 4
    size = re.search(r"(up|down) (\d+(?:\.\d+)?)", words)
    total = 0 if size is None else Fraction(size[2]) * (1 if size[1] == "up" else -1)
    assert sum(parts) == total
    if size is not None:
        assert (size[1] == "up") == (now.value > published.value)
    for part, shown in zip(change.parts, parts, strict=True):
        assert part.effect != 0 or shown == 0


def test_a_change_that_cancels_out_is_not_called_unchanged():
    nine = Figure(9, 10)
    eight = Figure(8, 10)
    change = explain_change(nine, with_late=eight, with_corrections=eight, under_new_rules=eight, now=nine)
    assert "no change in sum: late registrations −10.0" in check(why_changed(change))
