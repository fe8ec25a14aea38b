"""The system of record: open it, keep its schema current, hold the one writer lock.

SQLite is the embedded default and is touched by the standard library's driver only: a second copy of the SQLite
library in one process corrupts WAL files and reads stale rows. PostgreSQL comes through psycopg. Both behave the same:
a block of `writing` is one transaction that holds the writer lock; readers never wait for it.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from queries.errors import StoreBusy, StoreError, StoreTooNew
from queries.schema import metadata, store_state
from queries.settings import Settings

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0012"  # newest revision in queries/migrations/versions; held to it by a test
MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 10.0  # how long a writer waits for another before it gives up
_ADVISORY_LOCK = 7_241_986_503_117  # any fixed number: the PostgreSQL advisory lock that is our writer lock


def open_store(settings: Settings) -> Engine:
    """The database, created or brought to the newest schema.

    An older database is copied before it is changed: SQLite to a file beside it, PostgreSQL to a schema beside it
    (both named `backup_<revision>_<time>`).

    Raises:
        StoreTooNew: a newer version of this software wrote it; nothing was touched.
        StoreError: it cannot be opened, or holds tables that are not ours.
    """
    engine = connect(settings.database_url)
    try:
        if _revision(engine) != HEAD:
            migrate(engine)
    except (DBAPIError, sqlite3.DatabaseError) as error:
        engine.dispose()
        raise StoreError(
            f"The database {_shown(engine)} cannot be opened: {_cause(error)}. Nothing was changed."
        ) from (error)
    except StoreError:
        engine.dispose()
        raise
    return engine


def connect(url: str) -> Engine:
    """An engine for the URL with the connection settings every use relies on; no schema is created."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return create_engine(address, pool_pre_ping=True)
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that alone may write; committed at the end of the block, undone by any exception.

    Raises:
        StoreBusy: another writer did not finish within BUSY_SECONDS.
    """
    with engine.connect() as connection:
        try:
            if engine.dialect.name == "sqlite":
                connection = connection.execution_options(huiyin_writer=True)
                transaction = connection.begin()
            else:
                transaction = connection.begin()
                _take_advisory_lock(connection)
        except OperationalError as error:
            if "locked" not in str(error.orig):
                raise
            raise StoreBusy(_BUSY, _BUSY_ZH) from error
        with transaction:
            yield connection


def raise_version(connection: Connection) -> int:
    """Say that figures changed, within the writer's transaction; the next snapshot must contain them.

    Returns:
        The new version.
    """
    if connection.execute(update(store_state).values(version=store_state.c.version + 1)).rowcount == 0:
        connection.execute(insert(store_state).values(only=1, version=1))
    return store_version(connection)


def store_version(connection: Connection) -> int:
    """The number of the last write of figures; 0 for an empty store."""
    return connection.execute(select(store_state.c.version)).scalar() or 0


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to a revision, after a backup copy when there is data.

    Raises:
        StoreTooNew: the database is at a revision this software does not know.
        StoreError: there are tables, but none says which revision they are.
    """
    # imported here: it takes longer than opening a current database, which needs none of it
    from alembic import command
    from alembic.script import ScriptDirectory

    config = migration_config()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    with writing(engine) as connection:
        current = _read_revision(connection)  # again, now alone: another process may have been faster
        if current is not None and current not in known:
            raise StoreTooNew(
                f"The database {_shown(engine)} has schema {current}; this version of Huiyin knows up to {HEAD}. "
                "Nothing was touched. Start the newer version, or restore an older backup."
            )
        if current is None and set(inspect(connection).get_table_names()) & set(metadata.tables):
            raise StoreError(
                f"The database {_shown(engine)} holds tables with our names but no schema number. Nothing was touched. "
                "Point HUIYIN_DATABASE_URL at an empty database."
            )
        if current is not None and current != HEAD:
            backup(engine, connection, current)
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def migration_config() -> "Config":
    """Alembic's configuration for the migrations shipped in this package."""
    from alembic.config import Config  # see `migrate`

    config = Config()
    config.set_main_option("script_location", MIGRATIONS.as_posix().replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def backup(engine: Engine, connection: Connection, revision: str) -> str:
    """Copy the whole database beside itself.

    Args:
        connection: the open writer; it has changed nothing yet.

    Returns:
        The file (SQLite) or the schema (PostgreSQL) of the copy.
    """
    name = f"backup_{revision}_{datetime.now(UTC):%Y%m%dT%H%M%S}"
    if engine.dialect.name == "sqlite":
        path = Path(str(engine.url.database))
        target = path.with_name(f"{path.stem}.{name}{path.suffix}")
        # its own reading connection: the copy must hold what is committed, and the writer already has a transaction
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
        return str(target)
    tables = [table for table in inspect(connection).get_table_names() if not table.startswith("backup_")]
    connection.execute(text(f'CREATE SCHEMA "{name}"'))
    for table in tables:
        connection.execute(text(f'CREATE TABLE "{name}"."{table}" AS TABLE "{table}"'))
    return name


_BUSY = (
    "Another import is writing to the database. Nothing of this one was written. Wait until it has finished, then "
    "start this one again."
)
_BUSY_ZH = "另一个导入正在写入数据库，这一次没有写入任何内容。请等它完成后再试。"


def _take_advisory_lock(connection: Connection) -> None:
    deadline = time.monotonic() + BUSY_SECONDS
    while not connection.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK}).scalar():
        if time.monotonic() > deadline:
            raise StoreBusy(_BUSY, _BUSY_ZH)
        time.sleep(0.05)


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late and never for DDL; see _begin_sqlite
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")  # with WAL: a power cut may lose the last commit, never half of one
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA temp_store=FILE")  # staging of a large import stays out of memory
    cursor.execute("PRAGMA cache_size=-65536")  # KiB
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # a writer takes the lock at once: one that reads first and writes later could fail half-way with "locked"
    writer = connection.get_execution_options().get("huiyin_writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return _read_revision(connection)


def _read_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _shown(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)


def _cause(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]
