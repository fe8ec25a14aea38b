"""Charts on slides that stay editable: shares by month as a native line chart, groups as native lines and marks.

A native XY chart with error bars of its own is not shown alike by all office programs; shapes are, and can be moved.
"""

from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from dashboard.briefing import width_of
from dashboard.charts import LIGHT
from dashboard.exports import fonts
from dashboard.exports.plans import CoursePlan, Mark, RowPlan
from dashboard.i18n import Words
from queries import wording

LEAST = 16  # points; smaller text cannot be read from the back of the room
FONT = fonts.SCREEN[0]
MARK = 0.17  # inches
GOALS = {"goal": (0.3, 0.3), "upper_goal": (0.4, 0.0), "lower_goal": (0.0, 0.4)}  # of a row, above and below its middle
HALF = 0.122  # inches of half a character of the smallest text
Area = tuple[float, float, float, float]
"""Left, top, width, height in inches."""


def set_font(properties: Any, language: str) -> None:
    """The families of a run or of a chart's text; Latin letters of an English slide in one of their own."""
    for tag, family in (("a:latin", FONT if language == "zh" else fonts.LATIN_SANS), ("a:ea", FONT), ("a:cs", FONT)):
        element = properties.find(qn(tag))
        if element is None:
            element = properties.makeelement(qn(tag), {})
            properties.append(element)
        element.set("typeface", family)
    properties.set("lang", "zh-CN" if language == "zh" else "en-GB")
    properties.set("altLang", "en-US")


def draw_course(slide: Any, plan: CoursePlan, area: Area, language: str, alt: str) -> None:
    """Shares by month: each a line whose numbers can be edited, the limits thin, the mean dashed."""
    data: Any = CategoryChartData(number_format="0.0%")  # type: ignore[no-untyped-call]  # it has no types
    years = {month.year: None for month in plan.months}
    for year in years:
        category = data.add_category(wording.year(year, language))
        for month in (month for month in plan.months if month.year == year):
            # under its year a month needs no more than its number: longer labels would wrap
            category.add_sub_category(str(month.month) if language == "zh" else wording.month_alone(month, language))
    for line in plan.lines:
        data.add_series(line.name, line.values)
    words = _series_words(language)
    if plan.upper:
        data.add_series(words[0], plan.upper)
        data.add_series(words[1], plan.lower)
    if plan.mean:
        data.add_series(words[2], plan.mean)
    left, top, width, height = (Inches(part) for part in area)
    frame = slide.shapes.add_chart(XL_CHART_TYPE.LINE_MARKERS, left, top, width, height, data)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", alt)
    chart = frame.chart
    chart.font.size, chart.font.color.rgb = Pt(LEAST), rgb(LIGHT.muted)
    set_font(chart.font._element, language)
    chart.has_legend = True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    chart.legend.font.size = Pt(LEAST)
    axis = chart.value_axis
    axis.minimum_scale, axis.maximum_scale, axis.major_unit = plan.low, min(plan.high, 1.0), plan.step
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = "0%", False
    axis.major_gridlines.format.line.color.rgb = rgb(LIGHT.grid)
    axis.format.line.fill.background()
    months = chart.category_axis
    months.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    months.format.line.color.rgb = rgb(LIGHT.neutral)
    _draw_series(chart, plan)


def _draw_series(chart: Any, plan: CoursePlan) -> None:
    series = list(chart.plots[0].series)
    for made, line in zip(series, plan.lines, strict=False):
        made.smooth = False
        made.format.line.color.rgb, made.format.line.width = rgb(line.colour), Pt(2.5)
        made.marker.style, made.marker.size = XL_MARKER_STYLE.CIRCLE, 6
        _filled(made.marker.format, line.colour)
        for at, is_over in enumerate(line.complete):
            if not is_over and line.values[at] is not None:
                point = made.points[at]
                point.marker.style, point.marker.size = XL_MARKER_STYLE.CIRCLE, 9
                _filled(point.marker.format, LIGHT.background, line.colour)
                point.format.line.color.rgb, point.format.line.dash_style = rgb(line.colour), MSO_LINE.ROUND_DOT
        if line.newest is not None:
            label = made.points[line.newest[0]].data_label
            label.position = XL_LABEL_POSITION.ABOVE
            label.has_text_frame = False
            label.font.size, label.font.bold, label.font.color.rgb = Pt(18), True, rgb(LIGHT.ink)
            _show_value(label)
    for at in plan.special:
        point = series[0].points[at]
        point.marker.style, point.marker.size = XL_MARKER_STYLE.DIAMOND, 12
        _filled(point.marker.format, LIGHT.signal)
    for made in series[len(plan.lines) :]:
        made.smooth = False
        made.format.line.color.rgb, made.format.line.width = rgb(LIGHT.neutral), Pt(1)
        made.marker.style = XL_MARKER_STYLE.NONE
    if plan.mean:
        series[-1].format.line.dash_style = MSO_LINE.DASH


def _show_value(label: Any) -> None:
    """The value as the label, not a copy of it in text: edited data moves it."""
    element = label._get_or_add_dLbl()
    for tag in ("c:showLegendKey", "c:showVal", "c:showCatName", "c:showSerName", "c:showPercent", "c:showBubbleSize"):
        found = element.find(qn(tag))
        if found is not None:
            found.set("val", "1" if tag == "c:showVal" else "0")


def _series_words(language: str) -> tuple[str, str, str]:
    words = Words(language)
    return words("briefing.limit_upper"), words("briefing.limit_lower"), words("briefing.mean")


def draw_rows(slide: Any, plan: RowPlan, area: Area) -> None:
    """Groups under each other: a line for the interval, a mark, and the figures at the right, all shapes and text."""
    left, top, width, height = area
    if plan.legend:
        _legend(slide, plan, left, top)
        top, height = top + 0.4, height - 0.4
    head = 0.36 if plan.uprights else 0.1
    foot = 0.34
    row_height = min(0.6, (height - head - foot) / len(plan.rows))
    names = min(HALF * max(width_of(row.name) for row in plan.rows) + 0.3, width * 0.34)
    values = HALF * max(width_of(row.value) for row in plan.rows) + 0.25
    counts = max(width_of(row.counts) for row in plan.rows)
    counts_width = HALF * counts + 0.2 if counts else 0.0
    start, end = left + names, left + width - values - counts_width
    bottom = top + head + row_height * len(plan.rows)

    def across(value: float) -> float:
        return start + (value - plan.low) / (plan.high - plan.low) * (end - start)

    for place, label in plan.ticks:
        _line(slide, across(place), top + head, across(place), bottom, LIGHT.grid, 1)
        _text(slide, label, across(place) - 0.6, bottom + 0.02, 1.2, foot, LIGHT.muted, PP_ALIGN.CENTER)
    for upright in plan.uprights:
        _line(slide, across(upright.at), top + head, across(upright.at), bottom, LIGHT.muted, 1.5,
              dashed=upright.dashed)  # fmt: skip
    for place, label, alignment in _names_of_uprights(plan):
        shift = {PP_ALIGN.LEFT: 0.05, PP_ALIGN.RIGHT: -3.05, PP_ALIGN.CENTER: -1.5}[alignment]
        _text(slide, label, across(place) + shift, top, 3, head, LIGHT.muted,
              alignment)  # fmt: skip
    for at, row in enumerate(plan.rows):
        middle = top + head + row_height * (at + 0.5)
        for span in row.spans:
            _line(slide, across(span.start), middle, across(span.end), middle, span.colour, span.weight * 1.3)
        for goal in row.goals:
            _goal(slide, goal, across(goal.at), middle, row_height)
        for mark in row.marks:
            _mark(slide, mark, across(mark.at), middle)
        box = middle - row_height / 2
        _text(slide, row.name, left, box, names - 0.12, row_height, LIGHT.ink, PP_ALIGN.RIGHT)
        ink = LIGHT.muted if row.pale else LIGHT.ink
        _text(slide, row.value, end + 0.1, box, values - 0.1, row_height, ink, PP_ALIGN.RIGHT)
        if counts:
            _text(slide, row.counts, end + values, box, counts_width, row_height, LIGHT.muted, PP_ALIGN.RIGHT)


def _legend(slide: Any, plan: RowPlan, left: float, top: float) -> None:
    for shape, colour, words in plan.legend:
        if shape in GOALS:
            _goal(slide, Mark(0, shape, colour), left + 0.12, top + 0.18, 0.36)
        else:
            _mark(slide, Mark(0, shape, colour), left + 0.12, top + 0.18)
        size = HALF * width_of(words) + 0.3
        _text(slide, words, left + 0.3, top, size, 0.36, LIGHT.ink, PP_ALIGN.LEFT)
        left += size + 0.5


def _names_of_uprights(plan: RowPlan) -> list[tuple[float, str, Any]]:
    ordered = sorted(plan.uprights, key=lambda upright: upright.at)
    if len(ordered) == 2:
        return [
            (ordered[0].at, ordered[0].label, PP_ALIGN.RIGHT),
            (ordered[1].at, ordered[1].label, PP_ALIGN.LEFT),
        ]
    return [(upright.at, upright.label, PP_ALIGN.CENTER) for upright in ordered]


def _line(
    slide: Any, x1: float, y1: float, x2: float, y2: float, colour: str, weight: float, *, dashed: bool = False
) -> None:
    line = slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, Inches(x1), Inches(y1), Inches(x2), Inches(y2))
    line.line.color.rgb, line.line.width = rgb(colour), Pt(weight)
    if dashed:
        line.line.dash_style = MSO_LINE.DASH
    _without_effects(line)


def _goal(slide: Any, goal: Mark, x: float, middle: float, height: float) -> None:
    above, below = GOALS[goal.shape]
    _line(slide, x, middle - above * height, x, middle + below * height, goal.colour, 2)


def _mark(slide: Any, mark: Mark, x: float, y: float) -> None:
    kind = MSO_SHAPE.DIAMOND if mark.shape.endswith("diamond") else MSO_SHAPE.OVAL
    size = MARK * (1.25 if kind == MSO_SHAPE.DIAMOND else 1)
    shape = slide.shapes.add_shape(kind, Inches(x - size / 2), Inches(y - size / 2), Inches(size), Inches(size))
    is_open = mark.shape.startswith("open")
    shape.fill.solid()
    shape.fill.fore_color.rgb = rgb(LIGHT.background if is_open else mark.colour)
    shape.line.color.rgb, shape.line.width = rgb(mark.colour), Pt(1.5)
    _without_effects(shape)


def _without_effects(shape: Any) -> None:
    """No shadow: the theme's style would add one."""
    style = shape._element.find(qn("p:style"))
    if style is not None:
        shape._element.remove(style)


def _text(
    slide: Any, text: str, left: float, top: float, width: float, height: float, colour: str, alignment: Any
) -> None:
    frame = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(height)).text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.MIDDLE
    paragraph = frame.paragraphs[0]
    paragraph.alignment = alignment
    run = paragraph.add_run()
    run.text = text
    run.font.size, run.font.color.rgb = Pt(LEAST), rgb(colour)
    set_font(run._r.get_or_add_rPr(), "zh" if any(character > "\u2e7f" for character in text) else "en")


def _filled(shape: Any, colour: str, edge: str | None = None) -> None:
    shape.fill.solid()
    shape.fill.fore_color.rgb = rgb(colour)
    shape.line.color.rgb = rgb(edge or colour)


def rgb(colour: str) -> Any:
    """A colour as python-pptx takes it."""
    return RGBColor.from_string(colour.lstrip("#"))  # type: ignore[no-untyped-call]  # it has no types
