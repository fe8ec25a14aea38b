"""A figure while it is drawn: plain data under Plotly's names, which the browser's Plotly takes as it is.

Plotly's own figure checks every property at every step, which takes several times as long as everything else a chart
needs. A sketch has those of its methods that charts use and checks nothing; `checked` hands the whole to Plotly, and
the tests hold every chart to it.
"""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

Properties = dict[str, Any]


class Sketch:
    """Traces and a layout. Properties that are None are left out."""

    def __init__(self, **layout: Any) -> None:
        self._traces: list[Properties] = []
        self._layout: Properties = {}
        self.update_layout(**layout)

    def _drawn(self, kind: str, properties: Properties) -> "Sketch":
        self._traces.append({"type": kind} | _given(properties))
        return self

    def add_scatter(self, **properties: Any) -> "Sketch":
        """Marks or lines."""
        return self._drawn("scatter", properties)

    def add_bar(self, **properties: Any) -> "Sketch":
        """Bars."""
        return self._drawn("bar", properties)

    def add_heatmap(self, **properties: Any) -> "Sketch":
        """Cells of a grid."""
        return self._drawn("heatmap", properties)

    def add_annotation(self, **properties: Any) -> "Sketch":
        """Something printed."""
        self._layout.setdefault("annotations", []).append(_given(properties))
        return self

    def add_shape(self, **properties: Any) -> "Sketch":
        """A line or a ground."""
        self._layout.setdefault("shapes", []).append(_given(properties))
        return self

    def add_vline(self, x: Any, **looks: Any) -> "Sketch":
        """An upright line through the whole plot."""
        return self.add_shape(type="line", x0=x, x1=x, xref="x", y0=0, y1=1, yref="y domain", **looks)

    def add_hline(self, y: Any, **looks: Any) -> "Sketch":
        """A level line through the whole plot."""
        return self.add_shape(type="line", x0=0, x1=1, xref="x domain", y0=y, y1=y, yref="y", **looks)

    def add_vrect(self, x0: Any, x1: Any, **looks: Any) -> "Sketch":
        """A ground from one place of the horizontal axis to another, as high as the plot."""
        return self.add_shape(type="rect", x0=x0, x1=x1, xref="x", y0=0, y1=1, yref="y domain", **looks)

    def update_layout(self, **changes: Any) -> "Sketch":
        """Change what is named and leave the rest; None takes a property back."""
        _update(self._layout, changes)
        return self

    def update_xaxes(self, **changes: Any) -> "Sketch":
        """As `update_layout` of the horizontal axis."""
        return self.update_layout(xaxis=changes)

    def update_yaxes(self, **changes: Any) -> "Sketch":
        """As `update_layout` of the vertical axis."""
        return self.update_layout(yaxis=changes)

    def range_of(self, axis: str) -> tuple[Any, Any]:
        """The ends of "xaxis" or "yaxis"."""
        low, high = self._layout[axis]["range"]
        return low, high

    @property
    def height(self) -> int:
        """CSS pixels."""
        return int(self._layout["height"])

    @property
    def annotations(self) -> list[Properties]:
        """What is printed on the figure so far."""
        return list(self._layout.get("annotations", []))

    def to_dict(self) -> Properties:
        """`data` and `layout` as Plotly takes them."""
        return {"data": self._traces, "layout": self._layout}

    @property
    def checked(self) -> go.Figure:
        """The same as a figure of Plotly's own.

        Raises:
            ValueError: a property Plotly does not know or take.
        """
        return go.Figure(data=self._traces, layout={"template": {}} | self._layout)


def _given(properties: Mapping[str, Any]) -> Properties:
    return {
        name: _given(value) if isinstance(value, Mapping) else value
        for name, value in properties.items()
        if value is not None
    }


def _update(old: Properties, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        if value is None:
            old.pop(name, None)
        elif isinstance(value, Mapping):
            _update(old.setdefault(name, {}), value)
        else:
            old[name] = value
