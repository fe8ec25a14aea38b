"""How numbers are written in a sentence: rounded, but never to "none" or "all" when it is some."""

from fractions import Fraction
from math import floor

from queries.vocabulary import Text

Number = int | float | Fraction


def same(words: str) -> Text:
    """Words that are equal in both languages."""
    return Text(words, words)


def join(template: Text, **parts: Text | str | int) -> Text:
    """A template of each language filled with the parts of that language; whole numbers are written with `count`."""
    texts = {name: count(part) if isinstance(part, int) else part for name, part in parts.items()}
    zh = {name: part if isinstance(part, str) else part.zh for name, part in texts.items()}
    en = {name: part if isinstance(part, str) else part.en for name, part in texts.items()}
    return Text(template.zh.format_map(zh), template.en.format_map(en))


def count(number: int) -> Text:
    """A whole number: 3,474."""
    return same(f"{number:,}")


def counted(number: int, one: str, many: str) -> Text:
    """A whole number; in English with its noun in the singular or plural: 1 day, 2 days."""
    return join(Text("{number}", "{number} " + (one if number == 1 else many)), number=number)


def percent(share: Number, digits: int = 0) -> Text:
    """A share between 0 and 1 in percent: 78%, or "under 1%" and "over 99%" instead of a wrong 0% or 100%."""
    whole = 100 * 10**digits
    steps = half_up(share * whole)
    smallest = f"{1 / 10**digits:.{digits}f}%"
    if steps == 0 and share > 0:
        return Text(f"不到{smallest}", f"under {smallest}")
    if steps == whole and share < 1:
        largest = f"{100 - 1 / 10**digits:.{digits}f}%"
        return Text(f"超过{largest}", f"over {largest}")
    return same(f"{steps / 10**digits:.{digits}f}%")


def percent_beside(share: Number, goal: Fraction) -> Text:
    """A share in percent that stays on its side of a goal: 89.6%, not 90%, beside a goal of 90%."""
    for digits in (0, 1):
        steps = 100 * 10**digits
        shown = Fraction(half_up(share * steps), steps)
        if share == goal or (shown - goal) * (share - goal) > 0:
            return percent(share, digits)
    return join(
        Text("略低于{goal}", "just under {goal}") if share < goal else Text("略高于{goal}", "just over {goal}"),
        goal=exact_percent(goal),
    )


def exact_percent(share: Fraction) -> Text:
    """A target as it was set: 90%, 87.5%; one decimal at the most."""
    tenths = half_up(share * 1000)
    return same(f"{tenths // 10}%" if tenths % 10 == 0 else f"{tenths / 10:.1f}%")


def points(difference: Number) -> Text:
    """The size of a difference of shares in percentage points, one decimal, without its sign."""
    tenths = half_up(_size(difference) * 1000)
    if tenths == 0 and difference != 0:
        return Text("不到0.1个百分点", "under 0.1 percentage points")
    return Text(f"{tenths / 10:.1f}个百分点", f"{tenths / 10:.1f} percentage points")


def signed_points(difference: Number) -> Text:
    """A difference of shares with its sign: +0.3 and −0.2 (minus sign U+2212), 0 for none."""
    tenths = half_up(_size(difference) * 1000)
    if difference == 0:
        return same("0")
    sign = "+" if difference > 0 else "−"
    return same(f"{sign}{tenths / 10:.1f}" if tenths else f"{sign}0.0")


def decimal(number: Number, digits: int = 1) -> Text:
    """A number rounded half up to some decimals, never to 0 unless it is 0."""
    scale = 10**digits
    steps = half_up(_size(number) * scale)
    if steps == 0 and number != 0:
        smallest = f"{1 / scale:.{digits}f}"
        return Text(f"不到{smallest}", f"under {smallest}")
    return same(f"{'−' if number < 0 else ''}{steps / scale:.{digits}f}")


def between(lower: Text, upper: Text) -> Text:
    """From one to the other: 60%—98%, 60% to 98%; one number where both read alike."""
    if lower == upper:
        return Text(f"{lower.zh}左右", f"about {lower.en}")
    return join(Text("{lower}—{upper}", "{lower} to {upper}"), lower=lower, upper=upper)


def half_up(number: Number) -> int:
    """The nearest whole number, halves upwards as people round."""
    return floor(number + (Fraction(1, 2) if isinstance(number, Fraction | int) else 0.5))


def _size(number: Number) -> Number:
    return -number if number < 0 else number
