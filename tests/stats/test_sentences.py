"""A generated sentence says what the numbers say, in both languages, and no more."""

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.stats import intervals, sentences, silence, wording
from queries.stats import sentences_on_silence as on_silence
from queries.stats.change import Figure, explain_change
from queries.stats.sentences import Named
from queries.vocabulary import Text

ON_TIME = Text("按时", "on time")
NEW = Text("新登记", "new petitions")
NORTH, SOUTH = Text("北镇", "North"), Text("南镇", "South")
TARGETS = st.sampled_from(
    [Fraction(1, 2), Fraction(4, 5), Fraction(7, 8), Fraction(9, 10), Fraction(19, 20), Fraction(1)]
)
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
    english = text.en.replace("10,000 residents", "residents")  # 万人
    assert sorted(numbers(text.zh)) == sorted(numbers(english)), text
    assert not set("{}") & set(text.zh + text.en)
    assert text.zh.endswith("。")
    assert text.en.endswith(".")
    assert "nan" not in text.en.lower()
    return text.en


def test_the_sentences_of_the_worked_examples():
    assert sentences.rate(9, 10, ON_TIME) == Text(
        "10 件中 9 件按时，件数太少，真实水平可能在 60%—98% 之间。",
        "9 of 10 on time; with so few cases the usual level could be anywhere from 60% to 98%.",
    )
    assert on_silence.bounds(14, 4, 22) == Text(
        "参评者中 78% 满意，但 55% 未参评，全部群众的满意率只能确定在 35%—90% 之间。",
        "78% of those who answered were satisfied, but 55% did not answer: the true share lies between 35% and 90%.",
    )
    assert sentences.backlog(401, 32, 34) == Text(
        "在办 401 件，超期 32 件（8%），14 天内到期 34 件。",
        "401 accepted cases open; 32 (8%) past their deadline; 34 due within 14 days.",
    )
    assert sentences.batch(32, 32, 31, 11).en.endswith("11 came back, so 20 stay resolved (63%).")
    assert on_silence.silent_needed(14, 4, 22, 0.9).en.startswith("Of the 22 silent, 22 would have to be satisfied")


@given(shares())
def test_a_rate_names_its_counts_and_an_interval_that_holds_it(share):
    x, n = share
    words = check(sentences.rate(x, n, ON_TIME))
    if n == 0:
        assert words == "No cases to count yet."
        return
    assert words.startswith(f"{x:,} of {n:,} on time")
    assert ("too few" in words) == (n < 5)
    assert ("so few" in words) == (5 <= n < 20)
    assert ("%" in words) == (n >= 5)
    if n >= 20:
        shown = numbers(words)[2:]
        assert all(0 <= number <= 100 for number in shown)
        assert shown[1] <= shown[0] <= shown[-1]


@given(st.fractions(0, 1), st.integers(0, 1))
def test_a_percentage_says_none_or_all_only_when_it_is(share, digits):
    shown = wording.percent(share, digits)
    number = numbers(shown.en)[0]
    assert (shown.en in ("0%", "0.0%")) == (share == 0)
    assert (shown.en in ("100%", "100.0%")) == (share == 1)
    assert abs(number - share * 100) <= 1
    if "under" in shown.en:
        assert share * 100 < number
    if "over" in shown.en:
        assert share * 100 > number


@given(st.fractions(0, 1), TARGETS)
def test_beside_a_goal_a_percentage_stays_on_its_side(share, goal):
    shown = wording.percent_beside(share, goal).en
    number = Fraction(re.findall(r"\d+(?:\.\d+)?", shown)[0]) / 100
    if share == goal:
        assert number == goal
    elif share < goal:
        assert number < goal or shown.startswith(("just under", "over"))
    else:
        assert number > goal or shown.startswith(("just over", "over"))


@given(shares(), shares())
def test_a_difference_is_called_one_only_when_the_interval_leaves_0_out(one, two):
    words = check(sentences.difference(Named(NORTH, *one), Named(SOUTH, *two)))
    if min(one[1], two[1]) < 5:
        assert words == "Too few cases to compare."
        return
    found = intervals.newcombe(*one, *two)
    assert ("more than chance" in words) == (found.lower > 0 or found.upper < 0)
    assert ("higher" in words) == (found.lower > 0)
    assert ("lower by" in words) == (found.upper < 0)
    assert ("could be chance" in words) == (found.lower <= 0 <= found.upper)
    if "by 0.0" in words:
        pytest.fail(words)


@given(shares(300), TARGETS, st.sampled_from(["higher", "lower"]))
def test_a_target_is_met_or_missed_only_beyond_chance(share, target, better):
    words = check(sentences.against_target(*share, target, better=better))
    if share[1] < 5:
        return
    lower, upper = intervals.wilson(*share)
    above, below = lower > float(target), upper < float(target)
    assert ("better than" in words) == (above if better == "higher" else below)
    assert ("worse than" in words) == (below if better == "higher" else above)
    assert ("could be chance" in words) == (not above and not below)


@given(st.integers(0, 300), st.integers(0, 300), st.sampled_from([1.0, 31 / 28]))
def test_counts_rise_or_fall_only_beyond_chance(now, before, ratio):
    words = check(sentences.counts_compared(now, before, NEW, exposure_ratio=ratio))
    p = intervals.rate_ratio(now, ratio, before, 1.0).p
    assert ("beyond chance" in words) == (p < 0.05)
    if "rise" in words:
        assert now > before * ratio
    if "fall" in words:
        assert now < before * ratio


@given(shares(), st.integers(0, 100), st.sampled_from([90, 180]))
def test_sentences_about_time_carry_their_counts(share, soon, days):
    x, n = share
    for words in (
        check(sentences.matured_on_time(x, n)),
        check(sentences.returns(x, n, days)),
        check(sentences.backlog(n, x, soon)),
    ):
        assert n == 0 or {x, n} <= set(numbers(words))
    check(sentences.rate_per_residents(x, n * 100, NEW))
    check(sentences.batch(n, n, x, x // 2))


@given(st.floats(0, 1), st.floats(0, 0.2), st.integers(0, 30))
def test_an_early_look_is_hidden_when_few_cases_reached_the_day(share, half, at_risk):
    words = check(sentences.early_look(share, max(share - half, 0), min(share + half, 1), at_risk))
    assert ("Too few" in words) == (at_risk < 10)
    no_limits = sentences.early_look(1.0, float("nan"), float("nan"), 10)
    assert "100%" in check(no_limits)


@pytest.mark.parametrize(
    ("days", "words"), [(28.0, "28 days"), (1.0, "1 day."), (28.5, "28.5 days"), (float("nan"), "no median")]
)
def test_the_median_is_said_in_days(days, words):
    assert words in check(sentences.median_days(days))


@given(counts, counts, counts)
def test_bounds_are_said_with_the_share_of_the_silent(satisfied, dissatisfied, expired):
    words = check(on_silence.bounds(satisfied, dissatisfied, expired))
    answered = satisfied + dissatisfied
    assert ("true share lies between" in words) == (answered > 0 and expired > 0)
    assert ("Nobody has answered" in words) == (answered == 0 and expired > 0)
    if "true share" in words and "under" not in words and "over" not in words:
        rate, silent, lower, upper = numbers(words)
        assert lower <= rate <= upper
        assert abs((upper - lower) - silent) <= 1


@given(counts, counts, counts, TARGETS)
def test_what_the_silent_would_have_to_feel(satisfied, dissatisfied, expired, target):
    words = check(on_silence.silent_needed(satisfied, dissatisfied, expired, target))
    matured = satisfied + dissatisfied + expired
    if matured == 0 or expired == 0:
        return
    assert ("Even if none" in words) == (satisfied >= target * matured)
    assert ("would not be reached" in words) == (satisfied + expired < target * matured)


@given(states, TARGETS, TARGETS)
def test_a_target_is_out_of_reach_only_when_the_open_ones_are_too_few(state, participation, satisfaction):
    satisfied, dissatisfied, _, still_open = state
    answered, asked = satisfied + dissatisfied, sum(state)
    found = silence.evaluations(*state)
    words = check(on_silence.participation_needed(found, participation))
    if asked:
        assert ("has reached" in words) == (answered >= participation * asked)
        assert ("out of reach" in words) == (answered + still_open < participation * asked)
    words = check(on_silence.satisfaction_needed(found, satisfaction))
    reachable = satisfied + still_open >= satisfaction * (answered + still_open)
    if answered:
        assert ("which meets" in words) == (satisfied >= satisfaction * answered)
        assert ("out of reach" in words) == (not reachable and satisfied < satisfaction * answered)
    words = check(on_silence.both_targets(found, participation, satisfaction))
    if answered:
        feasible = bool(silence.joint_plan(found, participation, satisfaction).is_feasible)
        assert ("not enough" in words) == (not feasible)


@given(states, TARGETS, counts)
def test_the_chance_is_between_0_and_100_percent(state, target, further):
    words = check(on_silence.chance(silence.evaluations(*state), target, further))
    if state[0] + state[1]:
        assert 0 <= numbers(words)[-1] <= 100


@given(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_the_two_parts_shown_add_up_to_the_difference_shown(participation, satisfaction):
    text = on_silence.two_factors(participation, satisfaction)
    check(text)
    shown = [signed(part) for part in re.findall(r"[+−]?\d+(?:\.\d+)?", text.en)]
    assert shown[0] == shown[1] + shown[2]


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
    text = on_silence.why_changed(change)
    words = check(text).replace(",", "")
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
    change = explain_change(
        Figure(9, 10),
        with_late=Figure(8, 10),
        with_corrections=Figure(8, 10),
        under_new_rules=Figure(8, 10),
        now=Figure(9, 10),
    )
    assert "no change in sum: late registrations −10.0" in check(on_silence.why_changed(change))
