"""Every record that was there before the history gets a first state in it."""

import json
from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

TABLES = (
    "target",
    "special_period",
    "reception_day",
    "problem_report",
    "rectification_item",
    "supervision_item",
    "context_event",
    "ledger_item",
    "decision",
    "backlog_item",
    "rebaseline",
    "meeting",
    "saved_view",
    "wall_slide",
)


def upgrade() -> None:
    """Enter each record that has no history, as it stands."""
    bind = op.get_bind()
    changes = sa.Table("record_change", sa.MetaData(), autoload_with=bind)
    for name in TABLES:
        table = sa.Table(name, sa.MetaData(), autoload_with=bind)
        key = next(iter(table.primary_key.columns))
        known = set(bind.execute(sa.select(changes.c.record_id).where(changes.c.kind == name)).scalars())
        for row in bind.execute(sa.select(table).order_by(key)).mappings():
            if str(row[key.name]) not in known:
                content = {column: _plain(value) for column, value in row.items()}
                state = {
                    "kind": name,
                    "record_id": str(row[key.name]),
                    "version": row["version"],
                    "action": "add",
                    "changed_at": datetime.now(UTC).replace(tzinfo=None),
                    "changed_by": "upgrade",
                    "content": json.dumps(content, ensure_ascii=False, sort_keys=True),
                }
                bind.execute(sa.insert(changes), state)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
