"""Charts: functions from a view and a style to a figure. This module holds what they share.

A chart draws; it does not count. Positions, titles and formats come from the view. Blue and grey carry data, amber
only a statistically supported signal, red only a statutory breach, and every colour is doubled by a shape or a word
(UX.md §5). No figure has more than 300 marks or 40 KB.
"""

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from functools import cache
from typing import Any, Literal

import plotly.graph_objects as go
import polars as pl
from plotly.io.json import to_json_plotly

from dashboard.charts.columns import in_columns
from dashboard.charts.sketch import Sketch
from dashboard.i18n import Words
from queries import wording
from queries.days import add_months, month_start
from queries.views import View

FONTS = (
    "'Source Sans', 'HarmonyOS Sans SC', 'Source Han Sans SC', 'Noto Sans CJK SC', 'Microsoft YaHei', "
    "'PingFang SC', sans-serif"
)


@dataclass(frozen=True)
class Palette:
    """Colours by meaning; contrast against the background and colour-blind distance are in UX.md §5.

    Attributes:
        shades: five steps of one blue from pale to strong, for areas and cells.
        tints: five steps that are all pale enough for figures in our ink, `signal_tint` their amber.
    """

    background: str
    ink: str
    muted: str
    data: str
    faint: str
    neutral: str
    signal: str
    breach: str
    third: str
    band: str
    grid: str
    shades: tuple[str, ...]
    tints: tuple[str, ...]
    signal_tint: str

    @property
    def colours(self) -> tuple[str, ...]:
        """Every colour, in the same order for every palette."""
        return tuple(each for value in astuple(self) for each in ([value] if isinstance(value, str) else value))


LIGHT = Palette(
    background="#FFFFFF",
    ink="#0C131C",
    muted="#5B6775",
    data="#1B5A9E",
    faint="#C9D3DE",
    neutral="#8A96A5",
    signal="#C77700",
    breach="#B3261E",
    third="#0F7B6C",
    band="#E9EDF2",
    grid="#E3E8EE",
    shades=("#E4EDF7", "#B9D0E8", "#84ABD3", "#3D74AE", "#164C86"),
    tints=("#F0F5FA", "#DBE8F4", "#BFD6EC", "#9DC0E2", "#78A9D5"),
    signal_tint="#F4D3A2",
)
DARK = Palette(
    background="#0B1726",
    ink="#EAF1F8",
    muted="#A9BBCD",
    data="#5AA9F0",
    faint="#34495F",
    neutral="#7F93A8",
    signal="#F5B14C",
    breach="#FF8A80",
    third="#4DB6A6",
    band="#182C45",
    grid="#22364E",
    shades=("#16304D", "#1F4A78", "#2F6BA8", "#5A9ADB", "#A3CDF5"),
    tints=("#10233B", "#17324F", "#1E4167", "#275380", "#31669B"),
    signal_tint="#6B4A14",
)


@dataclass(frozen=True)
class Style:
    """In which language, on which background and in how much room a chart is drawn.

    Attributes:
        narrow: about 350 pixels wide instead of 600 and more: fewer labels, shorter words.
        fills: it takes the height of its place, so that how high its rows are is not known.
    """

    language: str
    dark: bool = False
    narrow: bool = False
    fills: bool = False

    @property
    def palette(self) -> Palette:
        """The colours."""
        return DARK if self.dark else LIGHT

    @property
    def words(self) -> Words:
        """The words of the interface."""
        return Words(self.language)


Chart = Callable[[View, Style], Sketch]


@cache
def template(dark: bool) -> go.layout.Template:
    """Type, colours and axes common to all figures."""
    palette = DARK if dark else LIGHT
    axis = {
        "automargin": True,
        "gridcolor": palette.grid,
        "showline": False,
        "tickfont": {"color": palette.muted, "size": 13},
        "ticklabeloverflow": "allow",  # the margins make room for labels: to look for those beyond takes time
        "title": {"font": {"color": palette.muted, "size": 13}},
        "zeroline": False,
        "fixedrange": True,
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONTS, "size": 13, "color": palette.ink},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": [palette.data, palette.neutral, palette.third],
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "xaxis": axis | {"showgrid": False, "ticklabelstandoff": 4},
            "yaxis": axis,
            "showlegend": False,
            "minreducedwidth": 40,  # CSS pixels of a plot on a phone: what is printed beside it is not cut off
            "clickmode": "event",
            "hovermode": "closest",
            "dragmode": False,
            "hoverlabel": {
                "bgcolor": palette.background,
                "bordercolor": palette.neutral,
                "font": {"family": FONTS, "size": 13, "color": palette.ink},
                "align": "left",
            },
            "bargap": 0.35,
        },
    )


def figure(height: int, **layout: Any) -> Sketch:
    """An empty figure, `height` CSS pixels high; it is drawn with our `template`."""
    return Sketch(height=height, **layout)


@dataclass(frozen=True)
class Drawing:
    """A figure as a browser takes it.

    Attributes:
        text: JSON of `data` and `layout`, without the template, which all figures share (`template`).
        height: CSS pixels.
    """

    text: str
    height: int


def as_drawing(fig: Sketch, style: Style) -> Drawing:
    """What is sent of a figure."""
    drawn = fig.to_dict()
    layout = drawn["layout"] if style.fills else in_columns(drawn["layout"])
    return Drawing(to_json_plotly({**drawn, "layout": layout}), fig.height)


FOOT = 30  # CSS pixels below a plot with one line of labels, by which the height of its rows is known
FEW_MONTHS = 4  # fit a phone
LAST_DAY = 24  # of the last month that is drawn: room for its mark, none for the label of the next


def month_axis(months: list[date], style: Style) -> dict[str, Any]:
    """Settings of a date axis over months: as many labels as fit the width it is drawn at, each a month, with its year.

    Few months are all named, since Plotly would cut them into weeks.
    """
    if not months:
        return {"type": "date", "tickvals": [], "ticktext": []}
    first, last = month_start(months[0]), month_start(months[-1])
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    few = {"tickvals": [add_months(first, offset).isoformat() for offset in range(count)]}
    return {
        "type": "date",
        "tickformat": style.words("charts.month_tick"),  # the second line stands where the year changes
        **(few if count <= FEW_MONTHS else {}),
        "range": [add_months(first, -1).replace(day=16).isoformat(), last.replace(day=LAST_DAY).isoformat()],
        "ticks": "",
        "tickangle": 0,
    }


def halo(style: Style) -> str:
    """A shadow in the colour of the ground, by which print stays legible over lines."""
    return ", ".join(["0 0 3px " + style.palette.background] * 4)


def escape(text: str) -> str:
    """A label from the register as plain text: Plotly reads tags in its labels."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shared(rows: pl.DataFrame, column: str) -> float | None:
    """The value that all rows share; None where they differ, as with groups held to targets of their own."""
    values = rows[column].unique().to_list() if column in rows.columns else []
    return values[0] if len(values) == 1 else None


@dataclass(frozen=True)
class Goals:
    """What the rows of a chart are held against.

    Attributes:
        common: the one target of all rows: a line across them.
        own: the target of each row where they differ, None where a row has none: a mark on the row.
    """

    common: float | None
    own: tuple[float | None, ...]

    @property
    def known(self) -> list[float]:
        """All that are drawn, for an axis that reaches them."""
        return [goal for goal in (self.common, *self.own) if goal is not None]

    @property
    def has_own(self) -> bool:
        """Whether any row has a target of its own."""
        return any(goal is not None for goal in self.own)


def goals(rows: pl.DataFrame, column: str) -> Goals:
    """The target all rows share, or the target of each row; neither where the view has no such column."""
    common = shared(rows, column)
    if common is not None or column not in rows.columns:
        return Goals(common, (None,) * rows.height)
    return Goals(None, tuple(rows[column].to_list()))


def own_goals(
    fig: Sketch,
    style: Style,
    goals: Sequence[float | None],
    places: Sequence[float],
    word: str = "charts.target",
    key: str = "charts.own_target",
) -> None:
    """A short upright line across each row at the target of its own; nothing where no row has one.

    Args:
        word: what a pointer reads on a line. key: what the lines are, above the print beside the rows; "" where a
            legend says it.
    """
    known = [(goal, place) for goal, place in zip(goals, places, strict=True) if goal is not None]
    if not known:
        return
    fig.add_scatter(
        x=[goal for goal, _ in known],
        y=[place for _, place in known],
        mode="markers",
        marker={"symbol": "line-ns", "size": 16, "line": {"color": style.palette.ink, "width": 2}},
        customdata=[style.words(word, share=wording.goal(goal, style.language)) for goal, _ in known],
        hovertemplate="%{customdata}<extra></extra>",
        cliponaxis=False,
    )
    if key:
        end: dict[str, Any] = {"xanchor": "right", "xshift": 60} if style.narrow else {"xanchor": "left", "xshift": 8}
        fig.add_annotation(
            **end, name="own", x=1, xref="paper", y=1, yref="paper", yanchor="bottom", showarrow=False,
            text=f'<span style="color:{style.palette.ink}">❙</span> {style.words(key)}',
            font={"size": 12, "color": style.palette.muted},
        )  # fmt: skip


def goal_line(
    fig: Sketch, style: Style, goal: float, axis: Literal["x", "y"], span: Sequence[Any], width: float = 1.75
) -> None:
    """A target as a dashed line across the plot, under the data; where it meets a line of the grid, only it is seen.

    Args:
        axis: on which the target is measured.
        span: range of the other axis.
    """
    across = {"x": "y", "y": "x"}[axis]
    # Plotly puts a shape between grid and data only where both its ends are named in values of the axes
    place = {f"{axis}0": goal, f"{axis}1": goal, f"{across}0": span[0], f"{across}1": span[1], "xref": "x", "yref": "y"}
    ground = {"color": style.palette.background, "width": 4}
    for line in (ground, {"color": style.palette.muted, "width": width, "dash": "dash"}):
        fig.add_shape(type="line", **place, line=line, layer="between")


SQUARE, LEGEND_LINE = 11, 20  # CSS pixels of a square of the legend, of a line of it


def swatches(
    fig: Sketch, style: Style, entries: Sequence[tuple[str, str]], step: int, in_a_line: int | None = None
) -> None:
    """A legend of shades below the plot: squares of a colour and what each means, which needs 30 pixels of margin.

    Args:
        entries: colour and words of each.
        step: CSS pixels from one entry to the next.
        in_a_line: entries before a further line begins, each LEGEND_LINE pixels lower.
    """
    for place, (colour, name) in enumerate(entries):
        line, column = divmod(place, in_a_line or len(entries))
        left, top = column * step, -10 - line * LEGEND_LINE
        fig.add_shape(
            type="rect", xref="paper", xsizemode="pixel", xanchor=0, x0=left, x1=left + SQUARE, yref="paper",
            ysizemode="pixel", yanchor=0, y0=top - SQUARE, y1=top, fillcolor=colour,
            line={"width": 1, "color": style.palette.neutral},
        )  # fmt: skip
        fig.add_annotation(
            x=0, xref="paper", xanchor="left", xshift=left + SQUARE + 1, y=0, yref="paper", yanchor="middle",
            yshift=top - SQUARE / 2, showarrow=False, text=name, font={"size": 12, "color": style.palette.muted},
        )  # fmt: skip
