"""Groups side by side. A dot and its interval say what a rank hides: who can be told apart at all."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import polars as pl

from dashboard.charts import FOOT, Style, escape, figure, goal_line, goals, own_goals, shared
from dashboard.charts.sketch import Sketch
from dashboard.charts.time_series import share_axis
from queries import wording
from queries.views import View

ROW, TALL_ROW = 18, 36  # CSS pixels a row; twelve short rows fit the overview on a laptop screen
ROOM = 62  # CSS pixels above and below the rows
LEAST = 180
SHARE_WIDTH, LETTER = 58, 6.6  # CSS pixels of a printed share, of a letter of the counts
LONGEST_NAME, LONGEST_SMALL = 10, 12  # Chinese characters of a line, of one in small type; the hover has the whole name
ROWS_OF_TWO_LINES = 15  # in a narrow picture that is high, as on an upright screen
TWO_LINES_EACH = 42  # CSS pixels a row that keep names of two lines apart
TWO_LINES = 30  # CSS pixels a row from which on a long name takes two lines


def interval_dots(view: View, style: Style) -> Sketch:
    """Each group as a dot with its 95 % interval, the whole as a line; share and counts printed at the right.

    A narrow one gives long names two lines and, up to ROWS_OF_TWO_LINES groups, prints the counts under the share; with
    more it leaves them out.

    Expects columns zh, en, value, lower, upper, numerator, denominator, band, worse, and where there is one overall and
    target (a line where all rows share it, else a mark on each row); first row on top. A click gives the key of its
    group (`customdata[0]`).
    """
    return _dots(view, style, ROW)


def tall_interval_dots(view: View, style: Style) -> Sketch:
    """`interval_dots` with more room a row, for a page where it is the main figure."""
    return _dots(view, style, TALL_ROW)


def _dots(view: View, style: Style, height: int) -> Sketch:
    rows = view.frame.filter(pl.col("value").is_not_null())
    places = list(range(rows.height))[::-1]
    fig = figure(max(LEAST, height * rows.height + ROOM))
    records = rows.to_dicts()
    letters = max((len(_words(row, style)[1].encode("gb18030")) for row in records), default=0)
    is_below = style.narrow and rows.height <= ROWS_OF_TWO_LINES
    counts = 0 if style.narrow else LETTER * letters + 6
    beyond = max(LETTER * letters - SHARE_WIDTH, 0) if is_below else 0  # counts that are wider than a share
    for row, place in zip(records, places, strict=True):
        _printed(fig, row, place, style, SHARE_WIDTH + 6 + counts + beyond, is_below=is_below)
    whole, target = shared(rows, "overall"), goals(rows, "target")
    _lines(fig, whole, target.common, rows_span(rows.height), style)
    # an interval that says nothing must not squeeze the others: small groups do not stretch the axis
    ample = rows.filter(pl.col("band") != "small") if (rows["band"] != "small").any() else rows
    ends = [name for name in ("lower", "upper", "wide_lower", "wide_upper") if name in ample.columns]
    reach = [share for name in ends for share in ample[name].drop_nulls().to_list()]
    reach += [*target.known, *([] if whole is None else [whole])]
    axis = share_axis(reach)
    if "wide_lower" in rows.columns:
        _wide_intervals(fig, records, places, style)
    _intervals(fig, records, places, style)
    _marks(fig, [row | {"shown": _within(row, axis)} for row in records], places, style, view.by[0] if view.by else "")
    fig.update_layout(
        # three to five labels: more of them touch on a phone
        xaxis=axis | {"showgrid": True, "gridcolor": style.palette.grid, "dtick": _step(axis), "tickangle": 0},
        yaxis=name_axis(rows[style.language].to_list(), places, style, TWO_LINES if style.narrow else height),
        margin={"t": 22, "b": FOOT, "r": 10 + SHARE_WIDTH + counts + beyond},
        meta={"spare": counts},  # the counts, which a phone leaves out
    )
    own_goals(fig, style, target.own, places)
    return fig


def _step(axis: dict[str, Any]) -> float:
    """From one label of an axis of shares to the next."""
    low, high = axis["range"]
    return next((step for step in (0.01, 0.02, 0.05, 0.1, 0.2) if (high - low) / step <= 4), 0.25)


def name_axis(names: Sequence[str], places: Sequence[int], style: Style, row: int) -> dict[str, Any]:
    """A vertical axis with the name of each row, `row` CSS pixels high; first row on top."""
    return {
        "tickvals": list(places),
        "ticktext": [_label(name, row) for name in names],
        "range": rows_span(len(names)),
        "showgrid": False,
        "ticklabelstandoff": 8,
        "tickfont": {"color": style.palette.ink, "size": 13},
    }


def rows_span(count: int) -> list[float]:
    """The range of a vertical axis of rows numbered from 0."""
    return [-0.7, count - 0.3]


def _label(name: str, row: int) -> str:
    lines = in_two_lines(name) if row >= TWO_LINES else (shortened(name, LONGEST_SMALL),)
    text = "<br>".join(escape(line) for line in lines)
    return text if len(lines) == 1 and _fits(lines[0]) else f'<span style="font-size:12px">{text}</span>'


def in_two_lines(name: str) -> tuple[str, ...]:
    """A long name in two lines as even as its words and brackets allow; what is longer still is shortened."""
    if _fits(name):
        return (name,)
    cuts = [at for at in range(1, len(name)) if _fits(name[:at].rstrip())]
    ends = [at for at in cuts if name[at - 1] in " ·、" or name[at] in "(（"] or cuts[-1:]
    at = min(ends, key=lambda at: max(_room(name[:at]), _room(name[at:])))
    return name[:at].rstrip(" ·"), shortened(name[at:].strip(" ·"))


def _room(name: str) -> int:
    """The width of a name; a Latin letter takes half the room of a Chinese one."""
    return len(name.encode("gb18030"))


def _fits(name: str, longest: int = LONGEST_NAME) -> bool:
    return _room(name) <= 2 * longest


def row_height(names: Sequence[str], low: int) -> int:
    """CSS pixels a row needs: more where a name takes two lines, and more again where its neighbour does too."""
    if all(map(_fits, names)):
        return low
    crowded = any(not _fits(one) and not _fits(other) for one, other in pairwise(names))
    return max(low, TWO_LINES_EACH if crowded else TWO_LINES)


def shortened(name: str, longest: int = LONGEST_NAME) -> str:
    """A name that leaves room for the figure."""
    if _fits(name, longest):
        return name
    while _room(name) > 2 * (longest - 1):
        name = name[:-1]
    return name.rstrip() + "…"


def _intervals(fig: Sketch, rows: Sequence[dict[str, Any]], places: Sequence[int], style: Style) -> None:
    """The intervals, one trace a colour: fewer traces are drawn faster."""
    for kind in dict.fromkeys(_line_of(row, style) for row in rows):
        x: list[float | None] = []
        y: list[int | None] = []
        for row, place in zip(rows, places, strict=True):
            if _line_of(row, style) == kind:
                x += [row["lower"], row["upper"], None]
                y += [place, place, None]
        fig.add_scatter(x=x, y=y, mode="lines", line={"color": kind[0], "width": kind[1]}, hoverinfo="skip")


def _wide_intervals(fig: Sketch, rows: Sequence[dict[str, Any]], places: Sequence[int], style: Style) -> None:
    """Thin lines: the limits where the items of a group are not independent."""
    x: list[float | None] = []
    y: list[int | None] = []
    for row, place in zip(rows, places, strict=True):
        if row["band"] != "small":
            x += [row["wide_lower"], row["wide_upper"], None]
            y += [place, place, None]
    fig.add_scatter(x=x, y=y, mode="lines", line={"color": style.palette.neutral, "width": 0.8}, hoverinfo="skip")


def _line_of(row: dict[str, Any], style: Style) -> tuple[str, float]:
    """Colour and width of an interval; one that says little is drawn so."""
    return (style.palette.faint, 1.5) if row["band"] == "small" else (colour_of(row, style), 2)


def _marks(fig: Sketch, rows: Sequence[dict[str, Any]], places: Sequence[int], style: Style, key: str) -> None:
    colours = [colour_of(row, style) for row in rows]
    small = [row["band"] == "small" for row in rows]
    fig.add_scatter(
        x=[row["value"] if row["shown"] else None for row in rows],
        y=list(places),
        mode="markers",
        marker={
            "size": [9 if few else 10 for few in small],
            "color": [style.palette.background if few else colour for few, colour in zip(small, colours, strict=True)],
            "line": {"color": colours, "width": 2},
            "symbol": ["diamond" if row["worse"] else "circle" for row in rows],
            "opacity": 1,
        },
        cliponaxis=False,
        # a click is an event, not a state: nothing fades
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        customdata=[[row.get(key), escape(row[style.language]), *_words(row, style)] for row in rows],
        hovertemplate="<b>%{customdata[1]}</b> %{customdata[2]}<br>%{customdata[3]}<br>%{customdata[4]}"
        "<br>%{customdata[5]}<extra></extra>",
    )


def _within(row: dict[str, Any], axis: dict[str, Any]) -> bool:
    low, high = axis["range"]
    return bool(low <= row["value"] <= high)


def colour_of(row: dict[str, Any], style: Style) -> str:
    """Amber for a signal, blue for the other difference, grey for none."""
    if row["worse"]:
        return style.palette.signal
    return style.palette.data if row["band"] in ("high", "low") else style.palette.neutral


def _words(row: dict[str, Any], style: Style) -> tuple[str, str, str, str]:
    language = style.language
    reach = style.words("charts.interval", reach=wording.interval(row["lower"], row["upper"], language))
    counts = wording.fraction(row["numerator"], row["denominator"], language)
    return wording.per_cent(row["value"], language), counts, reach, style.words(f"charts.band_{row['band']}")


def _printed(fig: Sketch, row: dict[str, Any], place: int, style: Style, width: float, *, is_below: bool) -> None:
    share, counts, _, _ = _words(row, style)
    muted = {"size": 12, "color": style.palette.muted}
    font: dict[str, Any] = {"size": 13}
    if row["band"] == "small":
        share, font = style.words("charts.too_few"), muted
    # in the margin, whose width is in pixels: on a narrow screen the plot shrinks, not the print
    common = {"x": 1, "xref": "paper", "y": place, "showarrow": False}
    common |= {"xanchor": "right", "xshift": width}
    if is_below:
        fig.add_annotation(yshift=8, text=share, font=font, **common)
        fig.add_annotation(yshift=-8, text=counts, font=muted, **common)
        return
    fig.add_annotation(text=share, font=font, **common | {"xshift": 6 + SHARE_WIDTH})
    if not style.narrow:
        fig.add_annotation(text=counts, font=muted, name="spare", **common)


def _lines(fig: Sketch, whole: float | None, target: float | None, span: Sequence[float], style: Style) -> None:
    """The whole as a solid line, the target dashed; their names on different sides so that they never touch."""
    left = whole is None or target is None or whole <= target
    if whole is not None:
        anchor = "center" if target is None else "right" if left else "left"
        fig.add_vline(x=whole, line={"color": style.palette.muted, "width": 1.5}, layer="below")
        said = style.words("charts.whole", share=wording.per_cent(whole, style.language))
        _named(fig, whole, said, anchor, style)
    if target is not None:
        goal_line(fig, style, target, "x", span)
        said = style.words("charts.target", share=wording.goal(target, style.language))
        _named(fig, target, said, "left" if left and whole is not None else "right", style)


def _named(fig: Sketch, share: float, text: str, anchor: str, style: Style) -> None:
    """The name of a line above it."""
    shift = {"right": 3, "left": -3, "center": 0}[anchor]
    fig.add_annotation(
        x=share,
        y=1,
        yref="paper",
        xanchor=anchor,
        xshift=shift,
        yanchor="bottom",
        showarrow=False,
        text=text,
        font={"size": 12, "color": style.palette.muted},
    )
