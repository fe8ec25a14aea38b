"""Places as plain polygons: a locator beside the comparison, no base map, nothing from the network."""

from typing import Any

from dashboard.charts import LEGEND_LINE, Palette, Style, escape, figure, swatches
from dashboard.charts.sketch import Sketch
from queries import wording
from queries.views import View
from queries.views.townships import Shade, shades

HEIGHT = 480  # CSS pixels
LEGEND_STEP, LEGEND_ROOM = 96, 30  # CSS pixels from one class to the next, below the shapes
IN_A_LINE = 3  # classes that a phone has room for
NAMES_UP_TO = 30  # places; with more of them names would cover the map


def places_map(view: View, style: Style) -> Sketch:
    """Each place in the shade of its class, name and share printed; the clearly off ones outlined and marked.

    What each shade stands for is printed below.

    Expects columns of `townships.on_map`. A click gives the key of its place (`customdata[0]`).
    """
    rows = view.frame.to_dicts()
    fig = figure(HEIGHT, hovermode="closest")
    palette = style.palette
    for row in rows:
        shade = palette.shades[row["step"] - 1] if row["step"] else palette.background
        fig.add_scatter(
            x=row["x"],
            y=row["y"],
            mode="lines",
            fill="toself",
            fillcolor=shade,
            line={"color": palette.background if row["step"] else palette.neutral, "width": 1.2},
            hoverinfo="skip",
        )
    for row in (row for row in rows if row["worse"]):
        fig.add_scatter(
            x=row["x"], y=row["y"], mode="lines", line={"color": palette.signal, "width": 2.5}, hoverinfo="skip"
        )
    fig.add_scatter(
        x=[row["at_x"] for row in rows],
        y=[row["at_y"] for row in rows],
        mode="markers",
        marker={"size": 40, "color": "rgba(0,0,0,0)"},
        customdata=[[row["place"], escape(row[style.language]), *_words(row, style)] for row in rows],
        hovertemplate="<b>%{customdata[1]}</b> %{customdata[2]}<br>%{customdata[3]}<extra></extra>",
    )
    if len(rows) <= NAMES_UP_TO:
        for row in rows:  # annotations, because the text of a trace fades when another mark is clicked
            fig.add_annotation(
                x=row["at_x"], y=row["at_y"], text=_print(row, style), showarrow=False,
                font={"size": 12, "color": _ink(row, style)},
            )  # fmt: skip
    classes = shades(view.frame)
    entries = [(palette.shades[each.step - 1], _span(each, style)) for each in classes]
    swatches(fig, style, entries, LEGEND_STEP, IN_A_LINE)
    further = max(0, len(entries) - 1) // IN_A_LINE * LEGEND_LINE
    return _bare(fig).update_layout(margin={"b": LEGEND_ROOM + further if entries else 4})


def _span(shade: Shade, style: Style) -> str:
    """The shares of a class; a class of one share is that share."""
    if shade.lowest == shade.highest:
        return wording.per_cent(shade.lowest, style.language)
    return wording.interval(shade.lowest, shade.highest, style.language)


_NAME_ACROSS, _NAME_UP = 0.3, 0.15  # room of a name in the largest print, by the distance of the farthest places


def rises_map(view: View, style: Style) -> Sketch:
    """Each place as a pale shape; those with a rise beyond chance outlined in amber, marked and counted.

    Expects columns of `signals.on_map`.
    """
    rows = view.frame.to_dicts()
    fig, palette = figure(HEIGHT), style.palette
    for row in sorted(rows, key=lambda row: row["rises"]):  # the outlines of the marked ones on top
        line = {"color": palette.signal, "width": 3} if row["rises"] else {"color": palette.background, "width": 1.2}
        fig.add_scatter(
            x=row["x"], y=row["y"], mode="lines", fill="toself", fillcolor=palette.band, line=line, hoverinfo="skip"
        )
    marked = [row for row in rows if row["rises"]]
    middles = [[row[at] for row in rows] for at in ("at_x", "at_y")]
    widest = max((max(each) - min(each) for each in middles if each), default=0)
    for row in rows:
        if row["rises"] or (len(rows) <= NAMES_UP_TO and not any(_crowds(row, other, widest) for other in marked)):
            name = escape(str(row[style.language]))
            count = style.words("charts.rise" if row["rises"] == 1 else "charts.rises", count=row["rises"])
            fig.add_annotation(
                x=row["at_x"], y=row["at_y"], text=_risen(name, count, palette) if row["rises"] else name,
                showarrow=False, font={"size": 13, "color": palette.ink if row["rises"] else palette.muted},
            )  # fmt: skip
    return _bare(fig)


def _crowds(row: dict[str, Any], marked: dict[str, Any], widest: float) -> bool:
    """Whether the name of a place would run into the two lines of a marked one beside it, which matter more."""
    across, up = abs(row["at_x"] - marked["at_x"]), abs(row["at_y"] - marked["at_y"])
    return bool(across < _NAME_ACROSS * widest and up < _NAME_UP * widest)


def _risen(name: str, count: str, palette: Palette) -> str:
    return f'<b><span style="color:{palette.signal}">◆</span> {name}</b><br>{count}'


def _bare(fig: Sketch) -> Sketch:
    bare = {"showgrid": False, "showticklabels": False, "zeroline": False, "showline": False}
    layout = {"xaxis": bare, "yaxis": bare | {"scaleanchor": "x", "scaleratio": 1}}
    return fig.update_layout(**layout, margin=dict.fromkeys("lrtb", 4))


def _print(row: dict[str, object], style: Style) -> str:
    name = escape(str(row[style.language]))
    return f"{'◆ ' if row['worse'] else ''}{name}<br>{_words(row, style)[0]}"


def _words(row: dict[str, object], style: Style) -> tuple[str, str]:
    if row["value"] is None:
        return wording.MISSING, style.words("charts.no_items")
    counts = wording.fraction(row["numerator"], row["denominator"], style.language)  # type: ignore[arg-type]  # counts of a view
    if row["band"] == "small":
        return style.words("charts.too_few"), counts
    return wording.per_cent(row["value"], style.language), counts  # type: ignore[arg-type]  # a share of a view


def _ink(row: dict[str, object], style: Style) -> str:
    """Print that stands out from its shade by 4.5 to 1 at least."""
    return style.palette.background if row["step"] in (4, 5) else style.palette.ink
