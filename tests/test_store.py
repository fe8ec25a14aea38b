"""The system of record: opening, upgrading, refusing, locking."""

import sqlite3
import time
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

import queries.store as store_module
from queries.errors import StoreBusy, StoreError, StoreTooNew
from queries.schema import metadata
from queries.store import HEAD, migration_config, open_store, raise_version, store_version, writing


def test_the_migrations_build_exactly_the_schema(store):
    with store.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)
    assert differences == []


def test_the_newest_revision_is_the_one_the_store_expects():
    assert ScriptDirectory.from_config(migration_config()).get_current_head() == HEAD


def test_opening_again_keeps_the_data_and_is_quick(store, any_settings):
    with writing(store) as connection:
        assert raise_version(connection) == 1
    started = time.perf_counter()
    again = open_store(any_settings)
    assert time.perf_counter() - started < 1
    with again.connect() as connection:
        assert store_version(connection) == 1
    again.dispose()


def test_a_newer_database_is_refused_and_left_alone(store, any_settings):
    with writing(store) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreTooNew, match="9999"):
        open_store(any_settings)
    with store.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"


def test_tables_of_unknown_origin_are_refused(store, any_settings):
    with writing(store) as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    with pytest.raises(StoreError, match="no schema number"):
        open_store(any_settings)


def test_an_older_database_is_copied_then_upgraded(empty_settings):
    engine = store_module.connect(empty_settings.database_url)
    store_module.migrate(engine, "0001")
    item = "INSERT INTO backlog_item (item_id, batch, assigned_on) VALUES ('1/1', '1', '2022-01-10')"
    with writing(engine) as connection:
        connection.execute(text(item))
    engine.dispose()
    upgraded = open_store(empty_settings)
    with upgraded.connect() as connection:
        assert connection.execute(text("SELECT item_id, unusable FROM backlog_item")).all() == [("1/1", 0)]
        assert connection.execute(text("SELECT first_import_id FROM backlog_item")).all() == [(None,)]
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD
    if upgraded.dialect.name == "sqlite":
        (copy,) = empty_settings.data_dir.glob("huiyin.backup_0001_*.db")
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("SELECT item_id FROM backlog_item").fetchall() == [("1/1",)]
            assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
    else:
        with upgraded.connect() as connection:
            (schema,) = [name for name in inspect(connection).get_schema_names() if name.startswith("backup_0001_")]
            assert connection.execute(text(f'SELECT item_id FROM "{schema}".backlog_item')).scalars().all() == ["1/1"]
    upgraded.dispose()


def test_a_second_writer_is_told_to_wait(store, monkeypatch):
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0.2)
    second = store_module.connect(store.url.render_as_string(hide_password=False))
    with writing(store), pytest.raises(StoreBusy, match="Another import"), writing(second):
        pass
    second.dispose()


def fail_after_writing(store):
    with writing(store) as connection:
        raise_version(connection)
        raise RuntimeError


def test_what_a_failed_writer_wrote_is_gone(store):
    with pytest.raises(RuntimeError):
        fail_after_writing(store)
    with store.connect() as connection:
        assert store_version(connection) == 0


def test_readers_see_the_old_state_while_a_writer_works(store):
    with writing(store) as writer, store.connect() as reader:
        raise_version(writer)
        assert store_version(reader) == 0


def test_foreign_keys_are_held(settings):
    engine = open_store(settings)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    engine.dispose()


def test_a_file_that_is_no_database_is_named(never_opened):
    never_opened.data_dir.mkdir()
    (never_opened.data_dir / "huiyin.db").write_bytes(b"not a database, only some text that is long enough " * 50)
    with pytest.raises(StoreError, match=r"huiyin\.db"):
        open_store(never_opened)
