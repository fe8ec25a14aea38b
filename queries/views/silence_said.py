"""Plain sentences on satisfaction under silence and on what its targets still take, made from the numbers alone.

Both languages carry the same numbers. Everything is said about an office, never about a person.
"""

from functools import partial

from queries import wording
from queries.stats import silence
from queries.stats.silence import Evaluations
from queries.views.parts import both, in_both
from queries.vocabulary import Text

NOBODY_ASKED = Text("暂无可评价的事项。", "There is nothing to evaluate yet.")
NOBODY_ANSWERED = Text("尚无人参评，满意率无从得知。", "Nobody has answered yet: nothing is known about satisfaction.")


def bounds(satisfied: int, dissatisfied: int, over: int, expired: int, smallest: int = 1) -> Text:
    """What the answers say about those who answered, and what they leave open about all.

    Args:
        satisfied, dissatisfied: evaluated with a score. over: evaluated or expired. expired: over without evaluation.
        smallest: fewer that are over hold no share.
    """
    scored = satisfied + dissatisfied
    if not over:
        return NOBODY_ASKED
    if not scored:
        return NOBODY_ANSWERED
    if over < smallest:
        return in_both("到期的只有{n}件，样本不足。", "Only {n} due so far: too few.", n=both(wording.number, over))
    if over == scored:
        return in_both(
            "到期的{n}件全部参评，{share}满意。", "All were evaluated ({n}), and {share} were satisfied.",
            n=both(wording.number, over), share=both(wording.per_cent, satisfied / scored),
        )  # fmt: skip
    silent = (
        Text("未参评", "did not answer") if over == scored + expired else Text("没有评分", "gave no score")
    )  # some evaluations hold no score
    return in_both(
        "参评者中{share}满意，但{silent}{what}，全部群众的满意率只能确定在{reach}之间。",
        "{share} of those who answered were satisfied, but {silent} {what}: the true share lies within {reach}.",
        share=both(wording.per_cent, satisfied / scored),
        silent=both(wording.per_cent, (over - scored) / over),
        what=(silent.zh, silent.en),
        reach=both(wording.interval, satisfied / over, 1 - dissatisfied / over),
    )


def silent_needed(found: Evaluations, target: float) -> Text | None:
    """How many of the silent would have to be satisfied for all cases to reach a target; None where nobody is silent.

    Args:
        found: of one office. target: a share as in `silence.exact_share`.
    """
    expired, needed = int(found.expired), int(silence.silent_needed(found, target))
    if not expired:
        return None
    if needed <= 0:
        said = Text(
            "即使未参评的{silent}件都不满意，全部群众的满意率也已达到{target}。",
            "Even if none of the {silent} silent were satisfied, {target} of all is reached.",
        )
    elif needed > expired:
        said = Text(
            "即使未参评的{silent}件都满意，全部群众的满意率也达不到{target}。",
            "Even if all {silent} silent were satisfied, {target} of all would not be reached.",
        )
    else:
        said = Text(
            "未参评的{silent}件中要有{needed}件（{share}）满意，全部群众的满意率才达到{target}。",
            "Of the {silent} silent, {needed} ({share}) would have to be satisfied for all cases to reach {target}.",
        )
    return in_both(
        said.zh, said.en,
        silent=both(wording.number, expired),
        needed=both(wording.number, needed),
        share=both(wording.per_cent, needed / expired),
        target=both(wording.goal, target),
    )  # fmt: skip


def participation_needed(found: Evaluations, target: float) -> Text:
    """How many more evaluations a participation target takes, and whether so many are still open."""
    if not found.asked:
        return NOBODY_ASKED
    need = silence.needed_for_participation(found, target)
    said = _PARTICIPATION["reached" if need.count == 0 else "open" if need.is_feasible else "closed"]
    return in_both(
        said.zh, said.en,
        target=both(wording.goal, target),
        needed=_counted(int(need.count), "more evaluation", "more evaluations"),
        still_open=both(wording.number, int(found.still_open)),
    )  # fmt: skip


_PARTICIPATION = {
    "reached": Text(
        "参评率已达到{target}，待评价的{still_open}件如何都不影响达标。",
        "Participation has reached {target}, whatever becomes of those still open ({still_open}).",
    ),
    "open": Text(
        "参评率达到{target}还需{needed}件参评，目前待评价{still_open}件。",
        "{target} participation takes {needed}; still open: {still_open}.",
    ),
    "closed": Text(
        "参评率达到{target}还需{needed}件参评，但待评价只有{still_open}件，已无法达到。",
        "{target} participation would take {needed}, but only {still_open} can still come: out of reach.",
    ),
}


def satisfaction_needed(found: Evaluations, target: float, *, with_silence: bool) -> Text:
    """How many more satisfied evaluations a satisfaction target takes, or how many dissatisfied ones it can bear.

    Args:
        found: of one office; under the convention that counts silence as satisfied the silent are among the satisfied.
        with_silence: that convention is meant.
    """
    if not found.answered:
        return NOBODY_ANSWERED
    need = silence.needed_for_satisfaction(found, target)
    impossible = need.count == silence.IMPOSSIBLE
    kind = "reached" if need.count == 0 else "never" if impossible else "open" if need.is_feasible else "closed"
    if not target:
        kind = "any"
    said = _SATISFACTION[kind]
    whose, either = _WITH_SILENCE if with_silence else _AS_EVALUATED
    return in_both(
        said.zh, said.en,
        whose=(whose.zh, whose.en),
        either=(either.zh, either.en),
        target=both(wording.goal, target),
        needed=both(wording.number, int(need.count)),
        still_open=both(wording.number, int(found.still_open)),
        spare=both(wording.number, int(silence.dissatisfied_affordable(found, target)) if target else None),
        share=both(wording.beside, int(found.satisfied) / int(found.answered), target),
    )  # fmt: skip


_AS_EVALUATED = Text("满意率", "satisfied"), Text("满意评价", "satisfied")
_WITH_SILENCE = (
    Text("满意率（未评视为满意）", "satisfied, silence counted as such"),
    Text("满意或未评的", "satisfied or silent"),
)
_SATISFACTION = {
    "any": Text(
        "{whose} {share}；目标 {target}，任何结果都算达到，请核对目标值。",
        "{share} {whose}; any result meets a target of {target}: check the target.",
    ),
    "reached": Text(
        "{whose} {share}，达到目标 {target}；还可承受{spare}件不满意。",
        "{share} {whose}, which meets {target}; it can bear {spare} more dissatisfied.",
    ),
    "open": Text(
        "{whose} {share}，达到{target}还需{needed}件{either}，目前待评价{still_open}件。",
        "{share} {whose}; {target} takes {needed} more {either}; still open: {still_open}.",
    ),
    "closed": Text(
        "{whose} {share}，达到{target}还需{needed}件{either}，但待评价只有{still_open}件，已无法达到。",
        "{share} {whose}; {target} would take {needed} more {either}, but only {still_open} can still come: out of "
        "reach.",
    ),
    "never": Text(
        "{whose} {share}，已有不满意评价，无法达到{target}。",
        "{share} {whose}; with a dissatisfied evaluation {target} is out of reach.",
    ),
}


def both_targets(found: Evaluations, participation: float, satisfaction: float, *, with_silence: bool) -> Text | None:
    """The fewest evaluations that reach both targets; None where one of them is reached or out of reach already.

    Args:
        found: of one office, the silent apart from the satisfied under either convention.
        with_silence: silence counts as satisfied.
    """
    counted = as_counted(found) if with_silence else found
    plan = (silence.joint_plan_with_silence if with_silence else silence.joint_plan)(found, participation, satisfaction)
    alone = (
        silence.needed_for_participation(found, participation).count,
        silence.needed_for_satisfaction(counted, satisfaction).count,
    )
    if not plan.is_feasible or min(alone) <= 0:
        return None
    rest = Text("；其余到期未评的视为满意", ", the rest silent and counted so") if with_silence else Text("", "")
    return in_both(
        "同时达到两项目标至少还需{needed}件参评，其中{satisfied}件满意{rest}。",
        "Both targets together take at least {needed}, {satisfied} of them satisfied{rest}.",
        needed=_counted(int(plan.evaluations), "more evaluation", "more evaluations"),
        satisfied=both(wording.number, int(plan.satisfied)),
        rest=(rest.zh, rest.en),
    )


def as_counted(found: Evaluations) -> Evaluations:
    """The silent among the satisfied, as the convention that counts them so does."""
    return silence.evaluations(found.satisfied + found.expired, found.dissatisfied, 0, found.still_open)


def chance(found: Evaluations, target: float, *, with_silence: bool) -> Text | None:
    """The chance of a satisfaction target if all still open end like those so far; None where it is no question.

    Args:
        found: as in `both_targets`.
        with_silence: silence counts as satisfied; else all still open are taken to answer.
    """
    counted = as_counted(found) if with_silence else found
    if not counted.answered or not found.still_open:
        return None
    reached = silence.chance_of_target(counted, target, found.still_open)
    said = _CHANCE_WITH_SILENCE if with_silence else _CHANCE
    return in_both(
        said.zh, said.en,
        further=both(wording.number, int(found.still_open)),
        target=both(wording.goal, target),
        chance=both(partial(wording.per_cent, decimals=0), float(reached)),
    )  # fmt: skip


_CHANCE = Text(
    "如待评价的{further}件全部参评且与以往相近，满意率达到{target}的可能性为{chance}。",
    "If all still open ({further}) answer like those so far, the chance of {target} satisfied is {chance}.",
)
_CHANCE_WITH_SILENCE = Text(
    "如待评价的{further}件与以往相近（满意、不满意或到期未评），满意率（未评视为满意）达到{target}的可能性为{chance}。",
    "If all still open ({further}) end like those so far, the chance of {target} satisfied, silence counted as such, "
    "is {chance}.",
)


def _counted(number: int, one: str, many: str) -> tuple[str, str]:
    """A whole number; in English with its noun in the singular or plural."""
    return wording.number(number, "zh"), f"{wording.number(number, 'en')} {one if number == 1 else many}"
