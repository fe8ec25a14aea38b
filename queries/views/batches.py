"""What became of the old, hard matters assigned in batches (重复信访治理), and what waits on whom?

Counts and rates are those of the measures of `queries.measures.backlog`; dates of single items come from the records.
"""

from dataclasses import replace

import polars as pl

from queries import wording
from queries.counting.distributions import backlog_batches
from queries.counting.evaluate import evaluate
from queries.counting.reasons import reason_text, why_not
from queries.filters import Filters
from queries.measures import measure
from queries.snapshot import Snapshot
from queries.stats.intervals import quantile_ranks
from queries.views import View
from queries.views.parts import both, in_both, made, others_below, seen
from queries.views.recorded import applicable, as_stood, curve, median, named, narrowed, not_applied
from queries.views.repeats import batches_said, recognition_is_stated, rung_of
from queries.views.time_to_return import backflow
from queries.vocabulary import Text

GROUPS = ("batch", "place", "office")
COLUMNS = {"batch": "batch", "place": "place_code", "office": "office_id"}
STEPS = ("assigned", "named", "reported", "recognised", "returned", "reflowed")
RATES = ("backlog_reported_rate", "backlog_recognised_rate", "backlog_reflow_rate")
DAYS = ("assigned_on", "reported_on", "reviewed_on", "reflow_on")
ENOUGH = 10  # recognised items, from which on the share without reflow is estimated
MOST_BATCHES = 4  # the newest are drawn; the table has all
MOST_GROUPS = 14  # rows of the picture of shares; the table has all

STATES = {
    "unnamed": Text("待明确包案领导和责任单位", "leader or office not named"),
    "open": Text("办理中", "in hand"),
    "returned": Text("退回重办", "returned"),
    "under_review": Text("审核中", "under review"),
    "not_stated": Text("已上报，认定未说明", "reported, recognition not stated"),
    "recognised": Text("认定化解", "recognised"),
    "came_back": Text("回流", "flowed back"),
    "contradictory": Text("日期矛盾", "dates contradict"),
}
"""Where an item stands, in the order of the ladder."""

WAITS_ON = {
    "bureau": Text("信访局（包案）", "the bureau (to name them)"),
    "office": Text("责任单位", "the responsible office"),
    "above": Text("上级（认定）", "the level above"),
}
_NOT_SHOWN = ("case_id", "unusable", "is_undated", "import_id", "first_import_id", "version", "withdrawn_at")
_WAITING = {"unnamed": "bureau", "open": "office", "returned": "office", "came_back": "office",
            "under_review": "above", "not_stated": "above"}  # fmt: skip
_SINCE = {
    "unnamed": "assigned_on",
    "open": "assigned_on",
    "returned": "decided_on",
    "came_back": "reflow_on",
    "under_review": "reported_on",
    "not_stated": "reported_on",
}


def _chosen(snapshot: Snapshot, filters: Filters) -> Filters:
    """Batches run over years: every item assigned by the as-of day, whatever the period."""
    return applicable(replace(seen(filters, snapshot), start=None, end=None), GROUPS)


def items(snapshot: Snapshot, filters: Filters) -> View:
    """Every item assigned by the as-of day, as it then stood.

    Returns:
        Columns of the record (item_id, batch, place_code, office_id, lead_post, assigned_on, reported_on, reviewed_on,
        reflow_on; dates after the as-of day are null), is_named (lead leader and office), decided_on (of the review),
        state (STATES), waits_on (WAITS_ON, null where nothing is waited for), waiting_days (calendar days), place_zh,
        place_en, office_zh, office_en. Longest waiting first within a batch.
    """
    chosen = _chosen(snapshot, filters)
    as_of = chosen.as_of or snapshot.as_of
    rows = snapshot.records.rows("backlog_item").filter(pl.col("assigned_on") <= as_of)
    rows = rows.with_columns(is_undated=pl.col("reported_on").is_null())  # the day of the report, whenever it was
    frame = as_stood(narrowed(rows, chosen, COLUMNS), as_of, ("reported_on", "reflow_on"))
    decided = pl.coalesce("reviewed_on", "reported_on", "assigned_on")
    # an undated review counts from the report, as in the definition; one of the future has not happened
    is_decided = pl.coalesce("reviewed_on", pl.lit(as_of)) <= as_of
    is_decided &= pl.col("reported_on").is_not_null() | pl.col("reviewed_on").is_not_null() | pl.col("is_undated")
    named_both = (pl.col("leader_assigned").fill_null(False) | pl.col("lead_post").fill_null("").ne("")) & pl.col(
        "office_id"
    ).fill_null("").ne("")
    frame = frame.with_columns(
        is_named=named_both,
        decided_on=pl.when(is_decided & pl.col("review_result").is_in(["recognised", "returned"])).then(decided),
    )
    frame = as_stood(frame, as_of, ("reviewed_on",)).with_columns(state=_state())
    since = pl.coalesce(*(pl.when(pl.col("state") == name).then(pl.col(day)) for name, day in _SINCE.items()))
    frame = frame.with_columns(
        waits_on=pl.col("state").replace_strict(_WAITING, default=None, return_dtype=pl.String),
        waiting_days=(pl.lit(as_of) - since).dt.total_days(),
    )
    frame = named(frame.drop(_NOT_SHOWN), snapshot, "place_code", "place_zh", "place_en")
    frame = named(frame, snapshot, "office_id", "office_zh", "office_en")
    frame = frame.sort(["assigned_on", "batch", "waiting_days", "item_id"], descending=[False, False, True, False],
                       nulls_last=True)  # fmt: skip
    finding, notes = _waiting_finding(frame), not_applied(filters, GROUPS)
    return made(snapshot, chosen, frame, (), (), finding, notes)


def _state() -> pl.Expr:
    result, decided = pl.col("review_result"), pl.col("decided_on").is_not_null()
    recognised = decided & (result == "recognised")
    reported = pl.col("reported_on").is_not_null()
    return (
        pl.when(pl.col("unusable") != 0).then(pl.lit("contradictory"))
        .when(recognised & pl.col("reflow_on").is_not_null()).then(pl.lit("came_back"))
        .when(recognised).then(pl.lit("recognised"))
        .when(decided & (result == "returned")).then(pl.lit("returned"))
        .when(reported & result.is_null()).then(pl.lit("not_stated"))
        # without a date of its report, what is under review must have been reported
        .when(reported | (result == "under_review") & pl.col("is_undated")).then(pl.lit("under_review"))
        .when("is_named").then(pl.lit("open"))
        .otherwise(pl.lit("unnamed"))
    )  # fmt: skip


def _waiting_finding(frame: pl.DataFrame) -> Text | None:
    if frame.is_empty():
        return None
    waiting = frame.filter(pl.col("waits_on").is_not_null())
    if waiting.is_empty():
        return Text("没有等待中的件", "Nothing is waiting")
    parts = []
    for whom, label in WAITS_ON.items():
        rows = waiting.filter(pl.col("waits_on") == whom)
        if rows.height:
            longest = int(rows["waiting_days"].max() or 0)  # type: ignore[arg-type]  # an integer column
            parts.append(
                in_both(
                    "等{whom}的{items}，最长{days}", "{items} on {whom}, up to {days}",
                    whom=(label.zh, label.en), items=both(wording.items, rows.height), days=both(wording.days, longest),
                )
            )  # fmt: skip
    return Text("；".join(part.zh for part in parts), "Waiting: " + "; ".join(part.en for part in parts))


def ladder(snapshot: Snapshot, filters: Filters, by: str = "batch") -> View:
    """How far the items of each batch, township or office have come, one row a group.

    Returns:
        by, zh, en; assigned, named (null where there are no records), reported, recognised, returned, under_review,
        not_stated, reflowed, excluded (dates contradict), reported_rate, recognised_rate (null where no result is
        stated) and their Wilson limits; recognised_of (without the reported ones whose result is not stated);
        days_at_risk. Batches by first assignment, others by name. The finding names reported and recognised side by
        side.
    """
    chosen = _chosen(snapshot, filters)
    each = measure("backlog_reported_rate")
    reason = why_not(each, snapshot, chosen)
    if reason:
        why = (reason_text(each, snapshot, reason, chosen), *not_applied(filters, GROUPS))
        return made(snapshot, chosen, pl.DataFrame(schema={"value": pl.Float64}), (), (by,), None, why)
    counted = backlog_batches(snapshot, (by,), chosen)
    known = items(snapshot, filters).frame.filter(pl.col("state") != "contradictory")
    key = pl.col(COLUMNS[by]).fill_null("").alias(by)
    naming = known.group_by(key).agg(pl.col("is_named").sum().cast(pl.Int64).alias("named"))
    frame = counted.join(naming, on=by, how="left", maintain_order="left")
    if snapshot.records.rows("backlog_item").height:
        frame = frame.with_columns(pl.col("named").fill_null(0))
    for name, label in (("backlog_reported_rate", "reported"), ("backlog_recognised_rate", "recognised")):
        shares = evaluate(snapshot, name, (by,), chosen).select(
            by,
            pl.col("value").alias(f"{label}_rate"),
            pl.col("lower").alias(f"{label}_lower"),
            pl.col("upper").alias(f"{label}_upper"),
            pl.col("denominator").alias(f"{label}_of"),
        )
        frame = frame.join(shares, on=by, how="left", maintain_order="left")
    words = snapshot.dimension(by).select(pl.col("key").alias(by), "zh", "en")
    frame = frame.join(words, on=by, how="left", maintain_order="left")
    notes = (*_contradictions(int(frame["excluded"].sum())), *_unstated(frame), *not_applied(filters, GROUPS))
    return made(snapshot, chosen, frame, RATES, (by,), _ladder_finding(snapshot, chosen), notes)


def _ladder_finding(snapshot: Snapshot, chosen: Filters) -> Text | None:
    labels = {language: snapshot.labels("batch", language) for language in ("zh", "en")}
    counted = backlog_batches(snapshot, ("batch",), chosen).filter(pl.col("assigned") > 0)
    said = batches_said(counted.tail(MOST_BATCHES), labels)
    back = int(counted["reflowed"].sum())
    if said is None or not back:
        return said
    return in_both("{said}；回流{items}", "{said}; {items} flowed back",
                   said=(said.zh, said.en), items=both(wording.items, back))  # fmt: skip


def _contradictions(excluded: int) -> tuple[Text, ...]:
    if not excluded:
        return ()
    return (
        in_both(
            "有{items}的日期互相矛盾，未计入各项比率。",
            "{items} with dates that contradict each other: in none of the shares.",
            items=both(wording.items, excluded),
        ),
    )


def _unstated(frame: pl.DataFrame) -> tuple[Text, ...]:
    unstated = int(frame["not_stated"].sum())
    if not unstated:
        return ()
    return (
        in_both(
            "有{items}未填报认定结果，不计入认定化解率。",
            "{items} without a stated result: not in the recognised rate.",
            items=both(wording.items, unstated),
        ),
    )


def rungs(snapshot: Snapshot, filters: Filters) -> View:
    """`ladder` by batch as the picture draws it, the newest batches.

    Returns:
        One row a batch and step: batch, zh, en, step (STEPS; "returned" only where anything was), items, of
        (`rung_of`), stated, value (items, null where not stated), under_review.
    """
    view = ladder(snapshot, filters, "batch")
    if "assigned" not in view.frame.columns:
        return view
    kept = view.frame.filter(pl.col("assigned") > 0).tail(MOST_BATCHES)
    rows = [
        {
            "batch": row["batch"],
            "zh": row["zh"],
            "en": row["en"],
            "step": step,
            "items": row[step] or 0,
            "of": rung_of(row, step),
            "stated": _is_stated(row, step),
            "value": float(row[step]) if _is_stated(row, step) else None,
            "under_review": row["under_review"],
        }
        for row in kept.iter_rows(named=True)
        for step in STEPS
        if step != "returned" or kept["returned"].sum()
    ]
    schema = {"batch": pl.String, "value": pl.Float64}
    older = view.frame.height - kept.height
    notes = (
        *view.notes,
        *((Text(f"另有{older}批未画出，见表。", f"{older} more batches are in the table."),) if older else ()),
    )
    return replace(view, frame=pl.DataFrame(rows, schema_overrides=schema, infer_schema_length=None), notes=notes)


def _is_stated(row: dict[str, int | None], step: str) -> bool:
    if step == "named":
        return row["named"] is not None
    return step in ("assigned", "reported") or recognition_is_stated(row)


def shares(snapshot: Snapshot, filters: Filters, by: str = "batch") -> View:
    """The rows of `ladder` a picture has room for: those with the most items, in the order of the ladder."""
    view = ladder(snapshot, filters, by)
    if "assigned" not in view.frame.columns:
        return view
    frame = view.frame.filter(pl.col("assigned") > 0).with_row_index("_order")
    kept = frame.sort("assigned", descending=True).head(MOST_GROUPS).sort("_order").drop("_order")
    hidden = frame.height - kept.height
    notes = (others_below(hidden),) if hidden else ()
    return replace(view, frame=kept, finding=None, notes=notes)


def waiting(snapshot: Snapshot, filters: Filters) -> View:
    """What waits on whom.

    Returns:
        One row a state that waits: waits_on, state, items, median_days, median_lower, median_upper (its 95 % limits,
        null where there are too few), longest_days; the longest first.
    """
    view = items(snapshot, filters)
    rows = view.frame.filter(pl.col("waits_on").is_not_null())
    frame = rows.group_by("waits_on", "state").agg(
        pl.len().cast(pl.Int64).alias("items"),
        pl.col("waiting_days").median().alias("median_days"),
        pl.col("waiting_days").sort().alias("days"),
        pl.col("waiting_days").max().alias("longest_days"),
    )
    ranks = quantile_ranks(frame["items"].to_numpy(), 0.5)
    frame = frame.with_columns(
        pl.col("days")
        .list.get(pl.lit(pl.Series(rank - 1).replace(-1, None)), null_on_oob=True)
        .cast(pl.Float64)
        .alias(name)
        for name, rank in zip(("median_lower", "median_upper"), ranks, strict=True)
    ).drop("days")
    return replace(view, frame=frame.sort("longest_days", "state", descending=[True, False]))


def no_reflow(snapshot: Snapshot, filters: Filters) -> View:
    """`time_to_return.backflow` of all batches, once ENOUGH items are recognised; before that only their number."""
    view = backflow(snapshot, _chosen(snapshot, filters))
    settled = int(view.frame["denominator"][0]) if view.frame.height else 0
    if settled >= ENOUGH:
        return view
    settled = items(snapshot, filters).frame.filter(pl.col("state").is_in(["recognised", "came_back"])).height
    note = in_both(
        "认定化解{items}，满{enough}件才估计不回流的比例。",
        "{items} recognised so far; from {enough} on it is estimated how many do not flow back.",
        items=both(wording.items, settled),
        enough=(str(ENOUGH),) * 2,
    )
    return replace(view, frame=view.frame.clear(), finding=None, notes=(note,))


def to_recognition(snapshot: Snapshot, filters: Filters) -> View:
    """The share of assigned items recognised, by days since assignment; open ones are followed until the as-of day.

    Items whose recognition is not stated are left out and said so: whether they are settled is not known.

    Returns:
        `recorded.curve`.
    """
    view = items(snapshot, filters)
    usable = view.frame.filter(~pl.col("state").is_in(["contradictory", "not_stated"]))
    ended = pl.when(pl.col("state").is_in(["recognised", "came_back"])).then("decided_on").alias("ended")
    ends = usable.select(ended).to_series()
    frame = curve(usable["assigned_on"], ends, view.as_of)
    middle = median(usable["assigned_on"], ends, view.as_of)
    finding = None
    if frame.height:
        done = int(ends.is_not_null().sum())
        finding = in_both(
            "{done}认定化解；估计过半在交办后{days}内认定" if middle.days is not None else "{done}认定化解，尚不到一半",
            "{done} recognised; half are estimated to be within {days} of assignment" if middle.days is not None
            else "{done} recognised, less than half so far",
            done=both(wording.fraction, done, usable.height),
            days=both(middle.said),
        )  # fmt: skip
    left = int((view.frame["state"] == "not_stated").sum())
    notes = view.notes
    if left:
        notes = (
            in_both("未说明认定结果的{items}不计入。", "Left out: {items} without a stated result.",
                    items=both(wording.items, left)),
            *notes,
        )  # fmt: skip
    if frame.is_empty() and view.frame.height:
        few = in_both("{items}太少，不画认定用时。", "{items}: too few to draw a time to recognition.",
                      items=both(wording.items, usable.height))  # fmt: skip
        notes = (few, *notes)
    return replace(view, frame=frame, finding=finding, notes=notes, methods=("waiting_curve",))


def table(view: View, language: str) -> pl.DataFrame:
    """The rows of `ladder` for reading: counts, and both shares with their counts."""
    rows = view.frame
    return rows.select(
        pl.col(language).alias("name"),
        *(pl.col(name) for name in ("assigned", "named", "reported", "recognised", "under_review", "returned",
                                    "not_stated", "reflowed", "excluded")),
        pl.Series("reported_share", _share_texts(rows, "reported", language), pl.String),
        pl.Series("recognised_share", _share_texts(rows, "recognised", language), pl.String),
    )  # fmt: skip


def _share_texts(rows: pl.DataFrame, which: str, language: str) -> list[str]:
    found = rows.select(f"{which}_rate", which, f"{which}_of").rows()
    open_, close = ("（", "）") if language == "zh" else (" (", ")")
    return [
        wording.MISSING
        if share is None
        else f"{wording.per_cent(share, language)}{open_}{wording.fraction(count, of, language)}{close}"
        for share, count, of in found
    ]


def item_table(view: View, language: str) -> pl.DataFrame:
    """The rows of `items` for reading."""
    return view.frame.select(
        "item_id",
        "batch",
        pl.col(f"place_{language}").alias("place"),
        pl.col(f"office_{language}").alias("office"),
        "lead_post",
        *DAYS,
        pl.col("state").replace_strict({name: text(language) for name, text in STATES.items()}, return_dtype=pl.String),
        pl.col("waits_on").replace_strict(
            {name: text(language) for name, text in WAITS_ON.items()}, default=None, return_dtype=pl.String
        ),
        "waiting_days",
    )


def waiting_table(view: View, language: str) -> pl.DataFrame:
    """The rows of `waiting` for reading."""
    return view.frame.select(
        pl.col("waits_on").replace_strict(
            {name: text(language) for name, text in WAITS_ON.items()}, return_dtype=pl.String
        ),
        pl.col("state").replace_strict({name: text(language) for name, text in STATES.items()}, return_dtype=pl.String),
        "items",
        "median_days",
        pl.Series(
            "median_limits",
            [
                wording.days_interval(low, high, language)
                for low, high in view.frame.select("median_lower", "median_upper").rows()
            ],
            dtype=pl.String,
        ),
        "longest_days",
    )
