"""Items of backlog batches into the store."""

import polars as pl
from sqlalchemy import Connection

from queries.records.states import of_import
from queries.records.write import catch_up
from queries.schema import backlog_item
from seed.load.merge import Merge, Merged
from seed.load.names import add_met, offices
from seed.spellings import spelling_key


def merge_backlog(connection: Connection, frame: pl.DataFrame, *, import_id: int, only_check: bool) -> Merged:
    """Add or update items by `item_id`; each new state goes into the history of records, signed by the import.

    Args:
        frame: columns of `backlog_item`; offices and places as written in the file.
    """
    known = offices(connection)
    named = frame.with_columns(
        pl.Series(column, [known.get(spelling_key(name), name) if name else None for name in frame[column]], pl.String)
        for column in ("office_id", "place_code")
    )
    if not only_check:
        met = dict.fromkeys(named["place_code"].drop_nulls(), "township")
        add_met(connection, {**met, **dict.fromkeys(named["office_id"].drop_nulls(), "department")})
    merge = Merge(connection, backlog_item, ["item_id"], import_id=import_id)
    lineage = pl.lit(import_id, pl.Int64).alias("import_id")
    merged = merge.write(named.with_columns(lineage), only_compare=only_check)
    merge.close()
    if not only_check:
        catch_up(connection, backlog_item.name, by=of_import(import_id))
    return merged
