"""The bureau says when offices close, from a day on."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the table; until something is entered the rule set's time holds."""
    op.create_table(
        "closing_time",
        sa.Column("closing_time_id", sa.Integer(), primary_key=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("closes", sa.String(5), nullable=False),
        sa.Column("source", sa.String(120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.UniqueConstraint("valid_from", name="uq_closing_time_valid_from"),
    )
