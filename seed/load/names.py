"""The office table as the import needs it: names already known, names newly met, the list an office keeps itself."""

import json
import re
from collections.abc import Callable, Iterable, Mapping

import polars as pl
from sqlalchemy import Connection, delete, insert, select, update

from queries.schema import backlog_item, office, petition_case, statistics_row
from queries.vocabulary import fold
from seed.load.bulk import fetch_frame
from seed.spellings import spelling_key

_BEFORE = re.compile(r"^(?:中共|中国共产党)")
_BEHIND = re.compile(r"(?:人民)?政府$|(?:党委|党工委|党组|委员会|办事处|街道办)$")
SHORTEST = 3  # characters of an abbreviation
_NAMED = ("register_body", "topic_l1", "topic_l2", "topic_l3")
_USES = ((petition_case, "place_code"), (petition_case, "responsible_office_id"), (backlog_item, "office_id"),
         (backlog_item, "place_code"))  # fmt: skip


def known_names(connection: Connection, columns: Iterable[str]) -> dict[str, dict[str, str]]:
    """By group of spellings: key to the name in the store."""
    known = {"office": offices(connection)}
    for column in set(columns) & set(_NAMED):
        names = fetch_frame(
            connection, f"SELECT DISTINCT {column} FROM petition_case WHERE {column} IS NOT NULL", [column]
        )[column]
        known[column] = {spelling_key(name): name for name in sorted(names)}
    return known


def offices(connection: Connection, *, listed_only: bool = False) -> dict[str, str]:
    """Key of every spelling to office_id; a listed office wins over one only met."""
    rows = connection.execute(
        select(office.c.office_id, office.c.name, office.c.aliases, office.c.is_listed).order_by(office.c.is_listed)
    ).all()
    found: dict[str, str] = {}
    for office_id, name, aliases, is_listed in rows:
        if is_listed or not listed_only:
            for spelling in (*json.loads(aliases), name, office_id):
                found[spelling_key(spelling)] = office_id
    return found


def office_of_label(connection: Connection) -> Callable[[str], str | None]:
    """Finds the office a label means: by its name or an alias, else without 中共…委员会, …人民政府, the county.

    What is none of these may be short for one office and no other: 人社局 for 人力资源和社会保障局.
    """
    known = offices(connection)
    rows = connection.execute(select(office.c.office_id, office.c.name, office.c.kind)).all()
    counties = [re.escape(name) for _, name, kind in rows if kind == "county"]
    above = re.compile(f"^(?:{'|'.join((*counties, '[本市县区]'))})")
    names = [(name, office_id) for office_id, name, kind in rows if kind in ("department", "township")]

    def of_label(label: str) -> str | None:
        bare = _BEHIND.sub("", _BEFORE.sub("", fold(label)))
        spellings = (label, bare, above.sub("", bare))
        found = next((known[key] for key in map(spelling_key, spellings) if key in known), None)
        if found is not None:
            return found
        shorts = set(spellings)
        meant = {office_id for name, office_id in names if any(is_short_for(short, name) for short in shorts)}
        return meant.pop() if len(meant) == 1 else None

    return of_label


def is_short_for(short: str, name: str) -> bool:
    """Whether a name of at least three characters leaves out some of another's, but neither the first nor the last."""
    rest = iter(name)
    return (
        SHORTEST <= len(short) < len(name)
        and (short[0], short[-1]) == (name[0], name[-1])
        and all(character in rest for character in short)
    )


def add_met(connection: Connection, names: Mapping[str, str]) -> int:
    """Insert offices that were met in a register and are not in the table.

    Args:
        names: office_id to its kind ("township" for places, "department" for offices, "unknown" for both).

    Returns:
        How many were new.
    """
    there = set(connection.execute(select(office.c.office_id)).scalars())
    new = [
        {"office_id": name, "name": name, "kind": kind, "is_listed": False}
        for name, kind in sorted(names.items())
        if name not in there
    ]
    if new:
        connection.execute(insert(office), new)
    return len(new)


def replace_listed(connection: Connection, rows: list[dict[str, object]]) -> dict[str, int]:
    """Bring the office list up to date; names met before under a listed spelling become the listed office.

    Args:
        rows: office_id, name, kind, parent_id, population, aliases (a list).

    Returns:
        Numbers of "new", "changed" and "same" offices.
    """
    counts = {"new": 0, "changed": 0, "same": 0}
    there = {row.office_id: row._asdict() for row in connection.execute(select(office))}
    met = {spelling_key(office_id): office_id for office_id, row in there.items() if not row["is_listed"]}
    parents = {str(row["office_id"]): row["parent_id"] for row in rows}
    for row in rows:
        values = {
            **row,
            "aliases": json.dumps(row["aliases"], ensure_ascii=False),
            "is_listed": True,
            "parent_id": None,
        }
        old = there.get(str(row["office_id"]))
        if old is None:
            connection.execute(insert(office).values(values))
            counts["new"] += 1
        elif any(old[name] != value for name, value in values.items() if name != "parent_id") or (
            old["parent_id"] != parents[str(row["office_id"])]
        ):
            connection.execute(update(office).where(office.c.office_id == row["office_id"]).values(values))
            counts["changed"] += 1
        else:
            counts["same"] += 1
    for office_id, parent in parents.items():  # in a second step: a parent may stand below its child
        connection.execute(update(office).where(office.c.office_id == office_id).values(parent_id=parent))
    for row in rows:
        _adopt(connection, row, met)
    _match_printed(connection)
    return counts


def _match_printed(connection: Connection) -> None:
    """Labels of printed tables mean the offices of the new list: a township merged into another is that one."""
    of_label = office_of_label(connection)
    printed = statistics_row.c
    query = select(printed.label, printed.office_id).where(printed.kind == "office").distinct()
    for label, known in connection.execute(query).all():
        if (found := of_label(label)) not in (None, known):
            of_that = (printed.kind == "office") & (printed.label == label)
            connection.execute(update(statistics_row).where(of_that).values(office_id=found))


def _adopt(connection: Connection, row: Mapping[str, object], met: Mapping[str, str]) -> None:
    aliases = row["aliases"]
    assert isinstance(aliases, list)
    for spelling in (*aliases, str(row["name"]), str(row["office_id"])):
        old = met.get(spelling_key(str(spelling)))
        if old is None or old == row["office_id"]:
            continue
        for table, column in _USES:
            connection.execute(update(table).where(table.c[column] == old).values({column: row["office_id"]}))
        connection.execute(delete(office).where(office.c.office_id == old, office.c.is_listed.is_(False)))


def unlisted(names: pl.Series, listed: Mapping[str, str]) -> pl.Series:
    """Which names are on no office list."""
    strange = [name for name in names.unique().drop_nulls() if spelling_key(name) not in listed]
    return names.is_in(strange).fill_null(False)
