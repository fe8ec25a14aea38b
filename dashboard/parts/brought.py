"""What a statistics workbook brings, in words: the same on the page and on the command line."""

from collections.abc import Iterator
from typing import Any

from dashboard.i18n import Words
from queries import wording
from queries.views import statistics


def brought(report: Any, words: Words) -> Iterator[tuple[str, list[str]]]:
    """A heading and lines for each table of a `seed.statistics_files.StatisticsReport`; sheets left out come last."""
    language = words.language
    for each, is_new in zip(report.tables, report.kept, strict=True):
        state = words("statistics.is_new" if is_new else "statistics.is_known")
        lines = [f"{state} · {statistics.finding(each)(language)}"]
        lines += [caution(language) for caution in statistics.cautions(each)]
        if short := [f"{label}＝{report.shortened[label]}" for label in report.short_labels(each)]:
            lines.append(words("statistics.shortened", names=wording.listing(short, language, len(short))))
        if unmatched := report.unmatched(each):
            lines.append(words("statistics.unmatched", names=wording.listing(unmatched, language, 9)))
        yield statistics.titled(each, language), lines
    skipped = [words("statistics.skipped", sheet=sheet, reason=reason(language)) for sheet, reason in report.skipped]
    if skipped:
        yield "", skipped
