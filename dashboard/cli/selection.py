"""From what was typed to the filters of a page."""

import os
from dataclasses import replace

from dashboard.cli.options import PRESETS, Asked
from dashboard.i18n import choose_language
from dashboard.state.choices import preset
from queries.errors import UnknownName, UsageError
from queries.filters import Filters
from queries.settings import Settings
from queries.snapshot import Snapshot
from queries.vocabulary import LANGUAGES


def selection(snapshot: Snapshot, asked: Asked) -> Filters:
    """The same value a page's link makes of the same choices.

    Raises:
        BadFilter, UnknownName, UsageError: what could not be understood.
    """
    plain = {
        "from": asked.start,
        "to": asked.end,
        "as_of": asked.as_of,
        "rules": asked.rules,
        "convention": asked.convention,
        "target": asked.target,
    }
    query: dict[str, list[str]] = {name: [value] for name, value in plain.items() if value}
    filters = Filters.from_query(query | {name: list(keys) for name, keys in Filters.parse_where(asked.where)})
    for name, keys in filters.where:
        snapshot.codes(name, keys)  # a key nobody has is a mistake, not an empty answer
    if asked.period is None:
        return filters
    if asked.period not in PRESETS:
        raise UnknownName("period", asked.period, PRESETS)
    if asked.start or asked.end:
        raise UsageError(f"Give either --period {asked.period} or --from and --to, not both.")
    first, last = preset(asked.period, filters.as_of or snapshot.as_of)
    return replace(filters, start=first, end=last)


def reading_language(asked: str | None, settings: Settings) -> str:
    """The language of names: the option, else the installation's, else the terminal's, else Chinese.

    Raises:
        UnknownName: a language there is not.
    """
    if asked is not None and asked not in LANGUAGES:
        raise UnknownName("language", asked, LANGUAGES)
    terminal = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    return asked or settings.language or choose_language(None, terminal, None)
