"""Shares month by month. Use for "is it going up or down?"; a month that has not ended is open and dotted."""

from collections.abc import Sequence
from typing import Any

import polars as pl
from scipy.optimize import isotonic_regression

from dashboard.charts import Style, escape, figure, goal_line, halo, month_axis
from dashboard.charts.sketch import Sketch
from queries import wording
from queries.views import View

HEIGHT = 264  # CSS pixels: with a row of figures above it fits a laptop screen
NARROW_HEIGHT = 216
MONTHS_ROOM = 46  # CSS pixels below a plot, for its months
LEAST_PLOT = 100  # CSS pixels a plot is high where it has least room
LINE_ROOM = 16  # CSS pixels a line of words needs
HIGHEST = 1.005  # share at which an axis ends: a mark at 100 % stays whole
LEAST_SPAN = 0.025  # of an axis of shares: two of its labels are seen, however alike the shares
LABEL_SHIFT, LABEL_HALF = 15, 9  # CSS pixels from a mark to the middle of what is printed by it, half its height
LABEL_ROOM = 26  # CSS pixels from a mark to the top of what is printed above it


def monthly_share(view: View, style: Style) -> Sketch:
    """One share by month, its mean as a thin line, the newest whole month printed.

    Expects columns month, value, numerator, denominator, lower, upper, complete, mean.
    """
    rows = _begun(view.frame)
    fig = figure(HEIGHT)
    _mean(fig, rows, style)
    _line(fig, rows, style, style.palette.data, view.measures[0].label(style.language))
    _axes(fig, rows, style)
    _named(fig, rows, style)
    return fig


def controlled_share(view: View, style: Style) -> Sketch:
    """`monthly_share` with the natural limits as a band, months beyond ordinary variation as amber diamonds.

    The mean is a step where limits were drawn anew, the target a dashed line; months mostly within special periods
    stand on a shaded ground, months with context events have a mark at the foot.

    Expects the columns of `control.controlled`; without limits it is `monthly_share`.
    """
    if "towards" not in view.frame.columns:
        return monthly_share(view, style)
    rows = _begun(view.frame)
    fig = figure(HEIGHT)
    _limits(fig, rows, style)
    _special_months(fig, rows, style)
    _means(fig, rows, style)
    _target(fig, rows, style)
    _line(fig, rows, style, style.palette.data, view.measures[0].label(style.language))
    _special_causes(fig, rows, style)
    _axes(fig, rows, style)
    limits = rows.filter("complete").select("limit_lower", "limit_upper")
    shown = [rows["value"], *limits, rows["target"]]
    values = [value for column in shown for value in column.drop_nulls().to_list()]
    axis = _count_axis(values) if _counts(rows) else share_axis(values)
    _events(fig, rows, axis["range"][0], style)
    fig.update_layout(
        yaxis=axis,
        xaxis=month_axis(rows["month"].to_list(), style),
    )
    _named(fig, rows, style)
    return fig


def narrow_controlled_share(view: View, style: Style) -> Sketch:
    """`controlled_share` for a card beside the main figure."""
    return controlled_share(view, style).update_layout(height=NARROW_HEIGHT)


def monthly_shares(view: View, style: Style) -> Sketch:
    """Two shares by month, each named above, with the target of the first.

    Expects the columns of `monthly_share`, measure and target.
    """
    fig = figure(HEIGHT)
    colours = (style.palette.data, style.palette.neutral)
    for each, colour in zip(view.measures, colours, strict=False):
        rows = view.frame.filter(pl.col("measure") == each.name).sort("month")
        _line(fig, rows, style, colour, each.label(style.language))
    _axes(fig, view.frame, style)
    months = sorted(set(view.frame["month"].to_list()))
    leading = view.frame.filter(pl.col("measure") == view.measures[0].name)
    goal = next(iter(leading["target"].drop_nulls().to_list()), None)
    if goal is not None:
        shown = [*view.frame["value"].drop_nulls().to_list(), goal]
        fig.update_layout(yaxis=share_axis(shown))
        goal_line(fig, style, goal, "y", month_axis(months, style)["range"])
        _beside(fig, goal, style.words("charts.target", share=wording.goal(goal, style.language)), style)
    _names(fig, view, style, colours)
    return fig


def _begun(frame: pl.DataFrame) -> pl.DataFrame:
    """The months in their order, from the first that has a value on; all of them where none has."""
    rows = frame.sort("month")
    first = rows["value"].is_not_null().arg_max()
    return rows[first or 0 :]


def _line(fig: Sketch, rows: pl.DataFrame, style: Style, colour: str, name: str) -> None:
    whole = rows.with_columns(pl.when("complete").then("value").alias("shown"))
    fig.add_scatter(
        x=_days(whole),
        y=whole["shown"].to_list(),
        mode="lines+markers",
        line={"color": colour, "width": 2},
        marker={"color": colour, "size": 6},
        customdata=_hover(whole, style),
        hovertemplate=f"<b>%{{customdata[0]}}</b><br>{name} %{{customdata[1]}}<extra></extra>",
        connectgaps=False,
        name=name,
    )
    _open_months(fig, rows, style, colour, name)


def _open_months(fig: Sketch, rows: pl.DataFrame, style: Style, colour: str, name: str) -> None:
    unfinished = rows.filter(~pl.col("complete") & pl.col("value").is_not_null())
    if unfinished.height == 0:
        return
    before = rows.filter(pl.col("complete") & pl.col("value").is_not_null()).tail(1)
    tail = pl.concat([before, unfinished])
    fig.add_scatter(
        x=_days(tail),
        y=tail["value"].to_list(),
        mode="lines+markers",
        line={"color": colour, "width": 2, "dash": "dot"},
        marker={
            "color": [colour] * before.height + [style.palette.background] * unfinished.height,
            "size": [6] * before.height + [9] * unfinished.height,
            "line": {"color": colour, "width": 2},
        },
        customdata=_hover(tail, style),
        hovertemplate=f"<b>%{{customdata[0]}}</b><br>{name} %{{customdata[1]}}<extra></extra>",
        name=name,
    )


def _mean(fig: Sketch, rows: pl.DataFrame, style: Style) -> None:
    mean = rows["mean"].drop_nulls()
    if len(mean) == 0:
        return
    fig.add_hline(y=mean[0], line={"color": style.palette.neutral, "width": 1})


def _named(fig: Sketch, rows: pl.DataFrame, style: Style) -> None:
    """The newest value, the newest mean and the target in words, at the right ends of their lines, none on another.

    Where a month still open follows the newest whole one, its value stands at its own mark.
    """
    named = []
    newest = rows.filter(pl.col("phase") == pl.col("phase").max()) if "phase" in rows.columns else rows
    for column, word in (("mean", "charts.mean"), ("target", "charts.target")):
        level = newest.select(pl.col(column).drop_nulls().last()).item() if column in rows.columns else None
        if level is not None:
            is_goal = column == "target" and not _counts(rows)
            said = wording.goal(level, style.language) if is_goal else _said(rows, level, style)
            named.append((level, style.words(word, share=said), _LEVEL))
    last = rows.filter("complete", pl.col("value").is_not_null()).tail(1)
    if last.height and last["month"][0] == rows.filter(pl.col("value").is_not_null())["month"][-1]:
        value = last["value"][0]
        named.append((value, f"<b>{_said(rows, value, style)}</b>", _NEWEST))
    elif last.height:
        _at_mark(fig, rows, last, style)
    low, high = fig.range_of("yaxis")
    named.sort(key=lambda each: each[0])
    heights = [level / (high - low) * LEAST_PLOT for level, *_ in named]
    for (level, text, look), height, place in zip(named, heights, _spread(heights, LINE_ROOM), strict=True):
        _beside(fig, level, text, style, place - height, look)


_LEVEL, _NEWEST = ("muted", 12), ("ink", 14)  # colour and CSS pixels of what is printed


def _spread(heights: Sequence[float], room: float) -> list[float]:
    """Ascending heights moved as little as can be, by least squares, to lie `room` apart."""
    if not heights:
        return []
    flat = isotonic_regression([height - at * room for at, height in enumerate(heights)]).x
    return [float(place) + at * room for at, place in enumerate(flat)]


def _beside(fig: Sketch, share: float, text: str, style: Style, up: float = 0, look: tuple[str, int] = _LEVEL) -> None:
    """Words at the right end of a level, `up` CSS pixels above it."""
    colour, size = look
    fig.update_layout(margin={"r": 84})
    fig.add_annotation(
        x=1, xref="paper", xanchor="left", xshift=6, y=share, yshift=up, align="left", showarrow=False, text=text,
        font={"color": getattr(style.palette, colour), "size": size},
    )  # fmt: skip


def _means(fig: Sketch, rows: pl.DataFrame, style: Style) -> None:
    """The mean of each phase over its months."""
    if rows["phase"].n_unique() == 1:
        _mean(fig, rows, style)
        return
    for part in rows.partition_by("phase", maintain_order=True):
        fig.add_scatter(
            x=_days(part), y=part["mean"].to_list(), mode="lines", hoverinfo="skip",
            line={"color": style.palette.neutral, "width": 1},
        )  # fmt: skip
        if part["phase"][0]:
            fig.add_vline(x=_days(part)[0], line={"color": style.palette.muted, "width": 1, "dash": "dot"})


def _target(fig: Sketch, rows: pl.DataFrame, style: Style) -> None:
    """The target as a dashed line over the band, which would hide a shape."""
    goal = rows["target"].drop_nulls().last()
    if goal is not None:
        fig.add_scatter(
            x=month_axis(rows["month"].to_list(), style)["range"], y=[goal, goal], mode="lines", hoverinfo="skip",
            line={"color": style.palette.ink, "width": 1.5, "dash": "dash"},
        )  # fmt: skip


def _special_months(fig: Sketch, rows: pl.DataFrame, style: Style) -> None:
    for month in rows.filter("left_out")["month"].to_list():
        middle = month.toordinal()
        fig.add_vrect(
            x0=month.fromordinal(middle - 15).isoformat(), x1=month.fromordinal(middle + 15).isoformat(),
            fillcolor=style.palette.neutral, opacity=0.25, line={"width": 0}, layer="above",
        )  # fmt: skip


def _events(fig: Sketch, rows: pl.DataFrame, foot: float, style: Style) -> None:
    marked = rows.filter(pl.col(f"event_{style.language}") != "")
    if not marked.height:
        return
    fig.add_scatter(
        x=_days(marked),
        y=[foot] * marked.height,
        mode="markers",
        marker={"symbol": "triangle-up", "size": 10, "color": style.palette.muted},
        cliponaxis=False,
        customdata=[
            [wording.month(row["month"], style.language), escape(row[f"event_{style.language}"])]
            for row in marked.iter_rows(named=True)
        ],
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    )


def _limits(fig: Sketch, rows: pl.DataFrame, style: Style) -> None:
    """The natural limits as a grey band in steps: they are wider in months with fewer items."""
    known = rows.filter(pl.col("limit_lower").is_not_null())
    days = _days(known)
    fig.add_scatter(
        x=[*days, *days[::-1]],
        y=[*known["limit_upper"].to_list(), *known["limit_lower"].to_list()[::-1]],
        mode="lines",
        line={"color": style.palette.band, "width": 1, "shape": "hvh"},
        fill="toself",
        fillcolor=style.palette.band,
        hoverinfo="skip",
    )


def _special_causes(fig: Sketch, rows: pl.DataFrame, style: Style) -> None:
    special = rows.filter(pl.col("towards") != 0)
    if special.height == 0:
        return
    fig.add_scatter(
        x=_days(special),
        y=special["value"].to_list(),
        mode="markers",
        marker={"color": style.palette.signal, "size": 11, "symbol": "diamond"},
        hoverinfo="skip",
    )


def _at_mark(fig: Sketch, rows: pl.DataFrame, last: pl.DataFrame, style: Style) -> None:
    """The value of the newest whole month by its mark."""
    low, high = fig.range_of("yaxis")
    above = _stands_above(last, (high - low) / (NARROW_HEIGHT - MONTHS_ROOM))
    if above and (high - last["value"][0]) / (high - low) * LEAST_PLOT < LABEL_ROOM / 2:
        fig.update_layout(margin={"t": LABEL_ROOM})  # at 100 % the axis ends and the print stands above the plot
    fig.add_annotation(
        x=last["month"][0].isoformat(),
        y=last["value"][0],
        xanchor="right",  # beyond the plot stand the names of the levels
        xshift=8,
        yshift=LABEL_SHIFT if above else -LABEL_SHIFT,
        showarrow=False,
        text=f"<b>{_said(rows, last['value'][0], style)}</b>",
        font={"size": 14, "shadow": halo(style)},
    )


def _stands_above(last: pl.DataFrame, pixel: float) -> bool:
    """Whether a printed value stands above its mark: away from the mean, unless only there the target strikes it out.

    Args:
        pixel: how much of the axis a CSS pixel is.
    """
    value, mean = last["value"][0], last["mean"][0]
    above = mean is None or value >= mean
    levels = [last[name][0] for name in ("mean", "target") if name in last.columns and last[name][0] is not None]

    def struck(up: bool) -> bool:
        middle = value + (LABEL_SHIFT if up else -LABEL_SHIFT) * pixel
        return any(abs(level - middle) < LABEL_HALF * pixel for level in levels)

    return not above if struck(above) and not struck(not above) else above


def _names(fig: Sketch, view: View, style: Style, colours: Sequence[str]) -> None:
    """Each line's name above the plot in the line's colour: a legend that needs no looking up."""
    text = "    ".join(
        f'<span style="color:{colour}">●</span> {each.label(style.language)}'
        for each, colour in zip(view.measures, colours, strict=False)
    )
    fig.add_annotation(
        x=0, xref="paper", xanchor="left", y=1, yref="paper", yanchor="bottom", yshift=4, showarrow=False, text=text
    )
    fig.update_layout(margin={"t": 28})


def _axes(fig: Sketch, rows: pl.DataFrame, style: Style) -> None:
    months = sorted(set(rows["month"].to_list()))
    shares = [share for share in rows["value"].to_list() if share is not None]
    fig.update_layout(xaxis=month_axis(months, style), yaxis=share_axis(shares))


def share_axis(shares: Sequence[float]) -> dict[str, Any]:
    """An axis of per cents around the shares shown; it need not start at nought, but never leaves 0 to 100 %."""
    if not shares:
        return {"range": [0, 1], "tickformat": ".0%"}
    low, high = min(shares), max(shares)
    room = max(high - low, 0.04)
    low, high = max(low - room * 0.08, 0), min(high + room * 0.2, HIGHEST)
    high = min(max(high, low + LEAST_SPAN), HIGHEST)
    low = min(low, high - LEAST_SPAN)
    step = next((step for step in (0.01, 0.02, 0.05, 0.1, 0.2) if (high - low) / step <= 5), 0.25)
    return {"range": [low, high], "tickformat": ".0%", "dtick": step, "tick0": 0}


def _counts(rows: pl.DataFrame) -> bool:
    """Whether the values are numbers of items, not shares."""
    return bool(rows["denominator"].is_null().all())


def _said(rows: pl.DataFrame, value: float, style: Style) -> str:
    return wording.number(value, style.language) if _counts(rows) else wording.per_cent(value, style.language)


def _count_axis(values: Sequence[float]) -> dict[str, Any]:
    """An axis of numbers around those shown, never below 0."""
    low, high = min(values), max(values)
    room = max(high - low, 4.0)
    ends = [max(0.0, low - room * 0.08), high + room * 0.2]
    return {"range": ends, "tickformat": ",d", "nticks": 6, "dtick": None, "tick0": None}


def _days(rows: pl.DataFrame) -> list[str]:
    return [day.isoformat() for day in rows["month"].to_list()]


def _hover(rows: pl.DataFrame, style: Style) -> list[list[str]]:
    return [[_month_words(row, style), _share_words(row, style)] for row in rows.iter_rows(named=True)]


def _month_words(row: dict[str, Any], style: Style) -> str:
    name = wording.month(row["month"], style.language)
    return name if row["complete"] else f"{name} {style.words('charts.unfinished')}"


def _share_words(row: dict[str, Any], style: Style) -> str:
    if row["value"] is None:
        return wording.MISSING
    if row["denominator"] is None:
        return "<br>".join([wording.items(row["value"], style.language), *_control_words(row, style)])
    share = wording.per_cent(row["value"], style.language)
    counts = wording.fraction(row["numerator"], row["denominator"], style.language)
    reach = wording.interval(row["lower"], row["upper"], style.language)
    lines = [share, counts, style.words("charts.interval", reach=reach), *_control_words(row, style)]
    return "<br>".join(lines)


def _control_words(row: dict[str, Any], style: Style) -> list[str]:
    """The natural limits of a month, what it is by them, and its special periods."""
    if row.get("limit_lower") is None:
        return []
    if row["denominator"] is None:
        ends = (wording.number(row[name], style.language) for name in ("limit_lower", "limit_upper"))
        reach = "–".join(ends)
    else:
        reach = wording.interval(row["limit_lower"], row["limit_upper"], style.language)
    words = [style.words("charts.natural_limits", reach=reach)]
    if row["towards"]:
        words.append(style.words(f"charts.cause_{row['cause']}_{'high' if row['towards'] > 0 else 'low'}"))
    for kind in ("special", "event"):
        if row[f"{kind}_{style.language}"]:
            words.append(escape(row[f"{kind}_{style.language}"]))
    return words
