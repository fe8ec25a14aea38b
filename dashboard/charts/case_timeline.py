"""One item against its clocks: when each began, until when it runs, when it was stopped. Use for a single item."""

from datetime import timedelta

from dashboard.charts import Style, figure
from dashboard.charts.sketch import Sketch
from queries import wording
from queries.views import View

ROW, FRAME, AXIS = 38, 64, 44  # CSS pixels of a clock, of what is around them, and of the axis with its years
MARKS = {"met": "circle", "late": "diamond", "running": "circle-open", "overdue": "x", "used": "circle",
         "lapsed": "circle-open"}  # fmt: skip


def case_timeline(view: View, style: Style) -> Sketch:
    """Each clock as a line from its start to its last day, the step that stopped it as a mark, the as-of day upright.

    Expects columns zh, en, started_on, due_on, done_on, state, state_zh, state_en (`queries.views.cases.timeline`).
    """
    language, palette = style.language, style.palette
    rows = [row for row in view.frame.to_dicts() if row["started_on"] and row["due_on"]]
    fig = figure(FRAME + ROW * max(len(rows), 1), margin={"b": AXIS})
    for row in rows:
        name, breach = row[language], row["state"] in ("overdue", "late")
        end = row["done_on"] or (view.as_of if row["state"] == "overdue" else None)
        spans = [(row["started_on"], row["due_on"], palette.neutral, 6)]
        if breach and end:
            spans.append((row["due_on"], end, palette.breach, 3))
        for start, stop, colour, width in spans:
            fig.add_scatter(x=[start, stop], y=[name, name], mode="lines", hoverinfo="skip",
                            line={"color": colour, "width": width})  # fmt: skip
        if end or row["state"] == "running":
            day = end or min(view.as_of, row["due_on"])
            fig.add_scatter(
                x=[day], y=[name], mode="markers", hovertemplate=_hover(row, style),
                marker={"symbol": MARKS.get(row["state"], "circle"), "size": 11, "line": {"width": 2},
                        "color": palette.breach if breach else palette.data},
            )  # fmt: skip
    if rows:
        days = [day for row in rows for day in (row["started_on"], row["due_on"], row["done_on"]) if day]
        first, last = min(days), max([*days, view.as_of if view.as_of - max(days) < timedelta(days=90) else max(days)])
        room = max((last - first) / 20, timedelta(days=1))
        if view.as_of <= last:
            fig.add_vline(x=view.as_of.isoformat(), line={"color": palette.muted, "width": 1, "dash": "dot"})
        fig.update_xaxes(
            range=[first - room, last + room], tickformat=style.words("charts.day_tick"), nticks=5, showgrid=True
        )
    fig.update_yaxes(autorange="reversed", type="category", ticklabelstandoff=6)
    return fig


def _hover(row: dict[str, object], style: Style) -> str:
    language = style.language
    days = [wording.day(row[name], language) for name in ("started_on", "due_on", "done_on")]  # type: ignore[arg-type]  # dates, as the view promises
    words = style.words
    return (
        f"<b>{row[language]}</b> {row[f'state_{language}']}<br>{words('cases.started')} {days[0]}"
        f"<br>{words('cases.due')} {days[1]}<br>{words('cases.done')} {days[2]}<extra></extra>"
    )
