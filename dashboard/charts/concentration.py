"""How items gather on few matters, and what became of batches of old ones. Counts only: no matter is ever named."""

from typing import Any

from dashboard.charts import Style, escape, figure
from dashboard.charts.sketch import Sketch
from queries import wording
from queries.views import View

HEIGHT = 288  # CSS pixels
STEP_ROW = 32  # CSS pixels a step of the ladder
OUTLINES = {"assigned": 1, "returned": 1.5, "reflowed": 1.5}  # CSS pixels; the other steps are filled
BATCH_ROOM = 34  # CSS pixels for the name of a batch
LETTER = 6.8  # CSS pixels of a letter behind a bar; a Chinese one is two


def items_by_matter(view: View, style: Style) -> Sketch:
    """For matters with one, two, three ... items: their share of all items (blue) beside their share of matters (grey).

    Expects columns low, high, items, matters, value, of_matters; first row on top.
    """
    rows = view.frame.to_dicts()
    names = [_size(row, style) for row in rows]
    places = list(range(len(rows)))[::-1]
    fig = figure(HEIGHT, barmode="group", bargap=0.3, bargroupgap=0.12)
    hover = [
        [name, wording.items(row["items"], style.language), _matters(row["matters"], style),
         wording.per_cent(row["value"], style.language), wording.per_cent(row["of_matters"], style.language)]
        for name, row in zip(names, rows, strict=True)
    ]  # fmt: skip
    words = style.words
    template = (
        f"<b>%{{customdata[0]}}</b><br>{words('charts.items_share')} %{{customdata[3]}} · %{{customdata[1]}}<br>"
        f"{words('charts.matters_share')} %{{customdata[4]}} · %{{customdata[2]}}<extra></extra>"
    )
    for column, colour in (("of_matters", style.palette.neutral), ("value", style.palette.data)):
        fig.add_bar(
            orientation="h",
            x=[row[column] for row in rows],
            y=places,
            marker={"color": colour},
            customdata=hover,
            hovertemplate=template,
        )
    for row, place in zip(rows, places, strict=True):
        items = f"{wording.items(row['items'], style.language)} · {wording.per_cent(row['value'], style.language)}"
        matters = f"{_matters(row['matters'], style)} · {wording.per_cent(row['of_matters'], style.language)}"
        for text, share, shift, colour in (
            (items, row["value"], 8, style.palette.ink),
            (matters, row["of_matters"], -9, style.palette.muted),
        ):
            fig.add_annotation(
                x=share, y=place, yshift=shift, xanchor="left", xshift=5, text=text, showarrow=False,
                font={"size": 12, "color": colour},
            )  # fmt: skip
    palette = style.palette
    fig.add_annotation(
        x=0, xref="paper", xanchor="left", y=1, yref="paper", yanchor="bottom", showarrow=False,
        text=f'<span style="color:{palette.data}">■</span> {words("charts.items_share")}    '
        f'<span style="color:{palette.neutral}">■</span> {words("charts.matters_share")}',
    )  # fmt: skip
    top = max((max(row["value"], row["of_matters"]) for row in rows), default=1)
    fig.update_layout(
        xaxis={"range": [0, top], "showticklabels": False},
        yaxis={
            "tickvals": places,
            "ticktext": names,
            "showgrid": False,
            "ticklabelstandoff": 8,
            "tickfont": {"color": palette.ink, "size": 13},
        },
        margin={"t": 28, "r": _room([note["text"] for note in fig.annotations if note.get("xref") != "paper"])},
    )
    return fig


def ladder(view: View, style: Style) -> Sketch:
    """Each batch as four steps under each other: assigned, reported, recognised, come back; never one without the next.

    Expects columns batch, zh, en, step, items, of, stated, under_review; four rows a batch.
    """
    rows = view.frame.to_dicts()
    words, palette = style.words, style.palette
    batches = list(dict.fromkeys(row["batch"] for row in rows))
    fig = figure(max(HEIGHT, len(rows) * STEP_ROW + len(batches) * BATCH_ROOM + 16))
    gap = BATCH_ROOM / STEP_ROW
    above = (1 + gap) / 2  # from a batch's first step to its name, midway to the batch before
    places = _rungs([row["batch"] for row in rows], gap)
    top = max((row["items"] for row in rows), default=1) or 1
    colours = {
        "assigned": palette.band,
        "named": palette.faint,
        "reported": palette.neutral,
        "recognised": palette.data,
    }
    shown = [(row, place) for row, place in zip(rows, places, strict=True) if row["stated"]]
    fig.add_bar(
        orientation="h",
        x=[row["items"] for row, _ in shown],
        y=[place for _, place in shown],
        width=0.66,
        marker={
            "color": [colours.get(row["step"], palette.background) for row, _ in shown],
            "line": {
                "color": [palette.neutral if row["step"] == "assigned" else palette.ink for row, _ in shown],
                "width": [OUTLINES.get(row["step"], 0) if row["items"] else 0 for row, _ in shown],
            },
        },
        customdata=[
            [escape(row[style.language]), words(f"charts.step_{row['step']}"), _rung(row, style)] for row, _ in shown
        ],
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]} %{customdata[2]}<extra></extra>",
    )
    for row, place in zip(rows, places, strict=True):
        fig.add_annotation(
            x=row["items"] if row["stated"] else 0, y=place, xanchor="left", xshift=6, showarrow=False,
            text=_rung(row, style),
            font={"size": 13, "color": palette.ink if row["stated"] else palette.muted},
        )  # fmt: skip
        if row["step"] == "assigned":
            fig.add_annotation(
                x=0, xref="paper", xanchor="left", y=place + above, showarrow=False,
                text=f"<b>{escape(row[style.language])}</b>",
            )  # fmt: skip
    fig.update_layout(
        xaxis={"range": [0, top], "showticklabels": False},
        margin={"r": _room([_rung(row, style) for row in rows])},
        yaxis={
            "tickvals": places,
            "ticktext": [words(f"charts.step_{row['step']}") for row in rows],
            "showgrid": False,
            "ticklabelstandoff": 8,
            "range": [-0.7, max(places, default=0) + gap + 0.6],
            "tickfont": {"color": palette.ink, "size": 13},
        },
        bargap=0.2,
    )
    return fig


def _rungs(batches: list[str], gap: float) -> list[float]:
    """Heights of the steps from above: one apart, with room for a name before each batch."""
    heights: list[float] = []
    height = 0.0
    for index in range(len(batches))[::-1]:
        heights.append(height)
        height += 1 + (gap if index and batches[index] != batches[index - 1] else 0)
    return heights[::-1]


def _room(texts: list[str]) -> float:
    """Width of the margin for what is printed behind the bars: in pixels, so that a phone does not cut it off."""
    return 14 + LETTER * max((len(text.encode("gb18030")) for text in texts), default=0)


def _rung(row: dict[str, Any], style: Style) -> str:
    words, language = style.words, style.language
    if not row["stated"]:
        return words("charts.not_stated")
    if row["step"] == "assigned":
        return wording.items(row["items"], language)
    text = wording.fraction(row["items"], row["of"], language)
    if row["step"] == "recognised" and row["under_review"]:
        text += words("charts.under_review", count=wording.number(row["under_review"], language))
    return text


def _size(row: dict[str, Any], style: Style) -> str:
    low, high = row["low"], row["high"]
    if high is None:
        return style.words("charts.size_from", low=low)
    return style.words("charts.size_one" if low == high else "charts.size_between", low=low, high=high)


def _matters(count: int, style: Style) -> str:
    word = "charts.matter" if count == 1 else "charts.matters"
    return style.words(word, count=wording.number(count, style.language))
