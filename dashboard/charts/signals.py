"""Counts beside what they usually are: the course of one signal, and every topic or place in its usual range."""

from datetime import date, timedelta
from typing import Any

from dashboard.charts import FOOT, Style, escape, figure, month_axis
from dashboard.charts.comparison import name_axis, row_height
from dashboard.charts.sketch import Sketch
from queries import wording
from queries.days import add_months, month_start
from queries.views import View

COURSE_HEIGHT = 158  # CSS pixels
ROW = 22  # CSS pixels a group
ROOM, UNIT = 48, 26  # CSS pixels above and below the rows, of the name of the axis
TITLE = 17  # CSS pixels more below a plot for the name of its axis
PRINTED = 74  # CSS pixels at the right for the figures
THICK = 8  # CSS pixels of a usual range
MARK_ROOM = timedelta(days=6)  # for the right half of the newest mark


def course(view: View, style: Style) -> Sketch:
    """Items of four weeks as a line over the usual range as a band; the newest, which was judged, as an amber diamond.

    Expects columns day, numerator, expected, lower, upper; oldest first.
    """
    rows = view.frame.to_dicts()
    days: list[date] = [row["day"] for row in rows]
    newest, palette = rows[-1], style.palette
    fig = figure(COURSE_HEIGHT, margin={"l": 8, "r": 74, "t": 12, "b": 8})
    fig.add_shape(
        type="rect", xref="x", x0=days[0], x1=days[-1], y0=newest["lower"], y1=newest["upper"],
        fillcolor=palette.band, line={"width": 0}, layer="below",
    )  # fmt: skip
    fig.add_shape(
        type="line", x0=days[0], x1=days[-1], y0=newest["expected"], y1=newest["expected"],
        line={"color": palette.neutral, "width": 1, "dash": "dot"}, layer="below",
    )  # fmt: skip
    words, language = style.words, style.language
    fig.add_scatter(
        x=days,
        y=[row["numerator"] for row in rows],
        mode="lines",
        line={"color": palette.data, "width": 2},
        customdata=[[wording.day(row["day"], language), wording.items(row["numerator"], language)] for row in rows],
        hovertemplate=f"{words('charts.four_weeks_to', day='%{customdata[0]}')}<br>%{{customdata[1]}}<extra></extra>",
    )
    fig.add_scatter(
        x=[newest["day"]], y=[newest["numerator"]], mode="markers", hoverinfo="skip", cliponaxis=False,
        marker={"symbol": "diamond", "size": 11, "color": palette.signal},
    )  # fmt: skip
    for height, text, colour in (
        (newest["numerator"], f"<b>{wording.items(newest['numerator'], language)}</b>", palette.ink),
        (newest["upper"], words("charts.usually_to", most=wording.number(newest["upper"], language)), palette.muted),
    ):
        fig.add_annotation(
            x=newest["day"], y=height, xanchor="left", xshift=9, text=text, showarrow=False,
            font={"size": 12, "color": colour},
        )  # fmt: skip
    top = max(row["numerator"] for row in rows)
    months = sorted({month_start(day) for day in days} - {month_start(days[0])}) or [month_start(days[0])]
    axis = month_axis(months, style)
    # a label stands for a month that has begun
    end = min(days[-1] + MARK_ROOM, add_months(month_start(days[-1]), 1) - timedelta(days=1))
    fig.update_layout(
        xaxis=axis | {"range": [days[0].isoformat(), end.isoformat()]},
        yaxis={"range": [0, max(top, newest["upper"]) * 1.12], "nticks": 4, "tickformat": ",d"},
    )
    return fig


def against_usual(view: View, style: Style) -> Sketch:
    """Each group's items of the four weeks as a dot over its usual range as a bar; beyond it, an amber diamond.

    Square-root axis, so that small groups can be read beside large ones. Expects columns of
    `queries.views.signals.topics_now`, first group on top.
    """
    rows = view.frame.to_dicts()
    palette, language = style.palette, style.language
    places = list(range(len(rows)))[::-1]
    names = [row[language] for row in rows]
    height = row_height(names, ROW)
    fig = figure(height * len(rows) + ROOM + UNIT)
    for row, place in zip(rows, places, strict=True):
        fig.add_shape(
            type="line", x0=root(row["lower"]), x1=root(row["upper"]), y0=place, y1=place,
            line={"color": palette.faint, "width": THICK}, layer="below",
        )  # fmt: skip
    fig.add_scatter(
        x=[root(row["expected"]) for row in rows], y=places, mode="markers", hoverinfo="skip",
        marker={"symbol": "line-ns", "size": 9, "line": {"color": palette.neutral, "width": 2}},
    )  # fmt: skip
    fig.add_scatter(
        x=[root(row["numerator"]) for row in rows],
        y=places,
        mode="markers",
        cliponaxis=False,
        marker={
            "opacity": 1,
            "symbol": ["diamond" if row["is_signal"] else "circle" for row in rows],
            "size": [12 if row["is_signal"] else 9 for row in rows],
            "color": [palette.signal if row["is_signal"] else palette.data for row in rows],
        },
        customdata=[[escape(row[language]), _hover(row, style)] for row in rows],
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    )
    for row, place in zip(rows, places, strict=True):
        usual = f'<span style="color:{palette.muted}"> / {usual_words(row["expected"], language)}</span>'
        fig.add_annotation(
            x=1, xref="paper", xanchor="right", xshift=PRINTED, y=place, showarrow=False, align="right",
            text=f"<b>{wording.number(row['numerator'], language)}</b>{usual}",
            font={"size": 12, "color": palette.ink},
        )  # fmt: skip
    most = max((max(row["numerator"], row["upper"]) for row in rows), default=1)
    fig.update_layout(
        xaxis={
            "range": [-root(most) * 0.03, root(most) * 1.03],
            "tickvals": [root(tick) for tick in ticks(most)],
            "ticktext": [wording.number(tick, language) for tick in ticks(most)],
            "tickangle": 0,
            "title": {"text": style.words("charts.signals_axis"), "standoff": 8},
            "showgrid": True,
        },
        yaxis=name_axis(names, places, style, height),
        margin={"t": 8, "b": FOOT + TITLE, "r": PRINTED + 8},
    )
    return fig


def ticks(most: float) -> list[int]:
    """Counts that are written under the axis: those up to `most` whose labels have room."""
    known = [tick for tick in (0, 1, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000) if tick <= most]
    return [tick for tick in known if tick == known[-1] or root(tick) == 0 or _clear(tick, known, most)]


def root(value: float) -> float:
    """The place of a count on the axis."""
    return float(max(value, 0.0) ** 0.5)


def _clear(tick: int, ticks: list[int], most: float) -> bool:
    """Whether a tick's label has room before the next one."""
    following = [other for other in ticks if other > tick]
    return not following or root(following[0]) - root(tick) >= root(most) / 6


def usual_words(expected: float, language: str) -> str:
    """An expected count, with a decimal where it is small."""
    return wording.number(expected, language, 1 if expected < 10 else 0)


def _hover(row: dict[str, Any], style: Style) -> str:
    words, language = style.words, style.language
    return words(
        "charts.seen_and_usual",
        seen=wording.items(row["numerator"], language),
        usual=usual_words(row["expected"], language),
        lower=wording.number(row["lower"], language),
        upper=wording.number(row["upper"], language),
    )
