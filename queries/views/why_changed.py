"""From the number published to today's in one sentence: what each reason contributed, adding up as shown."""

from fractions import Fraction
from functools import partial

from queries import wording
from queries.stats.change import Change, Figure, Reason, half_up, rounded_parts
from queries.views.parts import both, in_both
from queries.vocabulary import Text

TENTH_OF_A_POINT = Fraction(1, 1000)  # the last digit of a change shown in percentage points
REASONS = {
    Reason.LATE: Text("补登", "late registrations"),
    Reason.CORRECTED: Text("更正", "corrections"),
    Reason.RULES: Text("口径变化", "other rules"),
    Reason.REAL: Text("实际变化", "real change"),
}
_MOVED = {
    "up": Text("由{before}到{now}，上升{size}：", "From {before} to {now}, up {size}: "),
    "down": Text("由{before}到{now}，下降{size}：", "From {before} to {now}, down {size}: "),
    "same": Text("由{before}到{now}，合计未变：", "From {before} to {now}, no change in sum: "),
    "hardly": Text("由{before}到{now}，合计几乎未变：", "From {before} to {now}, hardly any change in sum: "),
}


def why_changed(change: Change) -> Text:
    """From the number published to today's, and what each reason contributed; the parts shown add up as shown."""
    is_share = change.now.denominator is not None
    before, after = _shown(change.published), _shown(change.now)
    if not any(part.effect for part in change.parts):
        return in_both("仍为{now}，没有变化。", "Still {now}, nothing changed.", now=_written(change.now))
    listed = parts_shown(change)
    told = [
        (REASONS[part.reason], both(partial(signed, listed[part.reason], part.effect, is_share)))
        for part in change.parts
    ]
    moved = "up" if after > before else "down"
    words = _MOVED[moved if after != before else "same" if change.difference == 0 else "hardly"]
    size = after - before
    return in_both(
        words.zh + "，".join(f"{name.zh} {effect[0]}" for name, effect in told) + "。",
        words.en + ", ".join(f"{name.en} {effect[1]}" for name, effect in told) + ".",
        before=_written(change.published),
        now=_written(change.now),
        size=both(wording.points, float(size)) if is_share else both(wording.number, abs(int(size))),
    )


def parts_shown(change: Change) -> dict[Reason, Fraction]:
    """By reason, its effect rounded as shown: the parts add up from figure to figure, the restated one between too."""
    unit = Fraction(1) if change.now.denominator is None else TENTH_OF_A_POINT
    before, after = _shown(change.published), _shown(change.now)
    effects = [part.effect for part in change.parts]
    if change.restated.value is None:
        listed = rounded_parts(effects, after - before, unit)
    else:
        between = _shown(change.restated)
        listed = [*rounded_parts(effects[:-1], between - before, unit), after - between]
    return {part.reason: shown for part, shown in zip(change.parts, listed, strict=True)}


def signed(shown: float | Fraction, exact: float | Fraction, is_share: bool, language: str) -> str:
    """An effect as shown, with its sign: +0.3 (percentage points), −2 (items); +0.0 where it is small, 0 for none."""
    if exact == 0 and shown == 0:
        return "0"
    size = abs(float(shown))
    return wording.sign(shown or exact) + (
        wording.number(size * 100, language, 1) if is_share else wording.number(size, language)
    )


def _shown(figure: Figure) -> Fraction:
    """A figure as its sentence shows it: whole cases, or percent with one decimal."""
    if figure.value is None:
        raise ValueError("A rate of no cases cannot be compared.")
    if figure.denominator is None:
        return figure.value
    return half_up(figure.value / TENTH_OF_A_POINT) * TENTH_OF_A_POINT


def _written(figure: Figure) -> tuple[str, str]:
    if figure.denominator is None:
        return both(wording.number, figure.numerator)
    share, counts = float(_shown(figure)), (figure.numerator, figure.denominator)
    return (
        f"{wording.number(share * 100, 'zh', 1)}%（{wording.fraction(*counts, 'zh')}）",
        f"{wording.number(share * 100, 'en', 1)}% ({wording.fraction(*counts, 'en')})",
    )
