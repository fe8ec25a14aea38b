"""Charts as pictures for documents: the plans of `plans`, drawn by Matplotlib at the resolution of print."""

import io
import warnings
from functools import cache, lru_cache
from threading import Lock
from typing import Any, cast

from matplotlib import font_manager, rc_context
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.markers import TICKDOWN, TICKUP

from dashboard.charts import LIGHT
from dashboard.exports.fonts import CHART, installed
from dashboard.exports.plans import CoursePlan, Plan, RowPlan
from queries import wording

DOTS_PER_INCH = 300
WIDTH = 6.1  # inches: the text of an A4 page
ROW, ROOM = 0.2, 0.72  # inches of a row; above and below the rows
COURSE_HEIGHT = 2.2  # inches
TEXT, SMALL = 8.5, 7.5  # points
MARKERS: dict[str, Any] = {
    "circle": "o", "open": "o", "diamond": "D", "open_diamond": "D", "goal": "|", "upper_goal": TICKUP,
    "lower_goal": TICKDOWN,
}  # fmt: skip
GOAL = {"goal": 0.6, "upper_goal": 0.4, "lower_goal": 0.4}  # of a row's height
MOST_LABELS = 10
KEPT = 32  # pictures: the document and the PDF of one briefing show the same


_DRAWING = Lock()


@lru_cache(maxsize=KEPT)
def png(plan: Plan, language: str) -> bytes:
    """The picture of a plan: PNG, 300 dots an inch, as wide as the text."""
    # Matplotlib's settings are the process's: two downloads at once would undo each other's
    with _DRAWING, rc_context(cast("Any", _settings())), warnings.catch_warnings():
        # without any Chinese font the picture still comes, its shapes and figures are right
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = _rows(plan) if isinstance(plan, RowPlan) else _course(plan, language)
        out = io.BytesIO()
        figure.savefig(out, format="png", metadata={"Software": "Huiyin"})
    return out.getvalue()


def has_chinese_font() -> bool:
    """Whether this machine can draw Chinese characters."""
    return bool(_families())


@cache
def _families() -> tuple[str, ...]:
    there = [entry.name for entry in font_manager.fontManager.ttflist]
    return tuple(installed(CHART, there))


def _settings() -> dict[str, Any]:
    return {
        "font.family": [*_families()[:2], "DejaVu Sans"],
        "font.size": TEXT,
        "axes.unicode_minus": True,
        "text.color": LIGHT.ink,
        "text.parse_math": False,  # a name with two dollar signs is a name
        "figure.dpi": DOTS_PER_INCH,
        "savefig.dpi": DOTS_PER_INCH,
    }


def _rows(plan: RowPlan) -> Figure:
    above = 0.30 + (0.24 if plan.legend else 0)
    height = ROW * len(plan.rows) + ROOM + (0.24 if plan.legend else 0)
    figure = Figure(figsize=(WIDTH, height))
    names = max(_inches(row.name, TEXT) for row in plan.rows) + 0.2
    values = max(_inches(row.value, TEXT) for row in plan.rows) + 0.12
    counts = max(_inches(row.counts, SMALL) for row in plan.rows)
    right = values + (counts + 0.1 if counts else 0)
    axes = figure.add_axes(
        (names / WIDTH, 0.30 / height, (WIDTH - names - right) / WIDTH, (height - above - 0.30) / height)
    )
    axes.set_xlim(plan.low, plan.high)
    axes.set_ylim(len(plan.rows) - 0.4, -0.6)
    _plain_axes(axes)
    axes.set_xticks([place for place, _ in plan.ticks], [label for _, label in plan.ticks], color=LIGHT.muted)
    axes.grid(axis="x", color=LIGHT.grid, linewidth=0.8)
    axes.set_yticks([])
    for upright in plan.uprights:
        axes.axvline(upright.at, color=LIGHT.muted, linewidth=1, linestyle="--" if upright.dashed else "-", zorder=1)
    for place, text, side in _upright_labels(plan):
        axes.annotate(text, (place, 1), (0, 3), xycoords=("data", "axes fraction"), textcoords="offset points",
                      ha=side, va="bottom", fontsize=SMALL, color=LIGHT.muted)  # fmt: skip
    for at, row in enumerate(plan.rows):
        for span in row.spans:
            axes.plot([span.start, span.end], [at, at], color=span.colour, linewidth=span.weight,
                      solid_capstyle="butt", zorder=2)  # fmt: skip
        for goal in row.goals:
            axes.plot([goal.at], [at], marker=MARKERS[goal.shape], markersize=GOAL[goal.shape] * ROW * 72, zorder=2.5,
                      color=goal.colour, markeredgewidth=1.5, clip_on=False)  # fmt: skip
        for mark in row.marks:
            is_open = mark.shape.startswith("open")
            axes.plot([mark.at], [at], MARKERS[mark.shape], markersize=5.5, zorder=3, clip_on=False,
                      color=LIGHT.background if is_open else mark.colour, markeredgecolor=mark.colour,
                      markeredgewidth=1.2)  # fmt: skip
        axes.annotate(row.name, (0, at), (-7, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                      ha="right", va="center")  # fmt: skip
        axes.annotate(row.value, (1, at), (values * 72, 0), xycoords=("axes fraction", "data"),
                      textcoords="offset points", ha="right", va="center", annotation_clip=False,
                      fontsize=SMALL if row.pale else TEXT, color=LIGHT.muted if row.pale else LIGHT.ink)  # fmt: skip
        if counts:
            axes.annotate(row.counts, (1, at), (right * 72 - 2, 0), xycoords=("axes fraction", "data"),
                          textcoords="offset points", ha="right", va="center", fontsize=SMALL, color=LIGHT.muted,
                          annotation_clip=False)  # fmt: skip
    if plan.legend:
        handles = [
            Line2D([], [], marker=MARKERS[shape], linestyle="", markersize=5.5, label=words,
                   color=LIGHT.background if shape.startswith("open") else colour, markeredgecolor=colour)
            for shape, colour, words in plan.legend
        ]  # fmt: skip
        figure.legend(handles=handles, loc="upper left", ncols=len(handles), frameon=False, fontsize=SMALL,
                      borderaxespad=0, handletextpad=0.2, bbox_to_anchor=(names / WIDTH, 1))  # fmt: skip
    return figure


def _upright_labels(plan: RowPlan) -> list[tuple[float, str, str]]:
    """Names of the uprights; of two, the left one stands to the left and the right one to the right."""
    ordered = sorted(plan.uprights, key=lambda upright: upright.at)
    if len(ordered) == 2:
        return [(ordered[0].at, ordered[0].label, "right"), (ordered[1].at, ordered[1].label, "left")]
    return [(upright.at, upright.label, "center") for upright in ordered]


def _course(plan: CoursePlan, language: str) -> Figure:
    named = len(plan.lines) > 1
    figure = Figure(figsize=(WIDTH, COURSE_HEIGHT))
    room = _inches(plan.mean_words, SMALL) + 0.12 if plan.mean_words else 0.35
    axes = figure.add_axes(
        (
            0.5 / WIDTH,
            0.42 / COURSE_HEIGHT,
            (WIDTH - 0.5 - room) / WIDTH,
            1 - (0.42 + (0.32 if named else 0.14)) / COURSE_HEIGHT,
        )
    )
    places = list(range(len(plan.months)))
    axes.set_xlim(-0.6, len(places) - 0.4)
    axes.set_ylim(plan.low, plan.high)
    _plain_axes(axes)
    axes.grid(axis="y", color=LIGHT.grid, linewidth=0.8)
    shares = [plan.low + plan.step * n for n in range(int((plan.high - plan.low) / plan.step + 1e-9) + 1)]
    axes.set_yticks(shares, [f"{wording.number(share * 100, language)}%" for share in shares], color=LIGHT.muted)
    step = next((each for each in (1, 2, 3, 6, 12) if len(places) / each <= MOST_LABELS), 12)
    shown = [at for at in places if (plan.months[at].month - 1) % step == 0]
    axes.set_xticks(shown, [_month(plan, at, at == shown[0], language) for at in shown], color=LIGHT.muted)
    if plan.upper:
        lower, upper = (
            [float("nan") if limit is None else limit for limit in limits] for limits in (plan.lower, plan.upper)
        )
        axes.fill_between(places, lower, upper, color=LIGHT.band, step="mid", linewidth=0, zorder=0)
    if plan.mean:
        edges = [at - 0.5 for at in (*places, len(places))]
        axes.stairs([float("nan") if mean is None else mean for mean in plan.mean], edges, baseline=None,
                    color=LIGHT.neutral, linewidth=0.9, zorder=1)  # fmt: skip
    if plan.mean_words:
        axes.annotate(plan.mean_words, (1, plan.mean[-1]), (4, 0), xycoords=("axes fraction", "data"), va="center",
                      textcoords="offset points", fontsize=SMALL, color=LIGHT.muted, annotation_clip=False)  # fmt: skip
    for line in plan.lines:
        over = [value if done and value is not None else float("nan")
                for value, done in zip(line.values, line.complete, strict=True)]  # fmt: skip
        axes.plot(places, over, "-o", color=line.colour, linewidth=1.5, markersize=3.2, zorder=3, label=line.name)
        last = line.newest
        tail = [(at, value) for at, value in enumerate(line.values) if value is not None and not line.complete[at]]
        if tail:
            start = [last] if last and last[0] < tail[0][0] else []
            axes.plot([at for at, _ in start + tail], [value for _, value in start + tail], ":", color=line.colour,
                      linewidth=1.5, zorder=2)  # fmt: skip
            axes.plot([at for at, _ in tail], [value for _, value in tail], "o", markersize=5, zorder=3, clip_on=False,
                      color=LIGHT.background, markeredgecolor=line.colour, markeredgewidth=1.2)  # fmt: skip
        if last:
            others = [other.values[last[0]] or 0.0 for other in plan.lines if other is not line]
            is_above = last[1] >= (
                max(others, default=0.0) if named else (plan.mean[last[0]] if plan.mean else None) or 0.0
            )
            axes.annotate(wording.per_cent(last[1], language), last, (0, 6 if is_above else -6), ha="center",
                          va="bottom" if is_above else "top", textcoords="offset points", fontweight="bold",
                          fontsize=TEXT, color=line.colour if named else LIGHT.ink, annotation_clip=False)  # fmt: skip
    for at in plan.special:
        value = plan.lines[0].values[at]
        if value is not None:
            axes.plot([at], [value], "D", color=LIGHT.signal, markersize=6, zorder=4, clip_on=False)
    if named:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(plan.lines), frameon=False, fontsize=SMALL,
                    borderaxespad=0.1, handlelength=1.5)  # fmt: skip
    return figure


def _month(plan: CoursePlan, at: int, first: bool, language: str) -> str:
    day = plan.months[at]
    name = wording.month_alone(day, language)
    return f"{name}\n{day.year}" if first or day.month == 1 else name


def _plain_axes(axes: Any) -> None:
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=SMALL)
    for name, spine in axes.spines.items():
        spine.set_visible(name == "bottom")
        spine.set_color(LIGHT.grid)


def _inches(text: str, points: float) -> float:
    """About how wide a text is; a Chinese character is as wide as it is high."""
    return sum(1.02 if character > "\u2e7f" else 0.6 for character in text) * points / 72
