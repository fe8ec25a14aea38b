"""Each meeting screen keeps how it looks: colours, language, size and period."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the table; screens so far look as their address says, else as usual."""
    op.create_table(
        "wall_screen",
        sa.Column("screen_id", sa.Integer(), primary_key=True),
        sa.Column("wall", sa.String(60), nullable=False),
        sa.Column("theme", sa.String(20), nullable=False),
        sa.Column("language", sa.String(20), nullable=True),
        sa.Column("preset", sa.String(20), nullable=False),
        sa.Column("period", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
    )
