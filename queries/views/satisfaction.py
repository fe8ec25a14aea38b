"""How satisfied, and how many were heard? Two shares together, what silence leaves open, what is still needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from queries import wording
from queries.counting.distributions import satisfaction_components
from queries.counting.reasons import reason_text, why_not
from queries.counting.selection import evaluation_target
from queries.days import month_start
from queries.filters import Filters
from queries.measures import measure
from queries.rules import CONVENTIONS
from queries.snapshot import Snapshot
from queries.stats import silence
from queries.stats.intervals import wilson
from queries.views import View, silence_said
from queries.views.parts import TOO_FEW, both, goal, goal_of_each, in_both, made, others_below, seen, share_words, title
from queries.views.townships import items_unnamed, named
from queries.vocabulary import Text

WHOM = ("bureau", "office")
NAMES = ("participation_rate", "satisfaction_rate")
METHODS = ("silence_bounds", "evaluations_needed", "wilson")
MOST_ROWS = 12  # of a picture (UX.md §5)
COUNTS = ("satisfied", "basically_satisfied", "dissatisfied", "content", "evaluated", "expired", "open", "asked")


@dataclass(frozen=True)
class Share:
    """Counts of a share."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        """None of nothing."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def limits(self) -> tuple[float | None, float | None]:
        """Wilson's, of 95 %."""
        if not self.denominator:
            return None, None
        lower, upper = wilson(self.numerator, self.denominator)
        return float(lower), float(upper)


@dataclass(frozen=True)
class Heard:
    """Evaluations of one selection: S content, D dissatisfied, A evaluated, X expired in silence, O still open.

    Attributes:
        unscored: evaluated without a score; in A, not in the satisfaction rate.
        participation_target, satisfaction_target: shares, None where none is set.
        needed_participation, needed_satisfaction: further evaluations (for the second: satisfied ones) that reach the
            target; None without a target, `silence.IMPOSSIBLE` where no number is enough.
        is_open_participation, is_open_satisfaction: whether so many are still open.
        affordable: further dissatisfied ones the satisfaction target bears; None without a target, or at one of 0.
        smallest: of fewer items a share is none (the small sample of the rule set).
        about_all: what the silence leaves open for all; sentences: what the targets still take.
    """

    satisfied: int
    dissatisfied: int
    evaluated: int
    expired: int
    still_open: int
    unscored: int
    participation_target: float | None
    satisfaction_target: float | None
    needed_participation: int | None
    needed_satisfaction: int | None
    is_open_participation: bool
    is_open_satisfaction: bool
    affordable: int | None
    smallest: int
    about_all: Text
    sentences: tuple[Text, ...]

    @property
    def over(self) -> int:
        """M: evaluated or expired."""
        return self.evaluated + self.expired

    @property
    def scored(self) -> int:
        """S + D."""
        return self.satisfied + self.dissatisfied

    @property
    def participation(self) -> float | None:
        """A / M."""
        return self.took_part.value

    @property
    def satisfaction(self) -> float | None:
        """S / (S + D): convention "observed"."""
        return self.rated("observed").value

    @property
    def satisfaction_with_silence(self) -> float | None:
        """(S + X) / (S + D + X): convention "silence_is_satisfied"."""
        return self.rated("silence_is_satisfied").value

    @property
    def took_part(self) -> Share:
        """A / M with its counts."""
        return Share(self.evaluated, self.over)

    def rated(self, convention: str) -> Share:
        """The satisfaction rate under a convention."""
        silent = self.expired if convention == "silence_is_satisfied" else 0
        return Share(self.satisfied + silent, self.scored + silent)

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Between none and all of those without a score being satisfied."""
        return (self.satisfied / self.over, 1 - self.dissatisfied / self.over) if self.over else None

    @property
    def bounds_and_chance(self) -> tuple[float, float]:
        """The bounds widened by what chance can do: of the usual level rather than of these items; NaN of none."""
        all_of_them = silence.evaluations(self.satisfied, self.dissatisfied, self.over - self.scored)
        lower, upper = silence.design_free_interval(all_of_them)
        return float(lower), float(upper)


def asked_whom(snapshot: Snapshot, filters: Filters) -> tuple[str, ...]:
    """Whose evaluations the register holds, the one meant by the selection first."""
    known = [whom for whom in WHOM if snapshot.coverage.get(f"evaluation_{whom}")]
    first = evaluation_target(snapshot, filters)
    return tuple(sorted(known, key=lambda whom: whom != first))


def heard(snapshot: Snapshot, filters: Filters, whom: str) -> Heard:
    """The whole selection."""
    chosen = replace(seen(filters, snapshot), evaluation_target=whom)
    frame = _needs(_counted(snapshot, chosen, ()), snapshot, chosen)
    row = frame.row(0, named=True)
    return Heard(
        satisfied=row["content"],
        dissatisfied=row["dissatisfied"],
        evaluated=row["evaluated"],
        expired=row["expired"],
        still_open=row["open"],
        unscored=row["evaluated"] - row["content"] - row["dissatisfied"],
        participation_target=row["participation_target"],
        satisfaction_target=row["satisfaction_target"],
        needed_participation=row["needed_participation"],
        needed_satisfaction=row["needed_satisfaction"],
        is_open_participation=bool(row["open_participation"]),
        is_open_satisfaction=bool(row["open_satisfaction"]),
        affordable=row["affordable"],
        smallest=chosen.rule_set.small_sample,
        about_all=silence_said.bounds(
            row["content"],
            row["dissatisfied"],
            row["evaluated"] + row["expired"],
            row["expired"],
            chosen.rule_set.small_sample,
        ),
        sentences=_sentences(row, with_silence=_counts_silence(chosen)),
    )


def _counts_silence(filters: Filters) -> bool:
    return filters.convention == "silence_is_satisfied"


def _sentences(row: dict[str, Any], *, with_silence: bool) -> tuple[Text, ...]:
    """What the targets still take, each in the convention chosen."""
    heard_goal, content_goal = row["participation_target"], row["satisfaction_target"]
    took_part, scored = _took_part(row), _scored(row, with_silence=with_silence)
    apart = _scored(row, with_silence=False)
    said: list[Text | None] = []
    if heard_goal is not None:
        said.append(silence_said.participation_needed(took_part, heard_goal))
    if content_goal is not None:
        said.append(silence_said.satisfaction_needed(scored, content_goal, with_silence=with_silence))
        if heard_goal is not None:
            said.append(silence_said.both_targets(apart, heard_goal, content_goal, with_silence=with_silence))
        said.append(silence_said.chance(apart, content_goal, with_silence=with_silence))
        if not with_silence:  # else the silent are counted already
            said.append(silence_said.silent_needed(apart, content_goal))
    return tuple(each for each in said if each)


def _took_part(counts: Mapping[str, Any]) -> silence.Evaluations:
    """Everybody evaluated; without a score one has taken part too."""
    rest = counts["evaluated"] - counts["content"]
    return silence.evaluations(counts["content"], rest, counts["expired"], counts["open"])


def _scored(counts: Mapping[str, Any], *, with_silence: bool) -> silence.Evaluations:
    """Those the satisfaction rate is made of; where silence counts as satisfied, the silent are among the satisfied."""
    apart = silence.evaluations(counts["content"], counts["dissatisfied"], counts["expired"], counts["open"])
    return silence_said.as_counted(apart) if with_silence else apart


def by_group(snapshot: Snapshot, filters: Filters, whom: str, dimension: str) -> View:
    """Participation beside satisfaction, by place or office, widest gap first.

    Cohort: end of the evaluation window. Windows that have not ended are in `open` where the period reaches the as-of
    day or the last whole month before it, wherever they end.

    Returns:
        One row a group: the counts of `satisfaction_components`; zh, en; participation (A/(A+X)), participation_lower,
        participation_upper; satisfaction (S/(S+D)), with_silence ((S+X)/(S+D+X)); value: the one of the chosen
        convention, value_lower, value_upper (Wilson); gap (value − participation); lower_bound (S/(A+X)), upper_bound
        (1 − D/(A+X)); small (fewer than the small sample heard or silent); participation_target, satisfaction_target;
        needed_participation, open_participation, needed_satisfaction, open_satisfaction, affordable (whole numbers, as
        in `Heard`, those on satisfaction in the chosen convention).
        Order: small last, then gap.
    """
    chosen = replace(seen(filters, snapshot), evaluation_target=whom)
    each = measure("satisfaction_rate")
    reason = why_not(each, snapshot, chosen)
    if reason:
        empty = pl.DataFrame(schema={"value": pl.Float64})
        return made(snapshot, chosen, empty, NAMES, (dimension,), None, (reason_text(each, snapshot, reason, chosen),))
    frame = _counted(snapshot, chosen, (dimension,)).filter(pl.col("asked") > 0)
    unnamed = int(frame.filter(pl.col(dimension) == "")["asked"].sum())
    frame = named(frame.filter(pl.col(dimension) != ""), snapshot, dimension)
    frame = _needs(_shares(frame, chosen), snapshot, chosen, dimension)
    frame = frame.sort("small", "gap", descending=[False, True], nulls_last=True, maintain_order=True)
    notes = items_unnamed(unnamed)
    if not frame.height:
        notes = (reason_text(each, snapshot, "no_cases", chosen),)
    return made(
        snapshot, chosen, frame, NAMES, (dimension,), _widest(frame, title(each, chosen)), notes, methods=METHODS
    )


def widest(snapshot: Snapshot, filters: Filters, whom: str, dimension: str, most: int = MOST_ROWS) -> View:
    """The rows of `by_group` that a picture has room for."""
    view = by_group(snapshot, filters, whom, dimension)
    hidden = view.frame.height - most
    if hidden <= 0:
        return view
    note = others_below(hidden)
    return replace(view, frame=view.frame.head(most), notes=(note, *view.notes))


def bounds(snapshot: Snapshot, filters: Filters, whom: str, dimension: str) -> View:
    """The same rows in the same order; the finding says what the silence leaves open for the whole selection."""
    view = widest(snapshot, filters, whom, dimension)
    if not view.frame.height:
        return view
    return replace(view, finding=heard(snapshot, filters, whom).about_all)


def headline(snapshot: Snapshot, filters: Filters, whom: str) -> Text:
    """Both shares, and which of the two targets they miss."""
    chosen = replace(seen(filters, snapshot), evaluation_target=whom)
    reason = why_not(measure("satisfaction_rate"), snapshot, chosen)
    if reason:
        return reason_text(measure("satisfaction_rate"), snapshot, reason, chosen)
    found = heard(snapshot, filters, whom)
    if found.participation is None:
        return reason_text(measure("participation_rate"), snapshot, "no_cases", chosen)
    if found.over < found.smallest:
        few = share_words(found.evaluated, found.over, found.smallest)
        return Text(f"参评率{few.zh}", f"Participation: {few.en}")
    rated = found.rated(chosen.convention)
    value = rated.value if rated.denominator >= found.smallest else None
    participation = _beside(found.participation, found.participation_target)
    few = share_words(rated.numerator, rated.denominator, found.smallest)
    satisfaction = (few.zh, few.en) if value is None else _beside(value, found.satisfaction_target)
    convention = CONVENTIONS[chosen.convention]
    said = Text(
        f"参评率 {participation[0]}，满意率 {satisfaction[0]}（{convention.zh}）",
        f"Participation {participation[1]}, satisfaction {satisfaction[1]} ({convention.en})",
    )
    return _against_targets(said, found, value)


def _beside(share: float, target: float | None) -> tuple[str, str]:
    return both(wording.per_cent, share) if target is None else both(wording.beside, share, target)


def _against_targets(said: Text, found: Heard, value: float | None) -> Text:
    pairs = [
        (share, goal)
        for share, goal in (
            (found.participation, found.participation_target),
            (value, found.satisfaction_target),
        )
        if share is not None and goal is not None
    ]
    if len(pairs) < 2:
        return said
    missed = [round(share, 9) < goal for share, goal in pairs]
    clauses = {
        (True, True): Text("均低于目标", "both below target"),
        (True, False): Text("参评率低于目标", "participation below target"),
        (False, True): Text("满意率低于目标", "satisfaction below target"),
        (False, False): Text("均达到目标", "both on target"),
    }
    clause = clauses[missed[0], missed[1]]
    return Text(f"{said.zh}，{clause.zh}", f"{said.en}: {clause.en}")


def _counted(snapshot: Snapshot, filters: Filters, by: tuple[str, ...]) -> pl.DataFrame:
    """Components of the period; those still open wherever their window ends, if the period reaches up to now."""
    frame = satisfaction_components(snapshot, by, filters)
    if not reaches_now(filters, filters.as_of or snapshot.as_of):
        return frame
    everything = satisfaction_components(snapshot, by, replace(filters, start=None, end=None)).select(*by, "open")
    if by:
        joined = frame.drop("open").join(everything, on=by, how="full", coalesce=True, maintain_order="left_right")
    else:
        joined = frame.drop("open").hstack(everything)
    filled = joined.with_columns(pl.col(name).fill_null(0) for name in COUNTS if name != "asked")
    return filled.with_columns(asked=pl.col("evaluated") + pl.col("expired") + pl.col("open")).select(*by, *COUNTS)


def reaches_now(filters: Filters, as_of: date) -> bool:
    """Whether the period reaches the as-of day or at least the last whole month before it."""
    return filters.end is None or filters.end >= month_start(as_of) - timedelta(days=1)


def _shares(frame: pl.DataFrame, filters: Filters) -> pl.DataFrame:
    over, scored = pl.col("evaluated") + pl.col("expired"), pl.col("content") + pl.col("dissatisfied")
    silent = _counts_silence(filters)
    lower, upper = wilson(frame["evaluated"].to_numpy(), (frame["evaluated"] + frame["expired"]).to_numpy())
    counted = frame["expired"].to_numpy() if silent else 0
    limits = wilson(
        frame["content"].to_numpy() + counted, (frame["content"] + frame["dissatisfied"]).to_numpy() + counted
    )
    return frame.with_columns(
        participation=_ratio(pl.col("evaluated"), over),
        participation_lower=pl.Series(lower).fill_nan(None),
        participation_upper=pl.Series(upper).fill_nan(None),
        value_lower=pl.Series(limits[0]).fill_nan(None),
        value_upper=pl.Series(limits[1]).fill_nan(None),
        satisfaction=_ratio(pl.col("content"), scored),
        with_silence=_ratio(pl.col("content") + pl.col("expired"), scored + pl.col("expired")),
        lower_bound=_ratio(pl.col("content"), over),
        upper_bound=_ratio(over - pl.col("dissatisfied"), over),
        small=over < filters.rule_set.small_sample,
    ).with_columns(value=pl.col("with_silence" if silent else "satisfaction")).with_columns(
        gap=pl.col("value") - pl.col("participation")
    )  # fmt: skip


def _ratio(above: pl.Expr, below: pl.Expr) -> pl.Expr:
    return pl.when(below > 0).then(above / below)


def _needs(frame: pl.DataFrame, snapshot: Snapshot, filters: Filters, dimension: str | None = None) -> pl.DataFrame:
    """What the targets still take, in whole numbers (`queries.stats.silence`); of each group to its own target."""
    heard_goals, content_goals = (
        [goal(snapshot, name, filters)] * frame.height
        if dimension is None
        else goal_of_each(snapshot, name, filters, frame[dimension])
        for name in NAMES
    )
    numbers = {name: frame[name].to_numpy() for name in COUNTS}
    took_part, scored = _took_part(numbers), _scored(numbers, with_silence=_counts_silence(filters))
    heard_needs = {each: silence.needed_for_participation(took_part, each) for each in _set(heard_goals)}
    content_needs = {each: silence.needed_for_satisfaction(scored, each) for each in _set(content_goals)}
    # a target of 0 % bears any number
    spare = {each: silence.dissatisfied_affordable(scored, each) for each in _set(content_goals) if each > 0}
    return frame.with_columns(
        pl.Series("participation_target", heard_goals, pl.Float64),
        pl.Series("satisfaction_target", content_goals, pl.Float64),
        _of_each("needed_participation", heard_goals, {each: need.count for each, need in heard_needs.items()}),
        _of_each("open_participation", heard_goals, {each: need.is_feasible for each, need in heard_needs.items()}),
        _of_each("needed_satisfaction", content_goals, {each: need.count for each, need in content_needs.items()}),
        _of_each("open_satisfaction", content_goals, {each: need.is_feasible for each, need in content_needs.items()}),
        _of_each("affordable", content_goals, spare),
    )


def _set(goals: Sequence[float | None]) -> set[float]:
    return {each for each in goals if each is not None}


def _of_each(
    name: str, goals: Sequence[float | None], found: Mapping[float, silence.Integers | silence.Flags]
) -> pl.Series:
    """What was found of each row at its own target; null where none was."""
    values = [None if each is None or each not in found else found[each][row].item() for row, each in enumerate(goals)]
    return pl.Series(name, values, pl.Boolean if name.startswith("open") else pl.Int64)


def _widest(frame: pl.DataFrame, rate: Text) -> Text:
    """The widest gap between satisfaction (`rate` is its name) and participation, or that there is none."""
    comparable = frame.filter(~pl.col("small") & pl.col("gap").is_not_null()) if frame.height else frame
    if not comparable.height:
        return Text("样本不足，无法比较", "Too few evaluations to compare")
    first = comparable.row(0, named=True)
    if round(first["gap"], 3) <= 0:
        return Text("各单位满意率都不高于参评率", "Satisfaction is nowhere above participation")
    # as shown: gaps printed as one number are one gap, and none of them is the widest alone
    tied = comparable.filter(pl.col("gap").round(3) == round(first["gap"], 3))
    if tied.height > 1:
        return _tied(tied, comparable.height)
    value, heard_share = both(wording.per_cent, first["value"]), both(wording.per_cent, first["participation"])
    goal = first["participation_target"]
    few = first["participation"] < (0.5 if goal is None else goal)  # "only" where most were not heard, or too few
    said = Text(
        f"{first['zh']}：{rate.zh} {value[0]}，参评率{'只有' if few else ''} {heard_share[0]}",
        f"{first['en']}: {rate.en} {value[1]}, {'but only ' if few else ''}{heard_share[1]} took part",
    )
    return said if comparable.height == 1 else Text(f"差距最大的是{said.zh}", f"Widest gap, {said.en}")


def _tied(tied: pl.DataFrame, of: int) -> Text:
    """Several groups share the widest gap: their names and the gap, none of them before the others."""
    gap = both(wording.points, tied["gap"][0])
    if tied.height == of:
        return in_both("各单位满意率都比参评率高{gap}", "Satisfaction is {gap} above participation everywhere", gap=gap)
    names = [wording.listing(tied[language].to_list(), language) for language in ("zh", "en")]
    return in_both(
        "差距最大的是{names}：满意率比参评率高{gap}",
        "Widest gaps: {names}, satisfaction {gap} above participation",
        names=(names[0], names[1]), gap=gap,
    )  # fmt: skip


SHARES = ("participation", "satisfaction", "with_silence")
TABLE = (
    "participation",
    "heard",
    "reach_heard",
    "needed_heard",
    "open",
    "satisfaction",
    "with_silence",
    "reach_content",
    "needed_content",
    "affordable",
)
"""Columns of `table` after the name."""


def table(view: View, language: str) -> pl.DataFrame:
    """The rows of `by_group` for reading: name, then TABLE, SHARES in per cent; without a target no needs.

    Needs are in words, because none needed, some needed and out of reach are different things.

    Of too few items a share is none. heard: counts behind the participation; reach_heard, reach_content: intervals of
    participation and of the satisfaction rate in the chosen convention; open: still to be evaluated; needed_heard,
    needed_content: further evaluations, further satisfied ones; affordable: further dissatisfied ones the target bears.
    """
    rows = view.frame
    records = rows.to_dicts()
    without = {"participation_target": ["needed_heard"], "satisfaction_target": ["needed_content", "affordable"]}
    spare = {name for goal, names in without.items() if rows[goal].is_null().all() for name in names}
    if rows["affordable"].is_null().all():
        spare.add("affordable")
    enough = pl.when(~pl.col("small"))
    return rows.select(
        pl.col(language).alias("name"),
        enough.then(pl.col("participation") * 100).alias("participation"),
        pl.Series(
            "heard", [wording.fraction(r["evaluated"], r["evaluated"] + r["expired"], language) for r in records]
        ),
        pl.Series("reach_heard", [_reach(r, "participation", language) for r in records], pl.String),
        pl.Series("needed_heard", [_need_words(r, "participation")(language) for r in records], pl.String),
        "open",
        enough.then(pl.col("satisfaction") * 100).alias("satisfaction"),
        enough.then(pl.col("with_silence") * 100).alias("with_silence"),
        pl.Series("reach_content", [_reach(r, "value", language) for r in records], pl.String),
        pl.Series("needed_content", [_need_words(r, "satisfaction")(language) for r in records], pl.String),
        pl.when(pl.col("affordable") >= 0).then("affordable").alias("affordable"),
    ).drop(spare)


def _reach(row: dict[str, Any], share: str, language: str) -> str:
    if row["small"]:
        return TOO_FEW(language)
    return wording.interval(row[f"{share}_lower"], row[f"{share}_upper"], language)


def _need_words(row: dict[str, int | None], share: str) -> Text:
    needed = row[f"needed_{share}"]
    nobody = not row["asked"] if share == "participation" else not (row["content"] or row["dissatisfied"])
    if needed is None or nobody:
        return Text(wording.MISSING, wording.MISSING)
    if needed == silence.IMPOSSIBLE:
        return Text("无法达到", "out of reach")
    if needed == 0:
        return Text("已达到", "reached")
    if row[f"open_{share}"]:
        return Text(f"还需{needed}件", f"{needed} more")
    return Text(f"缺{needed}件，已无法达到", f"{needed} short, out of reach")
