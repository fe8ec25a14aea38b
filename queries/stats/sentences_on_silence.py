"""Plain sentences about satisfaction under silence, targets still to be reached, and why a number changed.

As in `sentences`: computed from the numbers alone, the same numbers in both languages. Everything is said about an
office, never about a person.
"""

from fractions import Fraction

from queries.stats import silence
from queries.stats.change import Change, Figure, Reason, rounded_parts
from queries.stats.silence import Evaluations, Target
from queries.stats.wording import (
    count,
    counted,
    decimal,
    exact_percent,
    half_up,
    join,
    percent,
    percent_beside,
    points,
    same,
    signed_points,
)
from queries.vocabulary import Text

TENTH_OF_A_POINT = Fraction(1, 1000)  # the last digit of a change shown in percentage points

NOBODY_ASKED = Text("暂无可评价的事项。", "There is nothing to evaluate yet.")
NOBODY_ANSWERED = Text("尚无人参评，满意率无从得知。", "Nobody has answered yet: nothing is known about satisfaction.")
REASONS = {
    Reason.LATE: Text("补登", "late registrations"),
    Reason.CORRECTED: Text("更正", "corrections"),
    Reason.RULES: Text("口径变化", "other rules"),
    Reason.REAL: Text("实际变化", "real change"),
}


def bounds(satisfied: int, dissatisfied: int, expired: int) -> Text:
    """What the answers say about those who answered, and what they leave open about all.

    Args:
        satisfied, dissatisfied, expired: cases whose evaluation window is over.
    """
    answered, matured = satisfied + dissatisfied, satisfied + dissatisfied + expired
    if matured == 0:
        return NOBODY_ASKED
    if answered == 0:
        return NOBODY_ANSWERED
    if expired == 0:
        return join(
            Text("{n} 件全部参评，{share} 满意。", "All were evaluated ({n}), and {share} were satisfied."),
            n=count(answered),
            share=percent(Fraction(satisfied, answered)),
        )
    return join(
        Text(
            "参评者中 {share} 满意，但 {silent} 未参评，全部群众的满意率只能确定在 {lower}—{upper} 之间。",
            "{share} of those who answered were satisfied, but {silent} did not answer: "
            "the true share lies between {lower} and {upper}.",
        ),
        share=percent(Fraction(satisfied, answered)),
        silent=percent(Fraction(expired, matured)),
        lower=percent(Fraction(satisfied, matured)),
        upper=percent(Fraction(satisfied + expired, matured)),
    )


def silent_needed(satisfied: int, dissatisfied: int, expired: int, target: Target) -> Text:
    """How many of the silent would have to be satisfied for all cases to reach a target."""
    found = silence.evaluations(satisfied, dissatisfied, expired)
    goal = silence.exact_share(target)
    needed = int(silence.silent_needed(found, goal))
    if not found.matured:
        return NOBODY_ASKED
    if expired == 0:
        template = _NOBODY_SILENT[needed == 0]
    elif needed == 0:
        template = Text(
            "即使未参评的 {silent} 件都不满意，也已达到 {target}。",
            "Even if none of the {silent} silent were satisfied, {target} is reached.",
        )
    elif needed > expired:
        template = Text(
            "即使未参评的 {silent} 件都满意，也达不到 {target}。",
            "Even if all {silent} silent were satisfied, {target} would not be reached.",
        )
    else:
        template = Text(
            "未参评的 {silent} 件中要有 {needed} 件满意，全部群众的满意率才达到 {target}。",
            "Of the {silent} silent, {needed} would have to be satisfied for all cases to reach {target}.",
        )
    return join(template, silent=count(expired), needed=count(needed), target=exact_percent(goal))


_NOBODY_SILENT = {
    True: Text("全部已参评，达到 {target}。", "Nobody is silent, and {target} is reached."),
    False: Text("全部已参评，未达到 {target}。", "Nobody is silent, and {target} is not reached."),
}


def participation_needed(found: Evaluations, target: Target) -> Text:
    """How many more evaluations a participation target takes, and whether so many are still open.

    Args:
        found: one office's evaluations, from `silence.evaluations` with whole numbers.
        target: a share as in `silence.exact_share`.
    """
    if not found.asked:
        return NOBODY_ASKED
    need = silence.needed_for_participation(found, target)
    template = _PARTICIPATION["reached" if need.count == 0 else "open" if need.is_feasible else "closed"]
    return join(
        template,
        target=exact_percent(silence.exact_share(target)),
        needed=counted(int(need.count), "more evaluation", "more evaluations"),
        still_open=count(int(found.still_open)),
    )


_PARTICIPATION = {
    "reached": Text(
        "参评率已达到 {target}，待评价的 {still_open} 件如何都不影响达标。",
        "Participation has reached {target}, whatever becomes of those still open ({still_open}).",
    ),
    "open": Text(
        "参评率达到 {target} 还需 {needed} 件参评，目前待评价 {still_open} 件。",
        "{target} participation takes {needed}; still open: {still_open}.",
    ),
    "closed": Text(
        "参评率达到 {target} 还需 {needed} 件参评，但待评价只有 {still_open} 件，已无法达到。",
        "{target} participation would take {needed}, but only {still_open} can still come: out of reach.",
    ),
}


def satisfaction_needed(found: Evaluations, target: Target) -> Text:
    """How many more satisfied evaluations a satisfaction target takes, or how many dissatisfied ones it can bear."""
    goal = silence.exact_share(target)
    if not found.answered:
        return NOBODY_ANSWERED
    need = silence.needed_for_satisfaction(found, goal)
    impossible = need.count == silence.IMPOSSIBLE
    kind = "reached" if need.count == 0 else "never" if impossible else "open" if need.is_feasible else "closed"
    if not goal:
        kind = "any"
    return join(
        _SATISFACTION[kind],
        target=exact_percent(goal),
        needed=counted(int(need.count), "more satisfied evaluation", "more satisfied evaluations"),
        still_open=count(int(found.still_open)),
        spare=count(int(silence.dissatisfied_affordable(found, goal))) if goal else same(""),
        share=percent_beside(Fraction(int(found.satisfied), int(found.answered)), goal),
    )


_SATISFACTION = {
    "any": Text(
        "满意率 {share}；目标 {target}，任何结果都算达到，请核对目标值。",
        "{share} were satisfied; any result meets a target of {target}: check the target.",
    ),
    "reached": Text(
        "满意率 {share}，达到目标 {target}；还可承受 {spare} 件不满意。",
        "{share} were satisfied, which meets {target}; it can bear {spare} more dissatisfied.",
    ),
    "open": Text(
        "满意率 {share}，达到 {target} 还需 {needed} 件满意评价，目前待评价 {still_open} 件。",
        "{share} were satisfied; {target} takes {needed}; still open: {still_open}.",
    ),
    "closed": Text(
        "满意率 {share}，达到 {target} 还需 {needed} 件满意评价，但待评价只有 {still_open} 件，已无法达到。",
        "{share} were satisfied; {target} would take {needed}, but only {still_open} can still come: out of reach.",
    ),
    "never": Text(
        "满意率 {share}，已有不满意评价，无法达到 {target}。",
        "{share} were satisfied; with a dissatisfied evaluation {target} is out of reach.",
    ),
}


def both_targets(found: Evaluations, target_participation: Target, target_satisfaction: Target) -> Text:
    """The smallest plan that reaches both targets, said for the office as a whole."""
    plan = silence.joint_plan(found, target_participation, target_satisfaction)
    parts = {
        "participation": exact_percent(silence.exact_share(target_participation)),
        "satisfaction": exact_percent(silence.exact_share(target_satisfaction)),
        "still_open": count(int(found.still_open)),
    }
    if not plan.is_feasible:
        return join(
            Text(
                "待评价的 {still_open} 件已不足以同时达到参评率 {participation} 和满意率 {satisfaction}。",
                "Those still open ({still_open}) are not enough for both {participation} participation "
                "and {satisfaction} satisfaction.",
            ),
            **parts,
        )
    if plan.evaluations == 0:
        return join(
            Text(
                "目前参评率达到 {participation}，满意率达到 {satisfaction}（待评价 {still_open} 件）。",
                "As things stand {participation} participation and {satisfaction} satisfaction are both met "
                "(still open: {still_open}).",
            ),
            **parts,
        )
    return join(
        Text(
            "参评率 {participation}、满意率 {satisfaction}：至少还需 {needed} 件参评，"
            "其中 {satisfied} 件满意（待评价 {still_open} 件）。",
            "{participation} participation and {satisfaction} satisfaction take at least {needed}, "
            "{satisfied} of them satisfied (still open: {still_open}).",
        ),
        needed=counted(int(plan.evaluations), "more evaluation", "more evaluations"),
        satisfied=count(int(plan.satisfied)),
        **parts,
    )


def chance(found: Evaluations, target: Target, further: int) -> Text:
    """The chance of a satisfaction target if further answers are like those so far."""
    if not found.answered:
        return NOBODY_ANSWERED
    return join(
        Text(
            "如再有 {further} 件参评且与以往相近，满意率达到 {target} 的可能性为 {chance}。",
            "With {further} like those so far the chance of reaching {target} is {chance}.",
        ),
        further=counted(further, "more answer", "more answers"),
        target=exact_percent(silence.exact_share(target)),
        chance=percent(float(silence.chance_of_target(found, target, further))),
    )


def two_factors(effect_participation: float, effect_satisfaction: float) -> Text:
    """Why the satisfied share of all cases differs: how much through participation, how much through satisfaction.

    Args:
        effect_participation, effect_satisfaction: shares, from `silence.two_factors`.
    """
    parts = [Fraction(effect_participation), Fraction(effect_satisfaction)]
    total = half_up(sum(parts) / TENTH_OF_A_POINT) * TENTH_OF_A_POINT
    shown = rounded_parts(parts, total, TENTH_OF_A_POINT)
    return join(
        Text(
            "满意件占全部的比例相差 {total} 个百分点：参评率 {a}，满意率 {b}。",
            "The satisfied share of all cases differs by {total} points: participation {a}, satisfaction {b}.",
        ),
        total=signed_points(total),
        a=signed_points(shown[0]),
        b=signed_points(shown[1]),
    )


def why_changed(change: Change) -> Text:
    """From the number published to today's, and what each reason contributed; the parts shown add up as shown."""
    before, after = _shown(change.published), _shown(change.now)
    unit = Fraction(1) if change.now.denominator is None else TENTH_OF_A_POINT
    parts = [part.effect for part in change.parts]
    listed = rounded_parts(parts, after - before, unit)
    # a small effect is written +0.0: with the digits of the others, but not as none
    reasons = {
        part.reason.value: _signed(effect or part.effect * TENTH_OF_A_POINT, unit)
        for part, effect in zip(change.parts, listed, strict=True)
    }
    if not any(parts):
        return join(Text("仍为{now}，没有变化。", "Still {now}, nothing changed."), now=_written(change.now))
    names = {f"name_{reason.value}": name for reason, name in REASONS.items()}
    zh = "，".join(f"{{name_{reason.value}}} {{{reason.value}}}" for reason in Reason)
    en = ", ".join(f"{{name_{reason.value}}} {{{reason.value}}}" for reason in Reason)
    moved = "up" if after > before else "down"
    direction = moved if after != before else "same" if change.difference == 0 else "hardly"
    return join(
        Text(_MOVED[direction].zh + zh + "。", _MOVED[direction].en + en + "."),
        before=_written(change.published),
        now=_written(change.now),
        size=points(after - before) if unit < 1 else count(abs(int(after - before))),
        **reasons,
        **names,
    )


_MOVED = {
    "up": Text("由{before}到{now}，上升{size}：", "From {before} to {now}, up {size}: "),
    "down": Text("由{before}到{now}，下降{size}：", "From {before} to {now}, down {size}: "),
    "same": Text("由{before}到{now}，合计未变：", "From {before} to {now}, no change in sum: "),
    "hardly": Text("由{before}到{now}，合计几乎未变：", "From {before} to {now}, hardly any change in sum: "),
}


def _shown(figure: Figure) -> Fraction:
    """A figure as its sentence shows it: whole cases, or percent with one decimal."""
    if figure.value is None:
        raise ValueError("A rate of no cases cannot be compared.")
    if figure.denominator is None:
        return figure.value
    return half_up(figure.value / TENTH_OF_A_POINT) * TENTH_OF_A_POINT


def _written(figure: Figure) -> Text:
    shown = _shown(figure)
    if figure.denominator is None:
        return count(int(shown))
    digits = decimal(shown * 100)
    return join(
        Text("{digits}%（{x}/{n}）", "{digits}% ({x}/{n})"),
        digits=digits,
        x=count(figure.numerator),
        n=count(figure.denominator),
    )


def _signed(effect: Fraction, unit: Fraction) -> Text:
    if unit < 1:
        return signed_points(effect)
    if effect == 0:
        return Text("0", "0")
    return join(Text("{sign}{size}", "{sign}{size}"), sign="+" if effect > 0 else "−", size=count(abs(int(effect))))
