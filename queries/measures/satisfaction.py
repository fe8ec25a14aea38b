"""What petitioners say: how many were heard, how many are satisfied, under both conventions on silence.

An evaluation counts from the day it was given, whether or not its window still runs; silence counts once the window
has ended. So A (evaluated), X (expired silent) and O (open) always add up to all evaluations asked for.
"""

import narwhals as nw

from queries.coding import code, codes
from queries.measures import Basis, Cohort, Ratio, Zones
from queries.measures.needs import EVALUATION, SCORE
from queries.measures.terms import PER_CENT, always, known
from queries.vocabulary import Text


def evaluated(basis: Basis) -> nw.Expr:
    """Evaluated by the as-of day."""
    given = nw.coalesce(nw.col("evaluated_day"), nw.col("registered_day"))
    return (nw.col("status") == code("evaluation_status", "evaluated")) & (given <= basis.as_of)


def expired(basis: Basis) -> nw.Expr:
    """The window ended without an evaluation; without a window, the status says so."""
    ended = nw.col("window_day") <= basis.as_of
    stated = nw.col("window_day").is_null() & (nw.col("status") == code("evaluation_status", "expired"))
    return (known(ended) | stated) & ~evaluated(basis)


def satisfied(basis: Basis) -> nw.Expr:
    """Evaluated as satisfied or basically satisfied."""
    return evaluated(basis) & nw.col("score").is_in(codes("score", "satisfied", "basically_satisfied"))


def asked_and_over(basis: Basis) -> nw.Expr:
    """Evaluated, or expired in silence."""
    return always(basis) & (evaluated(basis) | expired(basis))


def _heard(basis: Basis) -> nw.Expr:
    return asked_and_over(basis) if basis.convention == "silence_is_satisfied" else always(basis) & evaluated(basis)


def _content(basis: Basis) -> nw.Expr:
    return satisfied(basis) | expired(basis) if basis.convention == "silence_is_satisfied" else satisfied(basis)


def _score_missing(basis: Basis) -> nw.Expr:
    return evaluated(basis) & (nw.col("score") == 0)


def _window_day(basis: Basis) -> nw.Expr:
    return nw.coalesce(nw.col("window_day"), nw.col("evaluated_day"), nw.col("registered_day"))


def _window_span(basis: Basis, zones: Zones) -> tuple[int | None, int | None]:
    days = [zones(column) for column in ("window_day", "evaluated_day", "registered_day")]
    lows, highs = [low for low, _ in days if low is not None], [high for _, high in days if high is not None]
    return min(lows, default=None), max(highs, default=None)


WINDOW_END = Cohort("window_end", Text("评价截止日期", "end of the evaluation window"), _window_day, _window_span)

MEASURES = (
    Ratio(
        name="participation_rate",
        label=Text("参评率", "Participation rate"),
        meaning=Text("已评价 ÷（已评价 + 逾期未评）", "evaluated ÷ (evaluated + expired without evaluation)"),
        table="evaluations",
        cohort=WINDOW_END,
        uses=(EVALUATION,),
        unit=PER_CENT,
        better="higher",
        source="DOMAIN §3",
        numerator=evaluated,
        denominator=asked_and_over,
    ),
    Ratio(
        name="satisfaction_rate",
        label=Text("满意率", "Satisfaction rate"),
        meaning=Text(
            "（满意 + 基本满意）÷ 已评价；“未评视为满意”时逾期未评同时计入分子和分母",
            "(satisfied + basically satisfied) ÷ evaluated; where silence counts as satisfied, expired ones enter both",
        ),
        table="evaluations",
        cohort=WINDOW_END,
        uses=(EVALUATION, SCORE),
        unit=PER_CENT,
        better="higher",
        source="DOMAIN §3",
        numerator=_content,
        denominator=_heard,
        unknown=_score_missing,
    ),
)
