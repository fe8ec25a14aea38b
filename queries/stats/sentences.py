"""One plain sentence for each figure, in both languages, made from the numbers and nothing else.

The sentence is computed together with the statistic it reports, so that it cannot say more than the numbers do. Both
languages carry the same numbers. Names and labels come from the caller as `Text`.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from queries.stats import intervals, silence, wording
from queries.stats.intervals import CONFIDENCE
from queries.stats.repeats import RETURN_DAYS
from queries.stats.silence import Target
from queries.stats.survival import AT_RISK_TO_SHOW, CLOSED_BY_DAYS
from queries.stats.timeliness import DUE_SOON_DAYS
from queries.stats.wording import between, count, join, percent, points
from queries.vocabulary import Text

CHANCE_P = 0.05  # two-sided; a difference less likely than this by chance alone is called one

NO_CASES = Text("暂无可计算的事项。", "No cases to count yet.")
TOO_FEW_TO_COMPARE = Text("件数太少，无法比较。", "Too few cases to compare.")


@dataclass(frozen=True)
class Named:
    """A share with its counts and the name of whose it is."""

    name: Text
    numerator: int
    denominator: int


def rate(numerator: int, denominator: int, what: Text, confidence: float = CONFIDENCE) -> Text:
    """A share with what it says about the usual level: fewer cases say less.

    Args:
        numerator, denominator: cases. what: what the counted ones are: "on time", "按时".
        confidence: a share such as 0.95.
    """
    if denominator == 0:
        return NO_CASES
    found = intervals.rates(numerator, denominator, confidence)
    parts = {
        "x": count(numerator),
        "n": count(denominator),
        "what": what,
        "share": percent(Fraction(numerator, denominator)),
        "range": between(percent(float(found.lower)), percent(float(found.upper))),
    }
    return join(_RATE[intervals.legibility(denominator)], **parts)


_RATE = {
    "counts_only": Text(
        "{n} 件中 {x} 件{what}；件数太少，不计算比率。", "{x} of {n} {what}; too few cases for a rate."
    ),
    "pale": Text(
        "{n} 件中 {x} 件{what}，件数太少，真实水平可能在 {range} 之间。",
        "{x} of {n} {what}; with so few cases the usual level could be anywhere from {range}.",
    ),
    "full": Text(
        "{n} 件中 {x} 件{what}（{share}），真实水平大致为 {range}。",
        "{x} of {n} {what} ({share}); the usual level is probably {range}.",
    ),
}


def rate_per_residents(cases: int, population: int, what: Text) -> Text:
    """Cases per 10,000 residents with what chance alone could make of it."""
    if population == 0:
        return Text("缺少人口数，无法计算。", "The population is not known, so there is no rate.")
    found = intervals.per_residents(cases, population)
    return join(
        Text(
            "{x} 件{what}，每万人 {rate} 件（大致为 {range}）。",
            "{x} {what}, {rate} per 10,000 residents (probably {range}).",
        ),
        x=count(cases),
        what=what,
        rate=wording.decimal(float(found.rate)),
        range=between(wording.decimal(float(found.lower)), wording.decimal(float(found.upper))),
    )


def against_target(numerator: int, denominator: int, target: Target, *, better: str = "higher") -> Text:
    """Whether a share meets a target beyond chance, misses it beyond chance, or neither can be told.

    Args:
        numerator, denominator: cases. target: a share. better: "higher" or "lower".
    """
    if denominator < intervals.COUNTS_ONLY_BELOW:
        return TOO_FEW_TO_COMPARE
    goal = silence.exact_share(target)
    lower, upper = intervals.wilson(numerator, denominator)
    side = int(intervals.against(float(goal), lower, upper))
    verdict = 0 if side == 0 else (1 if (side > 0) == (better == "higher") else -1)
    return join(
        _AGAINST_TARGET[verdict],
        share=wording.percent_beside(Fraction(numerator, denominator), goal),
        x=count(numerator),
        n=count(denominator),
        target=wording.exact_percent(goal),
    )


_AGAINST_TARGET = {
    1: Text(
        "{share}（{n} 件中 {x} 件），明显优于目标 {target}。",
        "{share} ({x} of {n}), better than the target of {target} by more than chance.",
    ),
    0: Text(
        "{share}（{n} 件中 {x} 件），与目标 {target} 的差别可能只是偶然。",
        "{share} ({x} of {n}); the difference from the target of {target} could be chance.",
    ),
    -1: Text(
        "{share}（{n} 件中 {x} 件），明显差于目标 {target}。",
        "{share} ({x} of {n}), worse than the target of {target} by more than chance.",
    ),
}


def difference(first: Named, second: Named, confidence: float = CONFIDENCE) -> Text:
    """Whether two shares differ by more than chance (Newcombe's limits leave 0 out)."""
    if min(first.denominator, second.denominator) < intervals.COUNTS_ONLY_BELOW:
        return TOO_FEW_TO_COMPARE
    found = intervals.newcombe(first.numerator, first.denominator, second.numerator, second.denominator, confidence)
    one, two = Fraction(first.numerator, first.denominator), Fraction(second.numerator, second.denominator)
    # The difference is that of the two percentages shown, so that a reader can check it.
    shown = Fraction(wording.half_up(one * 1000) - wording.half_up(two * 1000), 1000) or one - two
    ends = sorted((abs(float(found.lower)), abs(float(found.upper))))
    return join(
        _DIFFERENCE[int(found.direction)],
        first=first.name,
        second=second.name,
        one=percent(one, 1),
        two=percent(two, 1),
        x1=count(first.numerator),
        n1=count(first.denominator),
        x2=count(second.numerator),
        n2=count(second.denominator),
        points=points(shown),
        low=wording.decimal(ends[0] * 100),
        high=wording.decimal(ends[1] * 100),
    )


_COUNTS_ZH = "{first} {one}（{x1}/{n1}），{second} {two}（{x2}/{n2}）："
_COUNTS_EN = "{first} {one} ({x1}/{n1}), {second} {two} ({x2}/{n2}): "
_DIFFERENCE = {
    1: Text(
        _COUNTS_ZH + "前者高{points}（{low}—{high}），超出偶然。",
        _COUNTS_EN + "the first is higher by {points} ({low} to {high}), more than chance.",
    ),
    0: Text(_COUNTS_ZH + "差别可能只是偶然。", _COUNTS_EN + "the difference could be chance."),
    -1: Text(
        _COUNTS_ZH + "前者低{points}（{low}—{high}），超出偶然。",
        _COUNTS_EN + "the first is lower by {points} ({low} to {high}), more than chance.",
    ),
}


def counts_compared(now: int, before: int, what: Text, *, exposure_ratio: float = 1.0) -> Text:
    """Whether two counts differ by more than chance (exact conditional test).

    Args:
        now, before: events. what: what they are: "new petitions", "新登记".
        exposure_ratio: length of the period now over the one before, such as 31/28.
    """
    p = float(intervals.rate_ratio(now, exposure_ratio, before, 1.0).p)
    direction = 0 if p >= CHANCE_P else (1 if now > before * exposure_ratio else -1)
    return join(_COUNTS_COMPARED[direction], what=what, now=count(now), before=count(before))


_COUNTS_COMPARED = {
    1: Text(
        "{what} {now} 件，此前 {before} 件：超出偶然的上升。", "{what}: {now}, before {before}: a rise beyond chance."
    ),
    0: Text(
        "{what} {now} 件，此前 {before} 件：差别在偶然波动之内。",
        "{what}: {now}, before {before}: within what chance alone brings.",
    ),
    -1: Text(
        "{what} {now} 件，此前 {before} 件：超出偶然的下降。", "{what}: {now}, before {before}: a fall beyond chance."
    ),
}


def matured_on_time(on_time: int, fallen_due: int) -> Text:
    """The on-time rate of cases whose time is up."""
    if fallen_due == 0:
        return Text(
            "尚无到期事项；未到期的仍在办理期限内，不计入。",
            "No case's time limit is up yet; newer cases are still inside it and are not counted.",
        )
    return join(
        Text(
            "已到期的 {n} 件中 {x} 件（{share}）按期办结；未到期的仍在办理期限内，不计入。",
            "Of {n} cases whose time limit is up, {x} ({share}) were finished in time. "
            "Newer cases are still inside their time limit and are not counted yet.",
        ),
        x=count(on_time),
        n=count(fallen_due),
        share=percent(Fraction(on_time, fallen_due)),
    )


def early_look(share: float, lower: float, upper: float, at_risk: int, day: int = CLOSED_BY_DAYS) -> Text:
    """The probability of having been closed by a day, from `survival.closed_by_day`, unless too few reached it."""
    if at_risk < AT_RISK_TO_SHOW or np.isnan(share):
        return join(
            Text(
                "办理满 {day} 天的事项太少，暂不估计。",
                "Too few recent cases have been followed for {day} days to say more.",
            ),
            day=count(day),
        )
    no_limits = np.isnan(lower) or np.isnan(upper)
    limits = (
        Text("", "")
        if no_limits
        else join(Text("（{range}）", " ({range})"), range=between(percent(lower), percent(upper)))
    )
    return join(
        Text(
            "近期受理的事项，{day} 天内办结的估计占 {share}{limits}；在办的已按现有天数计入。",
            "About {share} of recently accepted cases are closed by day {day}{limits}; "
            "open ones are followed as far as they go.",
        ),
        day=count(day),
        share=percent(share),
        limits=limits,
    )


def median_days(days: float) -> Text:
    """The median time to closure with open cases taken into account, from `survival.median_days`."""
    if np.isnan(days):
        return Text(
            "办结的还不到一半，尚无中位天数。", "Fewer than half have been closed so far, so there is no median yet."
        )
    whole = days == int(days)
    shown = (
        wording.counted(int(days), "day", "days")
        if whole
        else join(Text("{days}", "{days} days"), days=wording.decimal(days))
    )
    return join(Text("半数事项在 {days} 天内办结。", "Half of the cases are closed within {days}."), days=shown)


def backlog(open_count: int, overdue: int, due_soon: int) -> Text:
    """Open accepted cases, how many are past due and how many fall due soon."""
    if open_count == 0:
        return Text("没有在办事项。", "No accepted case is open.")
    return join(
        Text(
            "在办 {open} 件，超期 {overdue} 件（{share}），{days} 天内到期 {soon} 件。",
            "{open} open; {overdue} ({share}) past their deadline; {soon} due within {days} days.",
        ),
        open=wording.counted(open_count, "accepted case", "accepted cases"),
        overdue=count(overdue),
        share=percent(Fraction(overdue, open_count)),
        soon=count(due_soon),
        days=count(DUE_SOON_DAYS),
    )


def returns(back: int, followed: int, days: int = RETURN_DAYS) -> Text:
    """Closed cases that came back, out of those followed for all the days."""
    if followed == 0:
        return join(Text("办结均未满 {days} 天，暂不计算。", "No closure is {days} days old yet."), days=count(days))
    return join(
        Text(
            "办结的 {n} 件中有 {x} 件（{share}）在 {days} 天内再次信访；近期办结的观察期未满，不计入。",
            "{x} of {n} closed cases ({share}) came back within {days} days; "
            "the newest closures are too recent to count.",
        ),
        x=count(back),
        n=count(followed),
        share=percent(Fraction(back, followed)),
        days=count(days),
    )


def batch(handed: int, reported: int, recognised: int, backflow: int) -> Text:
    """A backlog batch: reported is not recognised, and recognised may flow back."""
    if handed == 0:
        return Text("本批次没有交办事项。", "Nothing was assigned in this batch.")
    resolved = recognised - backflow
    return join(
        Text(
            "交办 {handed} 件，上报 {reported} 件，认定 {recognised} 件；"
            "回流 {backflow} 件，实际化解 {resolved} 件（{share}）。",
            "{handed} assigned, {reported} reported, {recognised} recognised; "
            "{backflow} came back, so {resolved} stay resolved ({share}).",
        ),
        handed=count(handed),
        reported=count(reported),
        recognised=count(recognised),
        backflow=count(backflow),
        resolved=count(resolved),
        share=percent(Fraction(resolved, handed)),
    )
