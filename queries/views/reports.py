"""Problem reports of the 13th and the 28th (排查上报): who reported on time, late or not at all, and what was found?

A report that says "no problems" (零报告) is a report.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import polars as pl

from queries import wording
from queries.days import add_months, month_start
from queries.filters import Filters
from queries.search import spelling
from queries.snapshot import Snapshot
from queries.views import View
from queries.views.parts import both, in_both, made, others_below, seen
from queries.views.recorded import as_stood, cells, most_gaps_first, named, narrowed, not_applied
from queries.vocabulary import DICTIONARIES, LANGUAGES, Text

DUE_DAYS = (13, 28)  # of every month (DOMAIN.md §1)
APPLIES = ("place", "office")
DATES = 6  # due dates in the picture; the table of offices counts the whole period
MOST_OFFICES = 40  # rows of the picture; the table has all
STATUSES = {
    "on_time": Text("按时", "on time"),
    "late": Text("迟报", "late"),
    "missing": Text("缺报", "missing"),
}
_SEPARATORS = re.compile(r"[、,，;；|\n]+")


def due_dates(snapshot: Snapshot, filters: Filters) -> list[date]:
    """Due dates that had passed by the as-of day, oldest first; the period plays no part.

    The 13th and the 28th since the first report on record; where records give another day for one of them (a deadline
    moved for a holiday, be it into the next month), that day instead.
    """
    as_of = filters.as_of or snapshot.as_of
    given = _given(snapshot)
    if not given:
        return []
    return [each for each in _deadlines(given, given[0], as_of) if given[0] <= each <= as_of]


def next_due(snapshot: Snapshot, as_of: date) -> date:
    """The first deadline after a day: one on record, else the next 13th or 28th."""
    return next(each for each in _deadlines(_given(snapshot), as_of, add_months(as_of, 1)) if each > as_of)


def _given(snapshot: Snapshot) -> list[date]:
    return sorted(set(snapshot.records.rows("problem_report")["due_on"].to_list()))


def _deadlines(given: Sequence[date], first: date, last: date) -> list[date]:
    """Every deadline from about `first` to about `last`: the 13ths and 28ths, or the days on record in their place."""
    months = []
    month = add_months(month_start(min([first, *given])), -1)
    while month <= last:
        months.append(month)
        month = add_months(month, 1)
    usual = [month.replace(day=number) for month in months for number in DUE_DAYS]
    free = [each for each in usual if each not in given]
    instead = {}
    for day in given:
        if day.day not in DUE_DAYS and free:
            # as far from two of them, it is the earlier one that was put off
            nearest = min(free, key=lambda each: (abs(each - day), each))
            free.remove(nearest)
            instead[nearest] = day
    return sorted(instead.get(each, each) for each in usual)


def reports(snapshot: Snapshot, filters: Filters) -> View:
    """Every office and due date up to the as-of day, whatever the period: the newest one is what is asked for.

    Who has to report: every township of the office list, and every other office with a report on record.

    Returns:
        One row an office and due date: office, zh, en, due_on, status (STATUSES), reported_on, days_late (0 on time,
        null when missing), problem_count, problem_kinds, is_zero (reported that there are none). Offices by name,
        dates ascending. A report handed in after the as-of day is not there yet.
    """
    chosen = seen(filters, snapshot)
    as_of = chosen.as_of or snapshot.as_of
    columns = ("office_id", "due_on", "reported_on", "problem_count", "problem_kinds")
    rows = as_stood(snapshot.records.rows("problem_report").select(columns), as_of, ("reported_on",))
    dates = pl.DataFrame({"due_on": due_dates(snapshot, chosen)}, schema={"due_on": pl.Date})
    offices = pl.DataFrame({"office": _reporting(snapshot, rows)}, schema={"office": pl.String})
    offices = narrowed(offices, chosen, {"place": "office", "office": "office"})
    if rows.is_empty():
        offices = offices.clear()
    frame = offices.join(dates, how="cross").join(
        rows.rename({"office_id": "office"}), on=["office", "due_on"], how="left", maintain_order="left"
    )
    handed_in = pl.col("reported_on").is_not_null()
    frame = frame.with_columns(
        # what a report says counts from the day it was handed in
        pl.when(handed_in).then("problem_count").alias("problem_count"),
        pl.when(handed_in).then("problem_kinds").alias("problem_kinds"),
        pl.when(~handed_in)
        .then(pl.lit("missing"))
        .when(pl.col("reported_on") <= pl.col("due_on"))
        .then(pl.lit("on_time"))
        .otherwise(pl.lit("late"))
        .alias("status"),
        (pl.col("reported_on") - pl.col("due_on")).dt.total_days().clip(lower_bound=0).alias("days_late"),
    ).with_columns(is_zero=(pl.col("problem_count") == 0).fill_null(False))
    frame = named(frame, snapshot, "office")
    order = (
        "office",
        "zh",
        "en",
        "due_on",
        "status",
        "reported_on",
        "days_late",
        "problem_count",
        "problem_kinds",
        "is_zero",
    )
    notes = not_applied(filters, APPLIES)
    return made(snapshot, chosen, frame.select(order), (), ("office",), _finding(frame), notes)


def _reporting(snapshot: Snapshot, rows: pl.DataFrame) -> list[str]:
    listed = snapshot.dimension("place").filter(pl.col("is_listed") & (pl.col("kind") == "township"))["key"].to_list()
    others = sorted(set(rows["office_id"].to_list()) - set(listed), key=spelling.in_order)
    return [*listed, *others]


def _finding(frame: pl.DataFrame) -> Text | None:
    """The newest due date: how many on time, late, missing, and who is missing."""
    if frame.is_empty():
        return None
    newest = frame["due_on"].max()
    rows = frame.filter(pl.col("due_on") == newest)
    parts = [(STATUSES[name], rows.filter(pl.col("status") == name).height) for name in STATUSES]
    if parts[0][1] == rows.height:
        return in_both("{day}：{count}个单位全部按时上报", "{day}: all {count} offices reported on time",
                       day=both(wording.day, newest), count=both(wording.number, rows.height))  # fmt: skip
    told = [(text, count) for text, count in parts if count]
    missing = rows.filter(pl.col("status") == "missing")
    said = in_both(
        "{day}：{count}个单位中{parts}",
        "{day}: of {count} offices {parts}",
        day=both(wording.day, newest),
        count=both(wording.number, rows.height),
        parts=(
            "、".join(f"{text.zh}{wording.number(count, 'zh')}个" for text, count in told),
            ", ".join(f"{wording.number(count, 'en')} {text.en}" for text, count in told),
        ),
    )
    if missing.is_empty():
        return said
    who = [wording.listing(missing[language].to_list(), language) for language in LANGUAGES]
    return Text(f"{said.zh}（{who[0]}）", f"{said.en} ({who[1]})")


def matrix(snapshot: Snapshot, filters: Filters) -> View:
    """The part of `reports` a picture has room for: the newest due dates; offices with most gaps first.

    Returns:
        `recorded.cells` of offices by due date; text: the number of problems.
    """
    view = reports(snapshot, filters)
    frame = view.frame
    dates = sorted(frame["due_on"].unique().to_list())[-DATES:]
    kept = frame.filter(pl.col("due_on").is_in(dates))
    weight = pl.when(pl.col("status") == "missing").then(100).when(pl.col("status") == "late").then(1).otherwise(0)
    kept, hidden = most_gaps_first(kept, "office", weight, MOST_OFFICES)
    about = {language: _about(language) for language in LANGUAGES}
    drawn = cells(kept, "office", "due_on", "problem_count", about, pl.lit(False))
    notes = (*view.notes, others_below(hidden)) if hidden else view.notes
    return replace(view, frame=drawn, notes=notes)


def _about(language: str) -> pl.Expr:
    def said(row: dict[str, object]) -> str:
        reported, late, count = row["reported_on"], row["days_late"], row["problem_count"]
        if reported is None:
            return STATUSES["missing"](language)
        parts = [wording.day(reported, language)]  # type: ignore[arg-type]  # a date in this column
        if late:
            parts.append(f"{STATUSES['late'](language)} {wording.days(late, language)}")  # type: ignore[arg-type]  # a number
        if count is not None:
            zero = ("零报告", "no problems")[language != "zh"]
            problems = (f"{count}个问题", f"{count} problems")[language != "zh"]
            parts.append(problems if count else zero)
        return ("，" if language == "zh" else ", ").join(parts)

    return pl.struct("reported_on", "days_late", "problem_count").map_elements(said, return_dtype=pl.String)


def within(snapshot: Snapshot, filters: Filters) -> View:
    """The rows of `reports` whose due date lies in the period."""
    view = reports(snapshot, filters)
    inside = pl.col("due_on").is_between(filters.start or date.min, filters.end or date.max)
    return replace(view, frame=view.frame.filter(inside))


def by_office(snapshot: Snapshot, filters: Filters) -> View:
    """How each office reported over the period.

    Returns:
        One row an office, most missing first: office, zh, en, due, on_time, late, missing, zero, problems (sum of the
        reports that give a number), not_counted (reports without a number), value (share on time of due).
    """
    view = within(snapshot, filters)
    frame = view.frame.group_by("office", "zh", "en", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("due"),
        *((pl.col("status") == name).sum().cast(pl.Int64).alias(name) for name in STATUSES),
        pl.col("is_zero").sum().cast(pl.Int64).alias("zero"),
        pl.col("problem_count").sum().alias("problems"),
        (pl.col("reported_on").is_not_null() & pl.col("problem_count").is_null()).sum().cast(pl.Int64)
        .alias("not_counted"),
    )  # fmt: skip
    frame = frame.with_columns(value=pl.col("on_time") / pl.col("due"))
    frame = frame.sort("missing", "late", descending=True, maintain_order=True)
    return replace(view, frame=frame, finding=_over_the_period(frame))


def _over_the_period(frame: pl.DataFrame) -> Text | None:
    if frame.is_empty():
        return None
    on_time, due = int(frame["on_time"].sum()), int(frame["due"].sum())
    never = frame.filter(pl.col("missing") + pl.col("late") == 0).height
    return in_both(
        "按时{share}（{counts}），{never}个单位从未迟报缺报",
        "{share} on time ({counts}); {never} offices never late or missing",
        share=both(wording.per_cent, on_time / due),
        counts=both(_reports, on_time, due),
        never=both(wording.number, never),
    )


def by_date(snapshot: Snapshot, filters: Filters) -> View:
    """Reports and problems by due date.

    Returns:
        One row a due date, newest first: due_on, due (offices), on_time, late, missing, zero, problems.
    """
    view = within(snapshot, filters)
    frame = view.frame.group_by("due_on", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("due"),
        *((pl.col("status") == name).sum().cast(pl.Int64).alias(name) for name in STATUSES),
        pl.col("is_zero").sum().cast(pl.Int64).alias("zero"),
        pl.col("problem_count").sum().alias("problems"),
    )
    return replace(view, frame=frame.sort("due_on", descending=True), finding=_problems_finding(frame))


def _problems_finding(frame: pl.DataFrame) -> Text | None:
    if frame.is_empty():
        return None
    newest = frame.sort("due_on").row(-1, named=True)
    return in_both(
        "{day}上报问题{problems}个，零报告{zero}个单位",
        "{day}: {problems} problems reported, {zero} offices with none",
        day=both(wording.day, newest["due_on"]),
        problems=both(wording.number, newest["problems"]),
        zero=both(wording.number, newest["zero"]),
    )


def _reports(part: int, whole: int, language: str) -> str:
    """Counts of reports: 12/14份, 12 of 14 reports."""
    return wording.part_of(part, whole, language) + ("份" if language == "zh" else " reports")


def kinds(snapshot: Snapshot, filters: Filters) -> View:
    """Of what kind the problems are: in how many reports of the period each kind is named.

    Returns:
        One row a kind, most frequent first: kind, zh, en, items (reports naming it), of (reports with problems),
        offices (that named it), value (share of the reports with problems).
    """
    view = within(snapshot, filters)
    handed_in = view.frame.filter(pl.col("reported_on").is_not_null() & (pl.col("problem_count").fill_null(1) > 0))
    found = [
        {"kind": kind, "office": office}
        for office, text in handed_in.select("office", "problem_kinds").iter_rows()
        for kind in dict.fromkeys(part.strip() for part in _SEPARATORS.split(text or "") if part.strip())
    ]
    rows = pl.DataFrame(found, schema={"kind": pl.String, "office": pl.String})
    frame = rows.group_by("kind").agg(
        pl.len().cast(pl.Int64).alias("items"), pl.col("office").n_unique().cast(pl.Int64).alias("offices")
    )
    frame = frame.with_columns(of=pl.lit(handed_in.height, pl.Int64)).with_columns(value=pl.col("items") / pl.col("of"))
    frame = frame.sort("items", "kind", descending=[True, False]).with_columns(
        *(
            pl.col("kind").map_elements(partial(_kind_label, language), return_dtype=pl.String).alias(language)
            for language in LANGUAGES
        )
    )
    frame = frame.select("kind", "zh", "en", "items", "of", "offices", "value")
    unnamed = handed_in.filter(pl.col("problem_kinds").fill_null("").str.strip_chars() == "").height
    notes = view.notes
    if unnamed:
        notes = (
            in_both("有{unnamed}份报告未填问题类别。", "Reports with problems that name no kind: {unnamed}.",
                    unnamed=both(wording.number, unnamed)), *notes,
        )  # fmt: skip
    finding = None
    if frame.height:
        # the two most frequent, and whichever are as frequent as the second
        most = frame.filter(pl.col("items") >= frame["items"][min(1, frame.height - 1)])
        names = [wording.listing(most[language].to_list(), language) for language in LANGUAGES]
        finding = Text(f"问题最多见于{names[0]}", f"Problems are most often about {names[1]}")
    return replace(view, frame=frame, finding=finding, notes=notes)


def _kind_label(language: str, kind: str) -> str:
    # kinds are first-level topics where they are spelt like one, else the office's own words
    topics = DICTIONARIES["topic_l1"]
    return topics.label(topics.find(kind) or kind, language)


def deadline(snapshot: Snapshot, filters: Filters) -> Text:
    """The next deadline, seen from the as-of day."""
    as_of = filters.as_of or snapshot.as_of
    day = next_due(snapshot, as_of)
    left = (day - as_of) // timedelta(days=1)
    return in_both("下次上报：{day}（还有{left}）", "Next report due {day} (in {left})",
                   day=both(wording.day, day), left=both(wording.days, left))  # fmt: skip


def table(view: View, language: str) -> pl.DataFrame:
    """The rows of `by_office` for reading."""
    rows = view.frame
    share = [
        f"{wording.per_cent(value, language)} ({wording.part_of(on_time, due, 'zh')})"
        for value, on_time, due in rows.select("value", "on_time", "due").rows()
    ]
    return rows.select(
        pl.col(language).alias("name"),
        pl.Series("share", share, dtype=pl.String),
        "late",
        "missing",
        "zero",
        "problems",
    )
