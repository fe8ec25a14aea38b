"""Where are there more petitions than usual? Early warning by place and topic, with its false alarms stated.

One look at the four whole weeks before the as-of day, judged by `queries.stats.surveillance` from what came before
them. It speaks of places and topics, never of people, and a signal is a reason to read the items, not a finding.
The period of the selection does not matter here: the weeks are those before the as-of day.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from queries import wording
from queries.counting.evaluate import evaluate
from queries.dimensions import BLANK, DIMENSIONS
from queries.filters import Filters
from queries.kept import by_snapshot
from queries.snapshot import Snapshot
from queries.stats.episodes import began, explained, new_flags_a_month, usual_range
from queries.stats.farrington import Settings, farrington_flexible
from queries.stats.forecasts import WINDOW, YEAR
from queries.stats.surveillance import Look
from queries.views import View
from queries.views.outlines import not_on_map, outlines
from queries.views.parts import both, in_both, made, seen
from queries.views.watching import A_WEEK, DIMENSIONS_WATCHED, Watch, by_level, look_at, watch
from queries.vocabulary import Text

SHOWN_WEEKS = YEAR  # of a signal's course
RISE_WEEKS = 26  # in which the beginning of a rise is looked for
MOST_GROUPS = 30  # of a chart of all places
FARRINGTON = Settings(reach=1, blocks=5, left_out=6)  # on four-week blocks, 13 a year; years as there are, at most 3
BLOCKS_A_YEAR = YEAR // WINDOW
MOST_YEARS = 3
CLOSE_TO_WHOLE = 10  # items; fewer are written with one decimal
CHANCE_DECIMALS = 2  # of a chance in per cent
MANY_TIMES = 10  # beyond which the expectation is too small for the number to mean much
MOST_ALARMS = 1.2
"""Times the stated false alarms that came in the worst kind of simulated cities (`make bench-signals`).

Thirty ordinary cities 1.06, thirty with frequent shocks 1.22 (standard error 0.06 each), four with two years of history
1.20 (too few to tell). It is measured, not derived: it stands for what no formula here knows, how far a city is from
the model.
"""
METHODS = ("early_warning", "false_alarm_budget", "farrington")
EVERYTHING = {
    "topic": Text("全部属地", "All places"),
    "place": Text("全部类别", "All topics"),
}
"""What stands for the other dimension in a signal of a topic, and of a place."""


@by_snapshot(8)
def signals(snapshot: Snapshot, filters: Filters) -> View:
    """Every rise beyond chance in the four weeks, the least likely first.

    Returns:
        One row a signal: level ("cell", "topic", "place", "city"), place, topic_l1 (keys; null for all of them),
        place_zh, place_en, topic_zh, topic_en; numerator (items in the four weeks), expected, excess (items), times
        (observed over expected), lower, upper (usual range), chance (of at least so many where nothing happens), since
        (Monday), weeks (since then), repeats (items among them marked as repeats, null where not stated), farrington
        ("same", "not", "short": too little history) and farrington_upper (items); course (items of the four weeks up
        to each of the last 52), course_from (the Monday on which the first of these four weeks ends).
    """
    chosen, watched = seen(filters, snapshot), watch(snapshot, filters)
    if not watched.levels:
        neither = (watched.reason,) if watched.reason else ()
        return made(snapshot, chosen, pl.DataFrame(schema=_SCHEMA), ("registered_count",), DIMENSIONS_WATCHED,
                    watched.reason, neither)  # fmt: skip
    frame = _with_repeats(_listed(snapshot, watched), snapshot, chosen, watched)
    alarms = _alarm_numbers(watched)
    return made(
        snapshot, chosen, frame.sort("chance", maintain_order=True), ("registered_count",), DIMENSIONS_WATCHED,
        _headline(frame.height, _alarm_words(alarms)), _notes(watched, alarms), methods=METHODS,
    )  # fmt: skip


_SCHEMA: dict[str, pl.DataType] = {
    "level": pl.String(), "place": pl.String(), "topic_l1": pl.String(),
    "place_zh": pl.String(), "place_en": pl.String(), "topic_zh": pl.String(), "topic_en": pl.String(),
    "numerator": pl.Int64(), "expected": pl.Float64(), "excess": pl.Float64(), "times": pl.Float64(),
    "lower": pl.Float64(), "upper": pl.Float64(), "chance": pl.Float64(), "since": pl.Date(), "weeks": pl.Int64(),
    "repeats": pl.Int64(), "farrington": pl.String(), "farrington_upper": pl.Float64(),
    "course": pl.List(pl.Int64()), "course_from": pl.Date(),
}  # fmt: skip


def _listed(snapshot: Snapshot, watched: Watch) -> pl.DataFrame:
    labels = {name: _labels(snapshot, name) for name in DIMENSIONS_WATCHED}
    sums = by_level(watched.counts)
    there, flags = watched.levels, explained(watched.levels)
    rows = []
    for level, is_listed in flags.items():
        look = there[level]
        lower, upper = usual_range(look)
        for i, j in np.argwhere(is_listed):
            place = None if level in ("topic", "city") else watched.places[i]
            topic = None if level in ("place", "city") else watched.topics[j]
            names = {
                "place": EVERYTHING["topic"] if place is None else labels["place"](place),
                "topic": EVERYTHING["place"] if topic is None else labels["topic_l1"](topic),
            }
            rows.append(
                {"level": level, "place": place, "topic_l1": topic, "lower": lower[i, j], "upper": upper[i, j]}
                | {f"{name}_{code}": text(code) for name, text in names.items() for code in ("zh", "en")}
                | _judged(look, (int(i), int(j)), sums[level][i, j], watched)
            )
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _judged(look: Look, at: tuple[int, int], weekly: npt.NDArray[np.int64], watched: Watch) -> dict[str, object]:
    seen_now, expected = float(look.observed[at]), float(look.expected[at])
    four = np.convolve(weekly, np.ones(WINDOW, dtype=np.int64), "valid")[-SHOWN_WEEKS:]
    weeks = began(weekly[-RISE_WEEKS:], expected / WINDOW)
    verdict, upper = _farrington(weekly)
    return {
        "numerator": int(seen_now),
        "expected": expected,
        "excess": seen_now - expected,
        "times": seen_now / expected,
        "chance": float(look.p[at]),
        "since": watched.last_monday - weeks * A_WEEK,
        "weeks": weeks + 1,
        "farrington": verdict,
        "farrington_upper": upper,
        "course": four.tolist(),
        "course_from": watched.last_monday - (len(four) - 1) * A_WEEK,
    }


def _farrington(weekly: npt.NDArray[np.int64]) -> tuple[str, float | None]:
    """What Farrington Flexible says of the same four weeks, and its upper limit in items."""
    blocks = len(weekly) // WINDOW
    years = min(MOST_YEARS, (blocks - 1 - FARRINGTON.reach) // BLOCKS_A_YEAR)
    series = weekly[-blocks * WINDOW :].reshape(-1, WINDOW).sum(axis=1)
    if years < 1 or not series[:-1].any():
        return "short", None
    with np.errstate(invalid="ignore", divide="ignore"):  # a fit that fails on a nearly empty past has no limit
        alarms = farrington_flexible(
            series, [blocks - 1], per_year=BLOCKS_A_YEAR, settings=replace(FARRINGTON, years=years)
        )
    if not np.isfinite(alarms.upper[0]):
        return "short", None
    return ("same" if alarms.is_alarm[0] else "not"), float(alarms.upper[0])


def _labels(snapshot: Snapshot, name: str) -> Callable[[str], Text]:
    words = {language: snapshot.labels(name, language) for language in ("zh", "en")}

    def label(key: str) -> Text:
        return Text(words["zh"].get(key) or BLANK.zh, words["en"].get(key) or BLANK.en)

    return label


def _with_repeats(frame: pl.DataFrame, snapshot: Snapshot, filters: Filters, watched: Watch) -> pl.DataFrame:
    """How many of a signal's items are marked as repeats: one matter coming back often is a rise of another kind."""
    by = [name for name in DIMENSIONS_WATCHED if snapshot.available(name)]
    start, end = watched.window
    if frame.is_empty():
        return frame
    counted = evaluate(snapshot, "repeat_share", by, replace(filters, start=start, end=end))
    if counted["numerator"].sum() == 0 and counted["denominator"].sum() == 0:
        return frame
    found = []
    for row in frame.iter_rows(named=True):
        rows = counted
        for name in by:
            if row[name] is not None:
                rows = rows.filter(pl.col(name) == row[name])
        found.append(int(rows["numerator"].sum()))
    return frame.with_columns(pl.Series("repeats", found, pl.Int64))


def _headline(count: int, alarms: Text) -> Text:
    if count == 0:
        return in_both(
            "没有发现超出偶然的上升（一切正常时每月也会误报{alarms}条）",
            "No rise beyond chance ({alarms} false alarms a month are to be expected)",
            alarms=(alarms.zh, alarms.en),
        )
    return in_both(
        "{count}处上升超出偶然（一切正常时每月也会误报{alarms}条）",
        "{count} beyond chance ({alarms} false alarms a month are to be expected)",
        count=(str(count), f"{count} rise{'' if count == 1 else 's'}"),
        alarms=(alarms.zh, alarms.en),
    )


def _alarm_numbers(watched: Watch) -> list[tuple[str, str]]:
    """The number of false alarms as written in both languages, and that of the worst case where it is another."""
    number = new_flags_a_month(watched.levels)
    if number < 0.05:
        return []
    return list(
        dict.fromkeys(both(partial(wording.number, decimals=1), each) for each in (number, number * MOST_ALARMS))
    )


def _alarm_words(numbers: list[tuple[str, str]]) -> Text:
    """How many signals a month appear where nothing happens, and in the worst case: about 1.2 to 1.5."""
    if not numbers:
        return Text("不到0.1", "under 0.1")
    if len(numbers) == 1:
        return in_both("约{number}", "about {number}", number=numbers[0])
    return in_both("约{number}至{most}", "about {number} to {most}", number=numbers[0], most=numbers[1])


def _notes(watched: Watch, alarms: list[tuple[str, str]]) -> tuple[Text, ...]:
    places, topics = len(watched.places), len(watched.topics)
    notes = [
        in_both(
            "每周看一次，共{places}个属地、{topics}个类别和它们的合计；提示只说明值得先看这些件，不是结论。",
            "Looked at once a week: {places}, {topics} and their totals. A signal is a reason to read the items, not a "
            "conclusion.",
            places=_how_many(places, "place"),
            topics=_how_many(topics, "topic"),
        ),
        Text(
            "误报数由各格概率相加得出；在模拟城市里，平常的只多半成左右，突发波动多或只有两年历史的多约两成。",
            "The number of false alarms is the sum of chances; ordinary simulated cities had hardly more, those with "
            "frequent shocks or two years of history about a fifth more.",
        )
        if len(alarms) < 2
        else Text(
            "误报数的下限由各格概率相加得出；在模拟城市里，平常的只多半成左右，突发波动多或只有两年历史的多约两成，即上限。",
            "The lower number of false alarms is the sum of chances; ordinary simulated cities had hardly more, those "
            "with frequent shocks or two years of history about a fifth more: the upper number.",
        ),
    ]
    if watched.special:
        names = [each.name for each in watched.special]
        notes.append(
            in_both(
                "这四周含特殊时期（{names}），往常件数已作调整。",
                "These weeks include special periods ({names}); the usual number allows for them.",
                names=tuple(wording.listing([name(code) for name in names], code) for code in ("zh", "en")),  # type: ignore[arg-type]  # as many as languages
            )
        )
    return tuple(notes)


def _how_many(count: int, what: str) -> tuple[str, str]:
    return wording.number(count, "zh"), f"{wording.number(count, 'en')} {what}{'' if count == 1 else 's'}"


def on_map(snapshot: Snapshot, filters: Filters, places_file: Path) -> View:
    """Where the rises are: every place with a shape, and what of `signals` lies in it.

    Returns:
        Columns of `outlines.outlines`; rises (signals of the place or of one of its topics), numerator (items of the
        four weeks in them). Rises over all places have no place on a map. Notes name places without a shape.
    """
    view = signals(snapshot, filters)
    drawn = outlines(snapshot, places_file)
    there = view.frame.filter(pl.col("place").is_not_null()).group_by("place", maintain_order=True)
    risen = there.agg(
        pl.len().cast(pl.Int64).alias("rises"), pl.col("numerator").sum(), pl.col("place_zh").first().alias("zh"),
        pl.col("place_en").first().alias("en"),
    )  # fmt: skip
    frame = drawn.join(risen.drop("zh", "en"), on="place", how="left", maintain_order="left")
    frame = frame.with_columns(pl.col("rises", "numerator").fill_null(0))
    return replace(view, frame=frame, by=("place",), notes=not_on_map(drawn, risen))


def course(snapshot: Snapshot, filters: Filters, index: int) -> View:
    """One signal of `signals` over the last year: the items of every four weeks beside what they usually hold.

    Returns:
        Columns day (the Sunday on which the four weeks end), numerator, expected, lower, upper, oldest first; only the
        last row was judged. The finding says what was seen, expected and exceeded.
    """
    found = signals(snapshot, filters)
    row = found.frame.row(index, named=True)
    sunday = row["course_from"] + A_WEEK - timedelta(days=1)
    frame = pl.DataFrame({"numerator": row["course"]}).select(
        pl.Series("day", [sunday + week * A_WEEK for week in range(len(row["course"]))]),
        "numerator",
        *(pl.lit(row[name]).alias(name) for name in ("expected", "lower", "upper")),
    )
    return replace(found, frame=frame, by=("week",), finding=described(row), notes=())


def listed(frame: pl.DataFrame, language: str, verdict: Callable[[str], str]) -> pl.DataFrame:
    """The signals as a table in one language: place, topic, seen, expected, excess, times, since, chance, farrington.

    Args:
        verdict: words for "same", "not" and "short".
    """
    verdicts = {name: verdict(name) for name in ("same", "not", "short")}
    return frame.select(
        pl.col(f"place_{language}").alias("place"),
        pl.col(f"topic_{language}").alias("topic"),
        pl.col("numerator").alias("seen"),
        "expected",
        "excess",
        pl.col("times").map_elements(lambda times: _times(times)[language == "en"], return_dtype=pl.String),
        pl.col("since").map_elements(lambda day: wording.day(day, language), return_dtype=pl.String),
        pl.col("chance").map_elements(
            lambda chance: wording.per_cent(chance, language, CHANCE_DECIMALS), return_dtype=pl.String
        ),
        pl.col("farrington").replace(verdicts),
    )


def name_of(row: Mapping[str, Any]) -> Text:
    """Place and topic of a signal: 竹屿镇 · 生态环境."""
    return Text(f"{row['place_zh']} · {row['topic_zh']}", f"{row['place_en']} · {row['topic_en']}")


def items_of(row: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The conditions under which the items of a signal lie, within `Watch.window`."""
    return {name: (row[name],) for name in DIMENSIONS_WATCHED if row[name] is not None}


def described(row: Mapping[str, Any]) -> Text:
    """What was seen, expected and exceeded: 四周16件，往常约1件，多15件（10倍以上）."""
    return in_both(
        "四周{seen}，往常{usual}，多{more}（{times}）",
        "{seen} in four weeks, usually {usual}: {more} more ({times})",
        seen=both(wording.items, row["numerator"]),
        usual=_usual(row["expected"]),
        more=_more(row["excess"], row["expected"]),
        times=_times(row["times"]),
    )


def _more(excess: float, expected: float) -> tuple[str, str]:
    """How many more than usual, as exactly as the usual number is written, so that the two add up."""
    zh, en = both(partial(wording.number, excess, decimals=_decimals(expected) if _is_one(expected) else 0))
    return f"{zh}件", en


def _usual(expected: float) -> tuple[str, str]:
    if not _is_one(expected):
        return "不到1件", "less than 1"
    zh, en = both(partial(wording.number, expected, decimals=_decimals(expected)))
    return f"约{zh}件", f"about {en}"


def _is_one(expected: float) -> bool:
    """Whether an expectation is at least 1 as the table writes it."""
    return round(expected, 1) >= 1


def _decimals(expected: float) -> int:
    return 1 if expected < CLOSE_TO_WHOLE else 0


def _times(times: float) -> tuple[str, str]:
    if times >= MANY_TIMES:
        return f"{MANY_TIMES}倍以上", f"over {MANY_TIMES} times"
    zh, en = both(partial(wording.number, times, decimals=1))
    return f"{zh}倍", f"{en} times"


def topics_now(snapshot: Snapshot, filters: Filters, most: int = MOST_GROUPS) -> View:
    """Every topic over all places: the four weeks beside their usual range, in the order of the list of topics.

    Returns:
        Columns topic_l1, zh, en, numerator, expected, lower, upper, is_signal. No rows where it cannot be said.
    """
    return _against_usual(snapshot, filters, "topic_l1", most)


def places_now(snapshot: Snapshot, filters: Filters, most: int = MOST_GROUPS) -> View:
    """Every place over all topics, as `topics_now`; of more than `most` those least like usual."""
    return _against_usual(snapshot, filters, "place", most)


def _against_usual(snapshot: Snapshot, filters: Filters, name: str, most: int) -> View:
    chosen, watched = seen(filters, snapshot), watch(snapshot, filters)
    schema = {name: pl.String(), "zh": pl.String(), "en": pl.String(), "numerator": pl.Int64(),
              **dict.fromkeys(("expected", "lower", "upper"), pl.Float64()), "is_signal": pl.Boolean()}  # fmt: skip
    if not watched.levels or not snapshot.available(name):
        return made(snapshot, chosen, pl.DataFrame(schema=schema), ("registered_count",), (name,))
    look = _level(watched, "topic" if name == "topic_l1" else "place")
    keys = watched.topics if name == "topic_l1" else watched.places
    label = _labels(snapshot, name)
    lower, upper = usual_range(look)
    frame = pl.DataFrame(
        {
            name: keys,
            "zh": [label(key).zh for key in keys],
            "en": [label(key).en for key in keys],
            "numerator": look.observed.ravel().astype(np.int64),
            "expected": look.expected.ravel(),
            "lower": lower.ravel(),
            "upper": upper.ravel(),
            "is_signal": look.is_flagged.ravel(),
        },
        schema=schema,
    )
    order = [*snapshot.keys(name), ""]
    if frame.height > most:
        chance = pl.Series("chance", look.p.ravel())
        frame = frame.with_columns(chance).sort("chance").head(most).drop("chance")
    frame = frame.sort(pl.col(name).replace_strict({key: at for at, key in enumerate(order)}, return_dtype=pl.Int64))
    own = explained(watched.levels).get("topic" if name == "topic_l1" else "place")
    finding = _group_finding(frame, name, told_already=own is not None and not own.any())
    return made(snapshot, chosen, frame, ("registered_count",), (name,), finding, methods=METHODS)


def _level(watched: Watch, name: str) -> Look:
    """The look at all topics, or all places: the one that was taken, the cells of a single place (topic), or a new one
    at the sum of those selected."""
    if name in watched.levels:
        return watched.levels[name]
    several = len(watched.places if name == "topic" else watched.topics) > 1
    return look_at(by_level(watched.counts)[name], watched.special_weeks) if several else watched.levels["cell"]


def _group_finding(frame: pl.DataFrame, name: str, told_already: bool) -> Text:
    """Which groups are above their range; `told_already`: because of rises that are listed at their own place."""
    flagged = frame.filter("is_signal")
    what = DIMENSIONS[name].label
    if flagged.is_empty() and frame.height == 1:
        only = frame.row(0, named=True)
        return in_both("{name}在往常范围内", "{name} is within its usual range", name=(only["zh"], only["en"]))
    if flagged.is_empty():
        return in_both(
            "各{what}都在往常范围内", "Every {what} is within its usual range", what=(what.zh, what.en.lower())
        )
    names = tuple(wording.listing(flagged[code].to_list(), code) for code in ("zh", "en"))
    verb = ("高于往常范围", "is above its usual range" if flagged.height == 1 else "are above their usual range")
    why = ("，来自已列出的上升", ", because of rises already listed") if told_already else ("", "")
    return in_both("{names}{verb}{why}", "{names} {verb}{why}", names=names, verb=verb, why=why)  # type: ignore[arg-type]  # as many as languages
