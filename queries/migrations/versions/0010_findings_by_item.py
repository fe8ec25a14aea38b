"""What was found in an item is read at once, however many findings there are."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_import_finding_case_id", "import_finding", ["case_id"], unique=False)
