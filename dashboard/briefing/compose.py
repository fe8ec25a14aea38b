"""Makes the briefing of a month from the agenda of its session: questions, charts and sentences are the page's."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from dashboard.agenda import AGENDA, Item, Panel, finding
from dashboard.briefing import Briefing, Definition, Exhibit, Part, Section, Table, legible
from dashboard.briefing.tables import read_table, table_of
from dashboard.exports.plans import plan
from dashboard.exports.sheets import selection_lines
from dashboard.i18n import Words
from queries import wording
from queries.filters import Filters
from queries.measures import Measure, measures
from queries.snapshot import Snapshot
from queries.views import View, briefing, closure, meeting, signals, townships
from queries.views.meeting import Meeting

LONGEST_NAME = 120  # bytes of a file's name for each of its parts; file systems take 255 for all
_UNFIT = re.compile(r'[\\/:*?"<>|\s\x00-\x1f]+')
_BREAKDOWNS = ("place", "office")
ROWS_WITHIN = 16  # of a table among the text; a longer one is an annex


@dataclass
class _Seen:
    """What the briefing has used so far: tables for the workbook, measures to be defined."""

    annexes: list[Table] = field(default_factory=list)
    further: list[Table] = field(default_factory=list)
    measures: dict[str, Measure] = field(default_factory=dict)

    def note(self, view: View) -> View:
        """Remember the measures of a view."""
        self.measures |= {each.name: each for each in view.measures}
        return view


def compose(
    snapshot: Snapshot, session: Meeting, language: str, *, bureau: str, data_version: str, base: Filters | None = None
) -> Briefing:
    """The briefing of a session.

    Args:
        snapshot: the data as this reader may see it; for a closed session, that of its own version.
        session: month, as-of day and rules.
        bureau: whose it is; may be empty.
        data_version: names the register and the records of the snapshot.
        base: what else was chosen, such as places or the convention; period, day and rules are those of the session.
    """
    words = Words(language)
    used = _Seen()
    sections = [_section(item, snapshot, session, base, language, used) for item in AGENDA]
    _group_annexes(snapshot, session, base, language, used)
    month, year = session.filters("month", base), session.filters("year", base)
    period = wording.month(session.month, language)
    caveat = words("frame.demo") if snapshot.is_demo else ""
    title = words("briefing.title", period=period)
    footer = [
        bureau,
        words("briefing.as_of", day=wording.day(session.as_of, language)),
        words("briefing.version", version=data_version),
        month.rule_set.label(language),
        caveat,
    ]
    return Briefing(
        language=language,
        head=words("briefing.head"),
        title=title,
        bureau=legible(bureau),
        period=period,
        as_of=session.as_of,
        data_version=data_version,
        footer=legible(" · ".join(part for part in footer if part)),
        basis=_basis(snapshot, session, month, year, data_version, language),
        sections=tuple(section for section in sections if section.parts),
        annexes=tuple(used.annexes),
        further=tuple(used.further),
        definitions=_definitions(used.measures, language),
        caveat=caveat,
        file_stem=file_stem(bureau, session.month, data_version, language),
    )


def _section(
    item: Item, snapshot: Snapshot, session: Meeting, base: Filters | None, language: str, used: _Seen
) -> Section:
    """An item of the agenda: its sentence and what changed, then a part for every panel."""

    def filters(span: meeting.Span) -> Filters:
        return session.filters(span, base)

    said = finding(item, snapshot, filters)
    lead = said(language) if said else ""
    changes = [meeting.change_since_last(snapshot, filters("month"), name) for name in item.measures]
    paragraphs = [text(language) for text in changes if text]
    parts: list[Part] = []
    if item.key == "headlines":
        volume = used.note(briefing.volumes(snapshot, filters("month")))
        paragraphs = [*([volume.finding(language)] if volume.finding else []), *paragraphs]
    if item.key == "signals":
        rises = used.note(signals.signals(snapshot, filters("year")))
        table = _titled(rises, "rises", snapshot, language)
        parts.append(Part("", (), (), (table,) if table.rows else (), () if table.rows else _notes(rises, language)))
    for panel in item.panels:
        if panel.offered(snapshot):
            parts.append(_part(panel, snapshot, filters(panel.span), language, used))
    return Section(item.key, item.label(language), tuple(_joined(lead, tuple(paragraphs), parts)))


def _joined(lead: str, paragraphs: tuple[str, ...], parts: list[Part]) -> Iterable[Part]:
    """The parts with the item's sentence at their head; a sentence is not said twice."""
    parts = [replace(part, notes=tuple(note for note in part.notes if note not in (lead, part.finding)))
             for part in parts]  # fmt: skip
    kept = [part for part in parts if part != Part("") and part != Part(lead)]
    if kept and kept[0].finding in ("", lead):
        first = kept.pop(0)
        yield replace(first, finding=lead, paragraphs=(*paragraphs, *first.paragraphs))
    elif lead or paragraphs:
        yield Part(lead, paragraphs)
    for part in kept:
        yield replace(part, finding="") if part.finding == lead else part


def _part(panel: Panel, snapshot: Snapshot, filters: Filters, language: str, used: _Seen) -> Part:
    view = used.note(panel.question(snapshot, filters, *panel.arguments))
    if _says_nothing(view):
        return Part("", _notes(view, language))
    note = panel.note(filters, language)
    said = view.finding(language) if view.finding else ""
    table = _panel_table(panel, view, snapshot, note, language)
    exhibits: tuple[Exhibit, ...] = ()
    if panel.chart is not None and view.frame.height:
        exhibit = Exhibit(view, panel.chart, table.title, note)
        exhibits = (exhibit,) if plan(exhibit, language) is not None else ()
    tables: tuple[Table, ...] = ()
    if not table.rows:
        pass
    elif panel.question is townships.dots:
        used.annexes.append(_dated(_whole_comparison(panel, snapshot, filters, language), filters, language))
    elif panel.name == "headlines" or not exhibits:
        if len(table.rows) <= ROWS_WITHIN:
            tables = (table,)
        else:
            used.annexes.append(table)
    elif all(other.rows != table.rows for other in used.further):
        used.further.append(table)
    told = {note for each in tables for note in each.notes}
    return Part(said, (), exhibits, tables, tuple(note for note in _notes(view, language) if note not in told))


def _says_nothing(view: View) -> bool:
    """Whether there is neither a sentence nor a row, or not one of the rows has a value."""
    if not view.frame.height:
        return view.finding is None
    return "value" in view.frame.columns and bool(view.frame["value"].is_null().all())


def _panel_table(panel: Panel, view: View, snapshot: Snapshot, note: str, language: str) -> Table:
    if panel.table is None:
        return _titled(view, panel.name, snapshot, language)
    columns, rows = read_table(panel.table(view, language), lambda name: _heading(name, language))
    return Table(panel.name, _table_title(panel.name, language) or note, columns, tuple(rows))


def _titled(view: View, name: str, snapshot: Snapshot, language: str) -> Table:
    return table_of(view, name, _table_title(name, language) or name, snapshot, language)


def _table_title(name: str, language: str) -> str:
    words = Words(language)
    return words(f"briefing.table_{name}") if words.has(f"briefing.table_{name}") else ""


def _dated(table: Table, filters: Filters, language: str) -> Table:
    """The table with its period in the title, for a place where no caption says it."""
    period = wording.period(filters.start, filters.end, language)
    return replace(table, title=table.title + Words(language)("briefing.aside", text=period))


def _heading(column: str, language: str) -> str:
    words = Words(language)
    for key in (f"agenda.column_{column}", f"briefing.column_{column}", f"export.{column}"):
        if words.has(key):
            return words(key)
    return column


def _whole_comparison(panel: Panel, snapshot: Snapshot, filters: Filters, language: str) -> Table:
    """Every group of a comparison whose picture shows those there is room for."""
    view = townships.compared(snapshot, filters, *panel.arguments)
    return _titled(view, panel.name, snapshot, language)


def _group_annexes(snapshot: Snapshot, session: Meeting, base: Filters | None, language: str, used: _Seen) -> None:
    """Closure in numbers for every place and office."""
    year = session.filters("year", base)
    for dimension in _BREAKDOWNS:
        if not snapshot.available(dimension):
            continue
        view = used.note(closure.table(snapshot, year, dimension))
        table = _titled(view, f"closure_{dimension}", snapshot, language)
        if table.rows:
            used.annexes.append(_dated(table, year, language))


def _notes(view: View, language: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(note(language) for note in view.notes))


def _basis(
    snapshot: Snapshot, session: Meeting, month: Filters, year: Filters, data_version: str, language: str
) -> tuple[tuple[str, str], ...]:
    words = Words(language)
    lines = [pair for pair in selection_lines(snapshot, month, language) if pair[0] != words("export.snapshot")]
    lines.insert(1, (words("briefing.compared_over"), wording.period(year.start, year.end, language)))
    lines.append((words("export.snapshot"), data_version))
    state = words("briefing.closed" if session.is_closed else "briefing.open")
    lines.append((words("briefing.session"), state))
    if snapshot.hidden:
        lines.append((words("briefing.scope"), words("briefing.hidden")))
    if snapshot.is_demo:
        lines.append((words("briefing.kind_of_data"), words("briefing.caveat_line")))
    lines.append((words("briefing.reading"), words("briefing.reading_intervals")))
    return tuple((name, legible(value)) for name, value in lines)


def _definitions(used: dict[str, Measure], language: str) -> tuple[Definition, ...]:
    order = list(measures())
    return tuple(
        Definition(
            name=each.name,
            label=each.label(language),
            meaning=each.meaning(language),
            cohort=each.cohort.label(language),
            unit=each.unit(language),
            source=wording.cited(each.source, language),
        )
        for each in sorted(used.values(), key=lambda each: order.index(each.name))
    )


def file_stem(bureau: str, month: date, data_version: str, language: str) -> str:
    """Office, month and version as the name of a file, without its ending."""
    words = Words(language)
    parts = [bureau or words("briefing.product"), wording.month(month, language), words("briefing.file"), data_version]
    return _fit("_".join(parts))


def _fit(stem: str) -> str:
    """A name every file system takes: no separators or blanks, not too long, its version whole."""
    parts = [_UNFIT.sub("-", part).strip("-.") for part in stem.split("_")]
    return "_".join(_cut(part) for part in parts if part)


def _cut(part: str) -> str:
    return part.encode("utf-8")[:LONGEST_NAME].decode("utf-8", "ignore")
