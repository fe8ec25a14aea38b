"""A reader who notes every view a page opens with, without looking at it."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from dashboard.charts import Chart, Drawing, Style
from dashboard.state.session import Session
from queries.filters import Filters
from queries.views import View


@dataclass(frozen=True)
class Recorder(Session):
    """The session of such a reader; `views` by question and arguments."""

    views: dict[str, View] = field(default_factory=dict)

    def view(self, question: Callable[..., View], *arguments: Any) -> View:
        """Compute the answer and note it."""
        name = "_".join([question.__name__, *(part for part in arguments if isinstance(part, str))])
        if name not in self.views:
            self.views[name] = question(self.snapshot, self.filters, *arguments)
        return self.views[name]

    def answer(self, question: Callable[..., Any], *arguments: Any) -> Any:
        """Compute the answer; what is not a view has no table."""
        return question(self.snapshot, self.filters, *arguments)

    def figure(self, view: View, chart: Chart, style: Style | None = None) -> Drawing:
        """No figure: a file of numbers has none."""
        return Drawing("", 0)


def recorder_of(reader: Session, filters: Filters) -> Recorder:
    """A recorder in the place of a reader, with a selection."""
    known = {each.name: getattr(reader, each.name) for each in fields(Session)}
    return Recorder(**{**known, "filters": filters})
