"""A session remembers which items of its agenda were dealt with."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column."""
    op.add_column("meeting", sa.Column("discussed", sa.String(200), nullable=True))
