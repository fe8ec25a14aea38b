"""Whatever was asked, drawn so that it can be read: dots, pairs, lines with their band, small multiples, heat."""

from collections.abc import Sequence
from datetime import timedelta
from math import ceil
from typing import Any

import polars as pl

from dashboard.charts import Style, escape, figure, month_axis
from dashboard.charts.comparison import interval_dots, name_axis, shortened, tall_interval_dots
from dashboard.charts.sketch import Sketch
from dashboard.charts.time_series import share_axis
from queries import wording
from queries.dimensions import GRAINS
from queries.measures import Count, Measure, Ratio
from queries.views import View
from queries.views.beside import difference_words
from queries.views.explore import counts_words, figure_words, limits_words

HEIGHT = 300  # CSS pixels
ROW = 30  # CSS pixels of a group
ROOM = 62
PANEL = 132  # CSS pixels of a small chart
TALL_UP_TO = 14  # groups with more room a row
ACROSS = 4  # small charts side by side
PHONE_COLUMNS = 4  # columns with room for print on a phone
PRINT_WIDTH = 118  # CSS pixels at the right


def drawing(view: View, style: Style) -> Sketch:
    """The chart that suits the view (`explore_drawing.kind`, recognised by what the view holds)."""
    axes = view.by
    grains = [axis for axis in axes if axis in GRAINS]
    groups = [axis for axis in axes if axis not in GRAINS]
    if not groups:
        return lines(view, style)
    if grains:
        return multiples(view, style)
    if len(groups) == 2:
        return heat(view, style)
    if "then_value" in view.frame.columns:
        return pairs(view, style)
    if isinstance(view.measures[0], Ratio):
        draw = tall_interval_dots if view.frame.height <= TALL_UP_TO else interval_dots
        return draw(view, style)
    return dots(view, style)


def dots(view: View, style: Style) -> Sketch:
    """Counts or days of each group as a dot on a scale from nought, the figure printed at the right."""
    rows = view.frame.filter(pl.col("value").is_not_null()).to_dicts()
    places = list(range(len(rows)))[::-1]
    fig = figure(max(180, ROW * len(rows) + ROOM))
    each, palette = view.measures[0], style.palette
    x: list[float | None] = []
    y: list[int | None] = []
    for row, place in zip(rows, places, strict=True):
        x += [0, row["value"], None]
        y += [place, place, None]
        _printed(fig, figure_words(each, row["value"], style.language), place, style, pale=row["small"])
    fig.add_scatter(x=x, y=y, mode="lines", line={"color": palette.faint, "width": 1.5}, hoverinfo="skip")
    fig.add_scatter(
        x=[row["value"] for row in rows],
        y=places,
        mode="markers",
        marker=_marker(rows, palette.data, style),
        customdata=[_hover(row, each, view, style) for row in rows],
        hovertemplate=HOVER,
        **_UNFADED,
    )
    fig.update_layout(
        xaxis={"rangemode": "tozero", "showgrid": True, "gridcolor": palette.grid, "tickangle": 0, "nticks": 6},
        yaxis=name_axis([row[style.language] for row in rows], places, style, ROW),
        margin={"t": 10, "r": PRINT_WIDTH},
    )
    return fig


def pairs(view: View, style: Style) -> Sketch:
    """Two selections of each group: the first a dot, the second an open diamond; amber or blue only beyond chance."""
    rows = view.frame.filter(pl.any_horizontal(pl.col("value", "then_value").is_not_null())).to_dicts()
    places = list(range(len(rows)))[::-1]
    each, palette = view.measures[0], style.palette
    fig = figure(max(180, ROW * len(rows) + ROOM + 16))
    x: list[float | None] = []
    y: list[int | None] = []
    for row, place in zip(rows, places, strict=True):
        if row["then_value"] is not None and row["value"] is not None:
            x += [row["then_value"], row["value"], None]
            y += [place, place, None]
        _printed(fig, _difference(row, each, style), place, style, pale=not row["signal"])
    fig.add_scatter(x=x, y=y, mode="lines", line={"color": palette.faint, "width": 5}, hoverinfo="skip")
    known = [(row, place) for row, place in zip(rows, places, strict=True) if row["then_value"] is not None]
    fig.add_scatter(
        x=[row["then_value"] for row, _ in known],
        y=[place for _, place in known],
        mode="markers",
        marker={"symbol": "diamond", "size": 10, "color": palette.background,
                "line": {"color": palette.ink, "width": 1.5}},
        customdata=[_hover(row, each, view, style) for row, _ in known],
        hovertemplate=HOVER,
        **_UNFADED,
    )  # fmt: skip
    colours = [_signal_colour(row, each, style) for row in rows]
    fig.add_scatter(
        x=[row["value"] for row in rows],
        y=places,
        mode="markers",
        marker={"size": 10, "color": [palette.background if row["small"] else colour
                                      for row, colour in zip(rows, colours, strict=True)],
                "line": {"color": colours, "width": 2}},
        customdata=[_hover(row, each, view, style) for row in rows],
        hovertemplate=HOVER,
        **_UNFADED,
    )  # fmt: skip
    values = [value for row in rows for value in (row["value"], row["then_value"]) if value is not None]
    axis = share_axis(values) | {"dtick": None} if isinstance(each, Ratio) else {"rangemode": "tozero", "nticks": 6}
    fig.update_layout(
        xaxis=axis | {"showgrid": True, "gridcolor": palette.grid, "tickangle": 0},
        yaxis=name_axis([row[style.language] for row in rows], places, style, ROW),
        margin={"t": 30, "r": PRINT_WIDTH},
    )
    _legend(fig, [("●", palette.neutral, rows[0][f"name_{style.language}"]),
                  ("◇", palette.ink, rows[0][f"then_{style.language}"])] if rows else [])  # fmt: skip
    return fig


def lines(view: View, style: Style) -> Sketch:
    """One measure step by step with its 95 % band, the other selection as a grey line; an open step is hollow."""
    grain = view.by[0]
    rows = view.frame.sort(grain)
    each, palette = view.measures[0], style.palette
    fig = figure(HEIGHT)
    days = _days(rows, grain)
    _band(fig, rows, days, style)
    if "then_value" in rows.columns:
        fig.add_scatter(
            x=days, y=rows["then_value"].to_list(), mode="lines", line={"color": palette.neutral, "width": 1.5,
            "dash": "dash"}, hoverinfo="skip",
        )  # fmt: skip
        _legend(fig, [("●", palette.data, rows[f"name_{style.language}"][0]),
                      ("- -", palette.neutral, rows[f"then_{style.language}"][0])])  # fmt: skip
    records = rows.to_dicts()
    fig.add_scatter(
        x=days,
        y=rows["value"].to_list(),
        mode="lines+markers",
        line={"color": palette.data, "width": 2},
        marker={"size": 7, "line": {"color": palette.data, "width": 2},
                "color": [palette.data if row["complete"] and not row["small"] else palette.background
                          for row in records]},
        customdata=[_hover(row, each, view, style) for row in records],
        hovertemplate=HOVER,
        **_UNFADED,
    )  # fmt: skip
    fig.update_layout(xaxis=_time_axis(rows, grain, style), yaxis=_value_axis(view, rows))
    return fig


def multiples(view: View, style: Style) -> Sketch:
    """A small chart a group, all on one scale, so that shapes and levels can be compared at a glance."""
    grain = next(axis for axis in view.by if axis in GRAINS)
    groups = [axis for axis in view.by if axis not in GRAINS]
    panels = view.frame.partition_by(groups, maintain_order=True)
    across = min(ACROSS, max(len(panels), 1))
    down = ceil(len(panels) / across) or 1
    fig = figure(PANEL * down + 30)
    shown = pl.concat(panels) if panels else view.frame
    for place, panel in enumerate(panels):
        _panel(fig, panel.sort(grain), place, across, down, grain, view, style)
    axis = _value_axis(view, shown)
    ends = [shown[grain].min(), shown[grain].max()] if shown.height else []
    for place in range(len(panels)):
        column, row = place % across, place // across
        suffix = "" if place == 0 else str(place + 1)
        width, height = 1 / across, 1 / down
        fig.update_layout(**{
            f"xaxis{suffix}": _bare_time(ends, grain, place + across >= len(panels), first=column == 0) | {
                "domain": [column * width + (0.012 if column else 0), (column + 1) * width - 0.012],
                "anchor": f"y{suffix}"},
            f"yaxis{suffix}": axis | {
                "domain": [1 - (row + 0.84) * height, 1 - (row + 0.2) * height],
                "anchor": f"x{suffix}", "showticklabels": column == 0, "nticks": 3, "dtick": None},
        })  # fmt: skip
    fig.update_layout(margin={"t": 4, "b": 22})
    return fig


def _panel(
    fig: Sketch, rows: pl.DataFrame, place: int, across: int, down: int, grain: str, view: View, style: Style
) -> None:
    suffix = "" if place == 0 else str(place + 1)
    at = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
    days, palette, each = _days(rows, grain), style.palette, view.measures[0]
    records = rows.to_dicts()
    _band(fig, rows, days, style, **at)
    if "then_value" in rows.columns:
        fig.add_scatter(x=days, y=rows["then_value"].to_list(), mode="lines", hoverinfo="skip",
                        line={"color": palette.neutral, "width": 1, "dash": "dash"}, **at)  # fmt: skip
    elif rows["overall"][0] is not None and isinstance(each, Ratio):
        fig.add_scatter(x=[days[0], days[-1]], y=[rows["overall"][0]] * 2, mode="lines", hoverinfo="skip",
                        line={"color": palette.neutral, "width": 1}, **at)  # fmt: skip
    fig.add_scatter(
        x=days, y=rows["value"].to_list(), mode="lines+markers", line={"color": palette.data, "width": 1.5},
        marker={"size": 4, "color": [palette.data if row["complete"] and not row["small"] else palette.background
                                     for row in records], "line": {"color": palette.data, "width": 1}},
        customdata=[_hover(row, each, view, style) for row in records], hovertemplate=HOVER, **at, **_UNFADED,
    )  # fmt: skip
    names = [rows[style.language][0], *([rows[f"across_{style.language}"][0]] if "across_zh" in rows.columns else [])]
    fig.add_annotation(
        text=f"<b>{escape(shortened(' · '.join(names)))}</b>", x=(place % across) / across, xref="paper",
        xanchor="left", y=1 - (place // across) / down, yref="paper", yanchor="top", showarrow=False,
        font={"size": 12.5},
    )  # fmt: skip


def heat(view: View, style: Style) -> Sketch:
    """Two breakdowns: a cell each, five steps of one blue, the figure printed; few items are left blank.

    With another selection the difference is printed, and only one beyond chance has a colour: amber the unwanted, blue
    the wanted direction.
    """
    language = style.language
    names = view.frame[language].unique(maintain_order=True).to_list()
    across = _others_last(view.frame, f"across_{language}", view.by[1])
    records = view.frame.to_dicts()
    column = {name: at for at, name in enumerate(across)}
    line = {name: at for at, name in enumerate(reversed(names))}
    each, palette = view.measures[0], style.palette
    fig = figure(max(180, 28 * len(names) + 70))
    shades = palette.tints
    compared = "then_value" in view.frame.columns
    colours = [palette.band, palette.signal_tint, shades[2]] if compared else [palette.band, *shades]
    grid: list[list[int | None]] = [[None] * len(across) for _ in names]
    for row in records:
        y, x = line[row[language]], column[row[f"across_{language}"]]
        step = _standing(row, each) if compared else row["step"] or 0
        grid[y][x] = step
        ink = palette.ink if step else palette.muted
        text = short_difference(each, row, style) if compared else _short(each, row, style)
        fig.add_annotation(x=x, y=y, showarrow=False, text=text, font={"size": 12, "color": ink}, name="spare")
    most = len(colours)
    scale = [[edge, colours[at]] for at in range(most) for edge in (at / most, (at + 1) / most)]
    fig.add_heatmap(
        z=grid, x=list(range(len(across))), y=list(range(len(names))), zmin=-0.5, zmax=most - 0.5, colorscale=scale,
        showscale=False, xgap=2, ygap=2, hoverinfo="skip",
    )  # fmt: skip
    # a click on a cell is one on a mark nobody sees: Streamlit hears of marks only
    fig.add_scatter(
        x=[column[row[f"across_{language}"]] for row in records],
        y=[line[row[language]] for row in records],
        mode="markers",
        marker={"size": 26, "symbol": "square", "color": "rgba(0,0,0,0)"},
        customdata=[_hover(row, each, view, style) for row in records],
        hovertemplate=HOVER,
    )
    fig.update_layout(
        xaxis={"tickvals": list(range(len(across))), "ticktext": [_broken(name) for name in across],
               "side": "top", "tickangle": 0, "showgrid": False, "ticks": ""},
        yaxis={"tickvals": list(range(len(names))), "ticktext": [escape(shortened(name)) for name in reversed(names)],
               "showgrid": False, "ticks": "", "ticklabelstandoff": 6, "tickfont": {"color": palette.ink, "size": 13}},
        margin={"t": 8},
    )  # fmt: skip
    if len(across) > PHONE_COLUMNS:
        fig.update_layout(meta={"upright": [escape(shortened(name)) for name in across]})
    return fig


HOVER = "<b>%{customdata[1]}</b> %{customdata[2]}<br>%{customdata[3]}<br>%{customdata[4]}<extra></extra>"
_UNFADED: dict[str, Any] = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}


def _others_last(frame: pl.DataFrame, label: str, axis: str) -> list[str]:
    keys = frame.select(axis, label).unique(maintain_order=True)
    return [*keys.filter(pl.col(axis) != "__others__")[label], *keys.filter(pl.col(axis) == "__others__")[label]]


def _short(each: Measure, row: dict[str, Any], style: Style) -> str:
    if row["small"] or row["value"] is None:
        return "·"
    if isinstance(each, Ratio):
        return wording.number(row["value"] * 100, style.language, 1)
    return wording.number(
        row["value"], style.language, 0 if row["value"] >= 100 or float(row["value"]).is_integer() else 1
    )


def short_difference(each: Measure, row: dict[str, Any], style: Style) -> str:
    """A difference in a narrow cell: its sign and size, in points of a share, with an arrow beyond chance."""
    if row["small"] or row["difference"] is None:
        return "·"
    size = row["difference"] * 100 if isinstance(each, Ratio) else row["difference"]
    arrow = {1: "↑", -1: "↓"}.get(row["signal"] or 0, "")
    if isinstance(each, Count):
        return arrow + wording.signed(round(size))
    return arrow + wording.signed_tenths(size, style.language)


def _standing(row: dict[str, Any], each: Measure) -> int:
    """0: within chance or not judged, 1: beyond chance in the unwanted direction, 2: in the wanted or any other one."""
    if not row["signal"] or row["small"]:
        return 0
    return 1 if row["signal"] * each.unwanted > 0 else 2


def _broken(name: str) -> str:
    """A heading over a narrow column: short lines, the last one cut where it would be a third."""
    if name.isascii():
        parts = [part[:11] for part in name.replace(" and ", " & ").split()]
        return "<br>".join(escape(part) for part in parts[:3])
    width = 4 if len(name) > 5 else 5
    return "<br>".join(escape(name[at : at + width]) for at in range(0, min(len(name), 3 * width), width))


def _hover(row: dict[str, Any], each: Measure, view: View, style: Style) -> list[str]:
    """The keys of a mark as one text, its name, its figure, its counts, its interval or the other selection."""
    language = style.language
    names = []
    for axis in view.by:
        if axis in GRAINS:
            names.append(wording.step(row[axis], axis, language))
    names = [*(row[name] for name in (language, f"across_{language}") if name in row), *names]
    keys = "\n".join(f"{axis}={_key(row[axis])}" for axis in view.by)
    last = []
    if reach := limits_words(each, row, language):
        last.append(style.words("charts.interval", reach=reach))
    if row.get("then_value") is not None:
        last.append(f"{escape(row[f'then_{language}'])} {figure_words(each, row['then_value'], language)}")
    figure_said = style.words("charts.too_few") if row["small"] else figure_words(each, row["value"], language)
    if not row["complete"]:
        figure_said += style.words("explore.open_step")
    return [keys, escape(" · ".join(names)), figure_said, counts_words(each, row, language), "<br>".join(last)]


def _key(value: Any) -> str:
    return value if isinstance(value, str) else str(value.isoformat())


def _difference(row: dict[str, Any], each: Measure, style: Style) -> str:
    if row["difference"] is None or row["small"]:
        return wording.MISSING
    arrow = {1: "↑ ", -1: "↓ "}.get(row["signal"] or 0, "")
    return arrow + difference_words(each, row["difference"], style.language)


def _signal_colour(row: dict[str, Any], each: Measure, style: Style) -> str:
    if not row["signal"]:
        return style.palette.neutral
    return style.palette.signal if row["signal"] * each.unwanted > 0 else style.palette.data


def _marker(rows: Sequence[dict[str, Any]], colour: str, style: Style) -> dict[str, Any]:
    return {
        "size": 10,
        "color": [style.palette.background if row["small"] else colour for row in rows],
        "line": {"color": colour, "width": 2},
    }


def _printed(fig: Sketch, text: str, place: int, style: Style, *, pale: bool) -> None:
    font = {"size": 12, "color": style.palette.muted} if pale else {"size": 13}
    fig.add_annotation(
        x=1, xref="paper", xanchor="right", xshift=PRINT_WIDTH - 8, y=place, showarrow=False, text=text, font=font
    )


def _legend(fig: Sketch, entries: Sequence[tuple[str, str, str]]) -> None:
    text = "    ".join(f'<span style="color:{colour}">{mark}</span> {escape(name)}' for mark, colour, name in entries)
    fig.add_annotation(
        x=0, xref="paper", xanchor="left", y=1, yref="paper", yanchor="bottom", yshift=6, showarrow=False, text=text
    )
    fig.update_layout(margin={"t": 30})


def _band(fig: Sketch, rows: pl.DataFrame, days: list[str], style: Style, **at: str) -> None:
    if rows["lower"].is_null().all():
        return
    for name, fill in (("upper", None), ("lower", "tonexty")):
        fig.add_scatter(
            x=days, y=rows[name].to_list(), mode="lines", line={"color": style.palette.band, "width": 0.5}, fill=fill,
            fillcolor=style.palette.band, hoverinfo="skip", **at,
        )  # fmt: skip


def _days(rows: pl.DataFrame, grain: str) -> list[str]:
    return [day.isoformat() for day in rows[grain].to_list()]


def _value_axis(view: View, rows: pl.DataFrame) -> dict[str, Any]:
    columns = [name for name in ("value", "then_value") if name in rows.columns]
    values = [value for name in columns for value in rows[name].drop_nulls().to_list()]
    if isinstance(view.measures[0], Ratio):
        return share_axis(values)
    return {"range": [0, 1.08 * max(values, default=1.0) or 1.0], "nticks": 5}


def _time_axis(rows: pl.DataFrame, grain: str, style: Style) -> dict[str, Any]:
    days = rows[grain].to_list()
    if grain in ("month", "week"):
        return month_axis(days, style)
    step = max(1, ceil(len(days) / 9))
    shown = days[::step]
    return {"type": "date", "tickvals": [day.isoformat() for day in shown], "tickangle": 0,
            "ticktext": [wording.step(day, grain, style.language) for day in shown]}  # fmt: skip


def _bare_time(ends: Sequence[Any], grain: str, labelled: bool, *, first: bool) -> dict[str, Any]:
    """A time axis of a small chart: its two ends only, under the lowest charts, the beginning under the first."""
    if len(ends) < 2 or ends[0] is None:
        return {"showticklabels": False}
    room = max((ends[1] - ends[0]) / 24, timedelta(days=1))  # for the marks at both ends
    texts = [f"{day.year % 100:02d}-{day.month:02d}" if grain != "year" else str(day.year) for day in ends]
    if not first:  # on a phone it would stand on the end of the chart beside it
        texts[0] = ""
    reach = [(ends[0] - room).isoformat(), (ends[1] + room).isoformat()]
    return {"type": "date", "range": reach, "tickvals": [day.isoformat() for day in ends], "ticktext": texts,
            "tickangle": 0, "showticklabels": labelled, "showgrid": False, "tickfont": {"size": 11}}  # fmt: skip
