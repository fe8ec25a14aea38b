"""What is printed beside rows, put together column by column.

Plotly lays every annotation out twice at each change, each a group with a ground of its own. A column of one
annotation, whose lines are as high as the rows, is drawn in a fraction of the time.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

LINE = 1.3  # of the size of a font: how high Plotly's lines are
SIZE = 13  # CSS pixels of print that names no size
FEWEST = 3  # rows

Properties = Mapping[str, Any]


def in_columns(layout: Properties) -> Properties:
    """A layout whose print beside rows is one annotation a column; the same layout where that cannot be.

    Its rows are whole numbers on a vertical axis with a range, and its margins above and below the plot are known.
    """
    margin, axis = layout.get("margin", {}), layout.get("yaxis", {})
    if "t" not in margin or "b" not in margin or "range" not in axis:
        return layout
    low, high = axis["range"]
    row = (layout["height"] - margin["t"] - margin["b"]) / (high - low)
    others: list[Properties] = []
    columns: dict[str, list[Properties]] = defaultdict(list)
    for note in layout.get("annotations", ()):
        if _is_beside_a_row(note):
            columns[repr({name: note[name] for name in sorted(note) if name not in ("y", "text", "font")})].append(note)
        else:
            others.append(note)
    for notes in columns.values():
        others += [_column(notes, row)] if len(notes) >= FEWEST else notes
    return {**layout, "annotations": others} if columns else layout


def _is_beside_a_row(note: Properties) -> bool:
    is_beside = note.get("xref") == "paper" and "xanchor" in note and "yref" not in note
    return is_beside and isinstance(note["y"], int) and "<br>" not in note["text"]


def _column(notes: list[Properties], row: float) -> Properties:
    lines = {note["y"]: _line(note) for note in notes}
    top, bottom = max(lines), min(lines)
    text = "<br>".join(lines.get(place, "") for place in range(top, bottom - 1, -1))
    first = notes[0]
    return {**first, "y": (top + bottom) / 2, "text": text, "align": first["xanchor"], "font": {"size": row / LINE}}


def _line(note: Properties) -> str:
    font = note.get("font", {})
    colour = f";color:{font['color']}" if "color" in font else ""
    return f'<span style="font-size:{font.get("size", SIZE)}px{colour}">{note["text"]}</span>'
