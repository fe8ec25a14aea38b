"""Findings put right and matters under supervision (督查反馈整改、挂牌督办、一事一策): who owes what by when?

Two kinds of records are one list here: findings of an inspection, and listed matters. Owners are posts.
"""

from dataclasses import replace
from datetime import date

import polars as pl

from queries import wording
from queries.days import has_ended
from queries.filters import Filters
from queries.records.kinds.programmes import SUPERVISION_ITEM
from queries.snapshot import Snapshot
from queries.views import View
from queries.views.parts import both, in_both, made, seen
from queries.views.recorded import Median, as_stood, curve, median, named, narrowed, not_applied
from queries.vocabulary import Text

APPLIES = ("place", "office")
FINDING = "finding"
SOON = 14  # calendar days before the deadline
AGES = (7, 30, 90)  # calendar days overdue, upper ends; the last band is open
STATES = {
    "overdue": Text("超期未结", "overdue"),
    "soon": Text("即将到期", "due soon"),
    "open": Text("办理中", "in hand"),
    "no_deadline": Text("未定时限", "no deadline"),
    "closed_late": Text("超期办结", "closed late"),
    "closed": Text("已办结", "closed"),
}
"""In the order of urgency. "closed" also where no deadline was set."""

OPEN_STATES = ("overdue", "soon", "open", "no_deadline")
KINDS = {
    FINDING: Text("督查反馈整改", "Inspection findings"),
    **{term.key: term.label for field in SUPERVISION_ITEM.fields for term in field.choices},
}
ALL = "all"
_GAPS = {
    "owner_post": Text("责任人", "owner"),
    "plan": Text("方案", "plan"),
    "due_on": Text("时限", "deadline"),
}
_FIELDS = ("kind", "matter", "office_id", "owner_post", "plan", "opened_on", "due_on", "closed_on", "evidence", "table",
           "record_id")  # fmt: skip


def kinds(snapshot: Snapshot, filters: Filters) -> tuple[str, ...]:
    """ALL, then the kinds there are."""
    found = set(_matters(snapshot)["kind"].to_list())
    return (ALL, *(kind for kind in KINDS if kind in found), *sorted(found - set(KINDS)))


def kind_label(kind: str) -> Text:
    """The name of a kind; one of the bureau's own as it is written."""
    return KINDS.get(kind, Text(kind, kind))


def _matters(snapshot: Snapshot) -> pl.DataFrame:
    findings = snapshot.records.rows("rectification_item").select(
        pl.lit(FINDING).alias("kind"),
        pl.col("finding").alias("matter"),
        "office_id",
        "owner_post",
        "plan",
        pl.col("found_on").alias("opened_on"),
        "due_on",
        pl.col("done_on").alias("closed_on"),
        "evidence",
        pl.lit("rectification_item").alias("table"),
        pl.col("rectification_id").alias("record_id"),
    )
    listed = snapshot.records.rows("supervision_item").select(
        "kind",
        pl.coalesce("subject", "plan").alias("matter"),
        "office_id",
        "owner_post",
        "plan",
        pl.col("listed_on").alias("opened_on"),
        "due_on",
        "closed_on",
        "evidence",
        pl.lit("supervision_item").alias("table"),
        pl.col("supervision_id").alias("record_id"),
    )
    return pl.concat([findings.select(_FIELDS), listed.select(_FIELDS)])


def matters(snapshot: Snapshot, filters: Filters, kind: str = ALL) -> View:
    """Every finding and listed matter opened by the as-of day, as it then stood; the period plays no part.

    Returns:
        kind, matter, office_id, zh, en (of the office), owner_post, plan, opened_on, due_on, closed_on, evidence,
        state (STATES), days_over (calendar days past the deadline: of an open one to the as-of day, of a closed one to
        its close; null within the deadline), days_open (to the close or the as-of day), is_contradictory (closed
        before it was opened: in no figure), table, record_id. The most urgent first.
    """
    chosen = seen(filters, snapshot)
    as_of = chosen.as_of or snapshot.as_of
    rows = _matters(snapshot).filter(pl.col("opened_on") <= as_of)
    if kind != ALL:
        rows = rows.filter(pl.col("kind") == kind)
    frame = narrowed(rows, chosen, {"place": "office_id", "office": "office_id"})
    wrong = (pl.col("closed_on") < pl.col("opened_on")).fill_null(False)
    frame = as_stood(frame.with_columns(wrong.alias("is_contradictory")), as_of, ("closed_on",))
    closed, due = pl.col("closed_on"), pl.col("due_on")
    until = pl.coalesce(closed, pl.lit(as_of))
    over = (until - due).dt.total_days()
    frame = frame.with_columns(
        # evidence of something done later was not there yet
        pl.when(closed.is_not_null()).then("evidence").alias("evidence"),
        pl.when(closed.is_not_null())
        .then(pl.when(closed > due).then(pl.lit("closed_late")).otherwise(pl.lit("closed")))
        .when(due.is_null())
        .then(pl.lit("no_deadline"))
        .when(has_ended(due, as_of))
        .then(pl.lit("overdue"))
        .when((due - pl.lit(as_of)).dt.total_days() <= SOON)
        .then(pl.lit("soon"))
        .otherwise(pl.lit("open"))
        .alias("state"),
        pl.when((over > 0) | closed.is_null() & (over == 0)).then(over).alias("days_over"),
        (until - pl.col("opened_on")).dt.total_days().alias("days_open"),
    )
    frame = named(frame, snapshot, "office_id").sort(
        pl.col("state").replace_strict({name: place for place, name in enumerate(STATES)}, return_dtype=pl.Int64),
        pl.col("due_on"),
        pl.col("opened_on"),
        nulls_last=True,
    )
    notes = (*_notes(frame), *not_applied(filters, APPLIES))
    return made(snapshot, chosen, frame, (), (), _finding(frame), notes)


def _notes(frame: pl.DataFrame) -> tuple[Text, ...]:
    said = []
    wrong = int(frame["is_contradictory"].sum())
    if wrong:
        said.append(
            in_both("有{items}的办结日期早于提出日期，未计入。",
                    "In no figure: {items} closed before being opened.", items=both(wording.items, wrong))
        )  # fmt: skip
    open_ = frame.filter(pl.col("state").is_in(OPEN_STATES) & ~pl.col("is_contradictory"))
    gaps = [
        (text, open_.filter(pl.col(name).cast(pl.String).fill_null("") == "").height) for name, text in _GAPS.items()
    ]
    gaps = [(text, count) for text, count in gaps if count]
    if gaps:
        said.append(
            Text(
                "未结事项中，" + "、".join(f"{count}件没有{text.zh}" for text, count in gaps) + "。",
                "Of the open ones, " + ", ".join(f"{count} without {text.en}" for text, count in gaps) + ".",
            )
        )
    bare = frame.filter(pl.col("closed_on").is_not_null() & (pl.col("evidence").fill_null("") == "")).height
    if bare:
        said.append(
            in_both("已办结的{items}没有佐证材料编号。", "{items} closed without a reference to evidence.",
                    items=both(wording.items, bare))
        )  # fmt: skip
    return tuple(said)


def _counted(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(~pl.col("is_contradictory"))


def _finding(frame: pl.DataFrame) -> Text | None:
    frame = _counted(frame)
    if frame.is_empty():
        return None
    closed = frame.filter(pl.col("closed_on").is_not_null()).height
    overdue = frame.filter(pl.col("state") == "overdue")
    said = in_both("{total}中已办结{closed}", "{closed} of {total} closed",
                   total=both(wording.items, frame.height),
                   closed=(wording.items(closed, "zh"), wording.number(closed, "en")))  # fmt: skip
    if overdue.is_empty():
        if closed == frame.height:
            return said
        return Text(f"{said.zh}，没有超期未结的", f"{said.en}, none of the rest is overdue")
    longest = int(overdue["days_over"].max() or 0)  # type: ignore[arg-type]  # an integer column
    count = (wording.items(overdue.height, "zh"), wording.number(overdue.height, "en"))
    if longest == 0:
        return in_both("{said}，当日到期未结{count}", "{said}, {count} due that day and not closed",
                       said=(said.zh, said.en), count=count)  # fmt: skip
    return in_both("{said}，超期未结{count}，最长超{days}", "{said}, {count} overdue by up to {days}",
                   said=(said.zh, said.en), count=count, days=both(wording.days, longest))  # fmt: skip


def ages(snapshot: Snapshot, filters: Filters, kind: str = ALL) -> View:
    """Open matters past their deadline, by days past it.

    Returns:
        One row for every band: low, high (days; high null for the last), items, overdue (the same number; what the
        chart of ages marks), value.
    """
    view = matters(snapshot, filters, kind)
    over = _counted(view.frame).filter(pl.col("state") == "overdue")["days_over"].to_list()
    lows = [0, *(end + 1 for end in AGES)]
    rows = [
        {"low": low, "high": high, "items": sum(low <= days and (high is None or days <= high) for days in over)}
        for low, high in zip(lows, [*AGES, None], strict=True)
    ]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(("low", "high", "items"), pl.Int64))
    if not over:
        return replace(
            view, frame=frame.clear(), finding=Text("没有超期未结的事项", "Nothing open is overdue"), notes=()
        )
    finding = in_both("超期未结{items}", "{items} open past the deadline", items=both(wording.items, len(over)))
    frame = frame.with_columns(value=pl.col("items").cast(pl.Float64))
    return replace(view, frame=frame, finding=finding, notes=())


def closing_time(snapshot: Snapshot, filters: Filters, kind: str = ALL) -> View:
    """The share closed by each day since a matter was opened; open ones are followed until the as-of day.

    Returns:
        `recorded.curve`. The finding gives the day by which half are closed.
    """
    view = matters(snapshot, filters, kind)
    frame = _counted(view.frame)
    found = curve(frame["opened_on"], frame["closed_on"], view.as_of)
    closed = frame["closed_on"].is_not_null().sum()
    middle = median(frame["opened_on"], frame["closed_on"], view.as_of)
    if found.is_empty():
        few = in_both("{items}太少，不画闭环时间。", "{items}: too few to draw a time to close.",
                      items=both(wording.items, frame.height))  # fmt: skip
        return replace(view, frame=found, finding=None, notes=(few,))
    finding = in_both(
        "{counts}已闭环；估计过半在{days}内闭环" if middle.days is not None else "{counts}已闭环，尚不到一半",
        "{counts} closed; half are estimated to close within {days}"
        if middle.days is not None
        else "{counts} closed, less than half so far",
        counts=both(wording.fraction, int(closed), frame.height),
        days=both(middle.said),
    )
    return replace(view, frame=found, finding=finding, notes=(), methods=("waiting_curve",))


def by_office(snapshot: Snapshot, filters: Filters, kind: str = ALL) -> View:
    """What each office owes.

    Returns:
        One row an office, most overdue first: office_id, zh, en, items, closed, closed_late (of them), open, overdue
        (of the open), longest_over (days; null without), median_days (days to close with open ones as followed; null
        until half are closed), median_lower, median_upper (its 95 % limits).
    """
    view = matters(snapshot, filters, kind)
    counted = _counted(view.frame)
    is_open = pl.col("state").is_in(OPEN_STATES)
    frame = counted.group_by("office_id", "zh", "en", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("items"),
        (~is_open).sum().cast(pl.Int64).alias("closed"),
        (pl.col("state") == "closed_late").sum().cast(pl.Int64).alias("closed_late"),
        is_open.sum().cast(pl.Int64).alias("open"),
        (pl.col("state") == "overdue").sum().cast(pl.Int64).alias("overdue"),
        pl.col("days_over").filter(is_open).max().alias("longest_over"),
    )
    halves = _medians(counted, frame["zh"].to_list(), view.as_of)
    frame = frame.with_columns(
        pl.Series(name, values, dtype=pl.Float64)
        for name, values in (
            ("median_days", [half.days for half in halves]),
            ("median_lower", [half.lower for half in halves]),
            ("median_upper", [half.upper for half in halves]),
        )
    )
    return replace(view, frame=frame.sort("overdue", "open", "items", descending=True, maintain_order=True))


def _medians(frame: pl.DataFrame, names: list[str], as_of: date) -> list[Median]:
    parts = (frame.filter(pl.col("zh") == name) for name in names)
    return [median(part["opened_on"], part["closed_on"], as_of) for part in parts]


def table(view: View, language: str) -> pl.DataFrame:
    """The rows of `matters` for reading."""
    return view.frame.select(
        pl.col("state").replace_strict({name: text(language) for name, text in STATES.items()}, return_dtype=pl.String),
        pl.col("kind").replace({name: text(language) for name, text in KINDS.items()}),
        "matter",
        pl.col(language).alias("office"),
        "owner_post",
        "plan",
        "opened_on",
        "due_on",
        "closed_on",
        "days_over",
        "evidence",
    )


def office_table(view: View, language: str) -> pl.DataFrame:
    """The rows of `by_office` for reading."""
    return view.frame.select(
        pl.col(language).alias("name"),
        "items",
        "closed",
        "closed_late",
        "open",
        "overdue",
        "longest_over",
        "median_days",
        median_limits=pl.Series(
            [
                wording.days_interval(low, high, language)
                for low, high in view.frame.select("median_lower", "median_upper").rows()
            ],
            dtype=pl.String,
        ),
    )
