"""The transaction of each line of the history, in whose order it is read

Revision ID: 0012
Revises: 0011
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The default is asked once for all lines there are, so they become lines of this transaction and none is rewritten.
    op.execute("ALTER TABLE events ADD COLUMN transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id()")
    op.create_index(op.f("ix_events_transaction_id_id"), "events", ["transaction_id", "id"])


def downgrade() -> None:
    op.drop_column("events", "transaction_id")
