"""Rows remember which import first wrote them, so that the register can be seen as it stood after any import."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

KEYS = {"petition_case": "case_id", "case_evaluation": "case_id", "backlog_item": "item_id"}


def upgrade() -> None:
    """Add `first_import_id`; a row that was changed since it came counts as known since the oldest import."""
    for table, key in KEYS.items():
        op.add_column(table, sa.Column("first_import_id", sa.Integer(), nullable=True))
        op.execute(f"UPDATE {table} SET first_import_id = import_id")
        op.execute(
            f"UPDATE {table} SET first_import_id = (SELECT MIN(import_id) FROM import_run) "
            f"WHERE {key} IN (SELECT case_id FROM case_change)"
        )
