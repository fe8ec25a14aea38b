"""Special periods and daily reception (特殊时期值班接访): who was on duty when, what was received, was it unusual?

The roster names posts and offices; who petitioned is nowhere.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from queries import wording
from queries.counting.evaluate import evaluate
from queries.days import add_months
from queries.filters import Filters
from queries.records.kinds.programmes import SPECIAL_PERIOD
from queries.snapshot import Snapshot
from queries.stats.intervals import wilson
from queries.stats.matched_periods import Comparison, Stratum, compare
from queries.views import View
from queries.views.parts import both, in_both, made, seen
from queries.views.recorded import applicable, cells, most_gaps_first, named, narrowed, not_applied
from queries.vocabulary import LANGUAGES, Text
from queries.working_days import is_working_day

ROSTER = ("place",)  # dimensions a roster carries
REACH = 28  # calendar days on both sides of a day within which days count as the same season
MOST_DAYS, MOST_PLACES = 17, 16  # of the matrix picture; the table has all
KINDS = {term.key: term.label for field in SPECIAL_PERIOD.fields for term in field.choices}
STATUSES = {
    "covered": Text("到位", "covered"),
    "absent": Text("无人值班", "nobody on duty"),
    "unknown": Text("未登记", "not entered"),
    "planned": Text("已排班", "planned"),
    "future": Text("未到", "still to come"),
}
"""covered: a post is entered. absent: the day is entered without a post. unknown: no entry. planned, future: after the
day seen from, with a post and without."""
AHEAD = ("planned", "future")
AGAINST_USUAL = {
    None: Text("没有可比的平常日子", "no ordinary days to compare with"),
    0: Text("未超出偶然波动", "within chance"),
    1: Text("明显多于平常", "clearly more"),
    -1: Text("明显少于平常", "clearly fewer"),
}


@dataclass(frozen=True)
class Period:
    """One special period, both ends included."""

    key: str
    name: Text
    kind: str
    starts_on: date
    ends_on: date

    def days(self, until: date | None = None) -> list[date]:
        """Its days, those after `until` left out."""
        last = self.ends_on if until is None else min(self.ends_on, until)
        return [self.starts_on + timedelta(days=n) for n in range((last - self.starts_on).days + 1)]


def listed(snapshot: Snapshot, filters: Filters) -> tuple[Period, ...]:
    """The periods that had begun by the as-of day, newest first."""
    as_of = filters.as_of or snapshot.as_of
    rows = snapshot.records.rows("special_period").filter(pl.col("starts_on") <= as_of)
    return tuple(
        Period(str(row["period_id"]), Text(row["name_zh"], row["name_en"]), row["kind"], row["starts_on"],
               row["ends_on"])
        for row in rows.sort("starts_on", "period_id", descending=[True, False]).iter_rows(named=True)
    )  # fmt: skip


def _of_key(snapshot: Snapshot, filters: Filters, key: str) -> Period:
    return next(each for each in listed(snapshot, filters) if each.key == key)


def overview(snapshot: Snapshot, filters: Filters) -> View:
    """Every period: how far duty was covered, what reception brought, and petitions against matched ordinary days.

    Returns:
        One row a period, newest first: period, zh, en, kind, starts_on, ends_on, days (by the as-of day), covered,
        missing, unknown (place-days), received, settled (null where no reception is entered), count (petitions
        registered on the days compared), expected (on as many ordinary days like them), usual_days, ratio, lower,
        upper, p, direction (1, −1 beyond chance, else 0; null without comparison), left_out (days without an
        ordinary day like them), value (ratio).
    """
    chosen = seen(filters, snapshot)
    as_of = chosen.as_of or snapshot.as_of
    every = listed(snapshot, chosen)
    counts = _registered(snapshot, chosen)
    rows = []
    for each in every:
        cells = _cells(snapshot, chosen, each)
        tally = Counter(cells["status"].to_list())
        met, left_out = _matched(each, every, counts, snapshot, as_of)
        received = cells["received_count"].drop_nulls()
        settled = cells["settled_count"].drop_nulls()
        rows.append(
            {
                "period": each.key,
                "zh": each.name.zh,
                "en": each.name.en,
                "kind": each.kind,
                "starts_on": each.starts_on,
                "ends_on": each.ends_on,
                "days": len(each.days(as_of)),
                "covered": tally["covered"],
                "missing": tally["absent"],
                "unknown": tally["unknown"],
                "received": int(received.sum()) if len(received) else None,
                "settled": int(settled.sum()) if len(settled) else None,
                "left_out": left_out,
                **_compared(met),
            }
        )
    schema = {
        **dict.fromkeys(("period", "zh", "en", "kind"), pl.String),
        **dict.fromkeys(("starts_on", "ends_on"), pl.Date),
        **dict.fromkeys(("days", "covered", "missing", "unknown", "received", "settled", "left_out", "count",
                         "usual_days", "direction"), pl.Int64),
        **dict.fromkeys(("expected", "ratio", "lower", "upper", "p", "value"), pl.Float64),
    }  # fmt: skip
    frame = pl.DataFrame(rows, schema=schema)
    notes = (*to_come(snapshot, chosen), *not_applied(filters, _CASES))
    return made(
        snapshot, chosen, frame, ("registered_count",), (), _finding(frame), notes, methods=("matched_days",)
    )  # fmt: skip


def to_come(snapshot: Snapshot, filters: Filters) -> tuple[Text, ...]:
    """A sentence on the periods that have not begun by the as-of day, the next one first; none without."""
    as_of = filters.as_of or snapshot.as_of
    rows = snapshot.records.rows("special_period").filter(pl.col("starts_on") > as_of).sort("starts_on", "period_id")
    if rows.is_empty():
        return ()
    named_in = {
        language: [
            f"{name} {wording.period(start, end, language)}"
            for name, start, end in rows.select(f"name_{language}", "starts_on", "ends_on").iter_rows()
        ]
        for language in LANGUAGES
    }
    which = (wording.listing(named_in["zh"], "zh"), wording.listing(named_in["en"], "en"))
    return (in_both("尚未开始：{which}", "Not begun yet: {which}", which=which),)


_CASES = ("place", "office", "topic_l1", "topic_l2", "topic_l3", "channel", "register_level", "purpose", "procedure",
          "is_group", "is_repeat", "is_first_national", "is_first_local", "is_backlog", "is_legal_matter",
          "handling_mode", "outcome", "register_body", "query_code_status")  # fmt: skip
_NOT_COMPARED = dict.fromkeys(("count", "expected", "usual_days", "ratio", "lower", "upper", "p", "direction", "value"))


def _compared(strata: list[Stratum]) -> dict[str, float | int | None]:
    if not strata:
        return dict(_NOT_COMPARED)
    found = compare(strata)
    return {
        "count": found.count,
        "expected": found.expected,
        "usual_days": sum(each.usual_days for each in strata),
        **_limits(found),
        "p": found.p,
        "direction": found.direction,
    }


def _limits(found: Comparison) -> dict[str, float | None]:
    def finite(value: float) -> float | None:
        return value if value == value and value != float("inf") else None

    ratio = finite(found.ratio)
    return {"ratio": ratio, "value": ratio, "lower": finite(found.lower), "upper": finite(found.upper)}


def _registered(snapshot: Snapshot, chosen: Filters) -> dict[date, int]:
    """Petitions by day of registration, under the filters but at any time."""
    whole = replace(chosen, start=None, end=None)
    frame = evaluate(snapshot, "registered_count", ("day",), applicable(whole, _CASES))
    return dict(frame.select("day", "numerator").iter_rows())


def _matched(
    period: Period, every: tuple[Period, ...], counts: dict[date, int], snapshot: Snapshot, as_of: date
) -> tuple[list[Stratum], int]:
    """The period's days by weekday and whether they are worked, each with ordinary days like them.

    An ordinary day lies in no special period, has the same weekday, is worked or not alike, and lies within REACH days
    of the same date of any year in the register.

    Returns:
        The strata, and how many of the period's days have no ordinary day like them.
    """
    first = snapshot.first_day
    if first is None:
        return [], 0
    special = {day for each in every for day in each.days()}
    own: dict[tuple[int, bool], set[date]] = defaultdict(set)
    usual: dict[tuple[int, bool], set[date]] = defaultdict(set)
    for day in period.days(as_of):
        if day < first:
            continue
        own[_kind(day)].add(day)
        for year in range(first.year, as_of.year + 1):
            middle = add_months(day, 12 * (year - day.year))
            near = (middle + timedelta(days=offset) for offset in range(-REACH, REACH + 1))
            usual[_kind(day)] |= {
                other for other in near
                if first <= other <= as_of and other not in special and _kind(other) == _kind(day)
            }  # fmt: skip
    left_out = sum(len(days) for kind, days in own.items() if not usual[kind])
    strata = [
        Stratum(sum(counts.get(day, 0) for day in days), len(days), sum(counts.get(day, 0) for day in usual[kind]),
                len(usual[kind]))
        for kind, days in own.items()
        if usual[kind]
    ]  # fmt: skip
    return strata, left_out


def _kind(day: date) -> tuple[int, bool]:
    return day.weekday(), is_working_day(day)


def _finding(frame: pl.DataFrame) -> Text | None:
    """The newest period in one sentence: duty, and whether petitions were unusual."""
    if frame.is_empty():
        return None
    row = frame.row(0, named=True)
    whole = row["covered"] + row["missing"] + row["unknown"]
    if row["unknown"] == whole:
        duty = Text("值班未登记", "no duty entered")
    elif row["covered"] == whole:
        duty = Text("值班全部到位", "duty fully covered")
    else:
        done = both(wording.part_of, row["covered"], whole)
        duty = in_both("值班到位{done}点次", "duty covered on {done} place-days", done=done)
    count = against_usual(row)
    return Text(f"{row['zh']}：{duty.zh}；{count.zh}", f"{row['en']}: {duty.en}; {count.en}")


def against_usual(row: dict[str, object]) -> Text:
    """Whether the petitions of a row of `overview` were beyond chance, in words with both numbers."""
    if row["direction"] is None:
        return AGAINST_USUAL[None]
    numbers = {
        "seen": both(wording.items, row["count"]),
        "usual": tuple(wording.number(row["expected"], language, 1) for language in ("zh", "en")),  # type: ignore[arg-type]  # a number in this column
    }
    if row["direction"] == 0:
        return in_both(
            "登记{seen}，与平常（约{usual}件）没有超出偶然的差别",
            "{seen} registered, no more different from usual (about {usual}) than chance allows",
            **numbers,  # type: ignore[arg-type]  # pairs
        )
    side = ("明显多于", "clearly more than") if row["direction"] == 1 else ("明显少于", "clearly fewer than")
    return in_both(
        "登记{seen}，{side}平常（约{usual}件）", "{seen} registered, {side} usual (about {usual})", side=side, **numbers  # type: ignore[arg-type]  # pairs
    )  # fmt: skip


def _cells(snapshot: Snapshot, filters: Filters, period: Period) -> pl.DataFrame:
    """Every place on every day of a period: the roster's entry and its status."""
    as_of = filters.as_of or snapshot.as_of
    roster = snapshot.records.rows("reception_day").filter(pl.col("day").is_between(period.starts_on, period.ends_on))
    places = pl.DataFrame({"place_code": _places(snapshot, filters, roster)}, schema={"place_code": pl.String})
    days = pl.DataFrame({"day": period.days()}, schema={"day": pl.Date})
    columns = ("day", "place_code", "post_on_duty", "received_count", "settled_count", "reception_id")
    cells = days.join(places, how="cross").join(
        roster.select(columns), on=["day", "place_code"], how="left", maintain_order="left"
    )
    later = pl.col("day") > as_of
    post = pl.col("post_on_duty").fill_null("").str.strip_chars() != ""
    # a roster is planned ahead: who will be on duty is known, what will be received is not
    return cells.with_columns(
        pl.when(later).then(None).otherwise(pl.col("received_count")).alias("received_count"),
        pl.when(later).then(None).otherwise(pl.col("settled_count")).alias("settled_count"),
        pl.when(later & post)
        .then(pl.lit("planned"))
        .when(later)
        .then(pl.lit("future"))
        .when(post)
        .then(pl.lit("covered"))
        .when(pl.col("reception_id").is_not_null())
        .then(pl.lit("absent"))
        .otherwise(pl.lit("unknown"))
        .alias("status"),
    )


def _places(snapshot: Snapshot, filters: Filters, roster: pl.DataFrame) -> list[str]:
    """Who should be on duty: every listed township, and whoever the roster of the period names; none else."""
    listed_places = snapshot.dimension("place").filter(pl.col("is_listed") & (pl.col("kind") == "township"))
    others = sorted(set(roster["place_code"].to_list()) - set(listed_places["key"].to_list()))
    every = pl.DataFrame({"place": [*others, *listed_places["key"].to_list()]}, schema={"place": pl.String})
    return narrowed(every, filters, {"place": "place"})["place"].to_list()


def coverage(snapshot: Snapshot, filters: Filters, key: str) -> View:
    """Who was on duty, day by day and place by place, of one period.

    Returns:
        One row a place and day: place_code, zh, en, day, status (STATUSES), post_on_duty, received_count,
        settled_count, is_off_day. Places as in the roster first, then townships; days ascending. The finding counts
        covered place-days, weekends and holidays named apart.
    """
    chosen = seen(filters, snapshot)
    period = _of_key(snapshot, chosen, key)
    frame = named(_cells(snapshot, chosen, period), snapshot, "place_code")
    off = [not is_working_day(day) for day in frame["day"].to_list()]
    frame = frame.with_columns(pl.Series("is_off_day", off, dtype=pl.Boolean))
    return made(snapshot, chosen, frame, (), (), _coverage_finding(frame), not_applied(filters, ROSTER))


def _coverage_finding(frame: pl.DataFrame) -> Text | None:
    due = frame.filter(~pl.col("status").is_in(AHEAD))
    if due.is_empty():
        return None
    covered = due.filter(pl.col("status") == "covered").height
    off = due.filter("is_off_day")
    open_ = due.filter(pl.col("status") != "covered")
    said = in_both(
        "值班{done}点次到位，其中休息日{off}",
        "Duty covered on {done} place-days, {off} on days off",
        done=both(wording.part_of, covered, due.height),
        off=both(wording.part_of, off.filter(pl.col("status") == "covered").height, off.height),
    )
    if open_.is_empty():
        return said
    worst = open_.group_by("zh", "en").len().sort("len", "zh", descending=[True, False])
    names = [wording.listing(worst[language].to_list(), language) for language in ("zh", "en")]
    return Text(f"{said.zh}；{names[0]}有缺口", f"{said.en}; gaps at {names[1]}")


def _visits(count: int, language: str) -> str:
    """What reception counts: 12批次, 12 visits."""
    return wording.number(count, language) + ("批次" if language == "zh" else " visit" if count == 1 else " visits")


def matrix(snapshot: Snapshot, filters: Filters, key: str) -> View:
    """The part of `coverage` a picture has room for: the newest days, places with gaps first.

    Returns:
        `recorded.cells` of places by day; text: petitions received, "" where not entered.
    """
    view = coverage(snapshot, filters, key)
    frame = view.frame
    days = sorted(frame["day"].unique().to_list())
    past = [day for day in days if day <= view.as_of] or days[:1]
    kept_days = past[-MOST_DAYS:] if len(days) > MOST_DAYS else days
    kept, hidden_places = most_gaps_first(
        frame, "place_code", pl.col("status").is_in(["absent", "unknown"]), MOST_PLACES
    )
    post, counts = (
        pl.col("post_on_duty").fill_null(wording.MISSING),
        (_count("received_count"), _count("settled_count")),
    )
    about = {
        "zh": pl.format("值班：{}；接访{}批次，现场化解{}批次", post, *counts),
        "en": pl.format("on duty: {}; received {}, settled {}", post, *counts),
    }
    kept = kept.filter(pl.col("day").is_in(kept_days))
    drawn = cells(kept.rename({"place_code": "place"}), "place", "day", "received_count", about, pl.col("is_off_day"))
    hidden = [(len(days) - len(kept_days), "天", "days"), (hidden_places, "个地点", "places")]
    notes = tuple(
        Text(f"另有{count}{zh}未画出，见下载的数据。", f"{count} more {en} are in the download.")
        for count, zh, en in hidden
        if count
    )
    return replace(view, frame=drawn, by=("place",), notes=(*view.notes, *notes))


def _count(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).fill_null(wording.MISSING)


def receptions(snapshot: Snapshot, filters: Filters, key: str) -> View:
    """What reception brought, by place, of one period.

    Returns:
        One row a place with entries, the most received first: place_code, zh, en, days (on duty), numerator (settled
        on the spot), denominator (received where the settled ones are entered too), received (all), value, lower,
        upper (Wilson, 95 %). The finding gives the whole.
    """
    view = coverage(snapshot, filters, key)
    entered = view.frame.filter(pl.col("received_count").is_not_null())
    both_known = pl.col("settled_count").is_not_null() & (pl.col("settled_count") <= pl.col("received_count"))
    frame = entered.group_by("place_code", "zh", "en", maintain_order=True).agg(
        (pl.col("status") == "covered").sum().cast(pl.Int64).alias("days"),
        pl.col("settled_count").filter(both_known).sum().alias("numerator"),
        pl.col("received_count").filter(both_known).sum().alias("denominator"),
        pl.col("received_count").sum().alias("received"),
        (~both_known).sum().cast(pl.Int64).alias("excluded"),
    )
    lower, upper = wilson(frame["numerator"].to_numpy(), frame["denominator"].to_numpy())
    frame = frame.with_columns(
        pl.when(pl.col("denominator") > 0).then(pl.col("numerator") / pl.col("denominator")).alias("value"),
        pl.Series("lower", lower, dtype=pl.Float64).fill_nan(None),
        pl.Series("upper", upper, dtype=pl.Float64).fill_nan(None),
    ).sort("received", descending=True, maintain_order=True)
    excluded = int(frame["excluded"].sum())
    notes: tuple[Text, ...] = view.notes
    if frame.is_empty():
        notes = (Text("还没有登记接访批次。", "No petitions received are entered yet."), *notes)
    if excluded:
        notes = (
            Text(
                f"有{excluded}点次未填现场化解数或多于接访数，不计入化解比例。",
                f"{excluded} place-days without a number settled, or with more than received, are not in the share.",
            ),
            *notes,
        )
    return replace(view, frame=frame, finding=_received_finding(frame), notes=notes)


def _received_finding(frame: pl.DataFrame) -> Text | None:
    if frame.is_empty():
        return None
    settled, of, received = (int(frame[name].sum()) for name in ("numerator", "denominator", "received"))
    if not received:
        return in_both("接访{visits}", "{visits} received", visits=both(_visits, 0))
    if not of:
        return in_both("接访{visits}，现场化解数未填", "{visits} received, numbers settled not entered",
                       visits=both(_visits, received))  # fmt: skip
    return in_both(
        "接访{visits}，现场化解 {share}（{counts}批次）",
        "{visits} received, {share} settled on the spot ({counts})",
        visits=both(_visits, received),
        share=both(wording.per_cent, settled / of),
        counts=both(wording.part_of, settled, of),
    )


def table(view: View, language: str) -> pl.DataFrame:
    """The rows of `overview` for reading."""
    rows = view.frame.to_dicts()
    due = [row["covered"] + row["missing"] + row["unknown"] for row in rows]
    duty = [
        wording.part_of(row["covered"], cells, language) if row["unknown"] < cells else wording.MISSING
        for row, cells in zip(rows, due, strict=True)
    ]
    settled = [
        wording.MISSING if row["received"] is None
        else _visits(row["received"], language) if row["settled"] is None or not row["received"]
        else wording.part_of(row["settled"], row["received"], language)
        for row in rows
    ]  # fmt: skip
    return pl.DataFrame(
        {
            "name": view.frame[language],
            "kind": [KINDS[row["kind"]](language) if row["kind"] in KINDS else row["kind"] for row in rows],
            "dates": [wording.period(row["starts_on"], row["ends_on"], language) for row in rows],
            "days": view.frame["days"],
            "duty": duty,
            "settled": settled,
            "count": view.frame["count"],
            "expected": view.frame["expected"],
            "verdict": [AGAINST_USUAL[row["direction"]](language) for row in rows],
        }
    )


def roster_table(view: View, language: str) -> pl.DataFrame:
    """The rows of `coverage` for reading."""
    return view.frame.select(
        "day",
        pl.col(language).alias("place"),
        pl.col("status").replace_strict(
            {name: text(language) for name, text in STATUSES.items()}, return_dtype=pl.String
        ),
        "post_on_duty",
        "received_count",
        "settled_count",
    )


def reception_table(view: View, language: str) -> pl.DataFrame:
    """The rows of `receptions` for reading: place, days_on_duty, received, settled_share (with its counts)."""
    share = [
        wording.MISSING
        if value is None
        else f"{wording.per_cent(value, language)} ({wording.part_of(settled, of, 'zh')})"
        for value, settled, of in view.frame.select("value", "numerator", "denominator").rows()
    ]
    return view.frame.select(
        pl.col(language).alias("place"),
        pl.col("days").alias("days_on_duty"),
        "received",
        pl.Series("settled_share", share, dtype=pl.String),
    )


def roster_ids(snapshot: Snapshot, filters: Filters, key: str) -> list[int]:
    """Keys of the roster's records within a period, by day and place."""
    period = _of_key(snapshot, filters, key)
    rows = snapshot.records.rows("reception_day")
    inside = rows.filter(pl.col("day").is_between(period.starts_on, period.ends_on))
    return inside.sort("day", "place_code")["reception_id"].to_list()
