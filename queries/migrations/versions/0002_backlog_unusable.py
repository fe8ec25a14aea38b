"""Backlog items whose dates contradict each other can be left out of rates."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add `backlog_item.unusable`, 0 for every item there is."""
    with op.batch_alter_table("backlog_item") as table:
        table.add_column(sa.Column("unusable", sa.Integer(), nullable=False, server_default="0"))
        # the default was for the rows that were there; new rows state their own
    with op.batch_alter_table("backlog_item") as table:
        table.alter_column("unusable", server_default=None)
