"""What reports say, without diacritics, to be searched

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from geo.search import stripped

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reports", sa.Column("words", sa.String(), server_default="", nullable=False))
    reports = sa.table("reports", sa.column("words", sa.String), sa.column("content", sa.String))
    op.execute(sa.update(reports).values(words=stripped(reports.c.content)))


def downgrade() -> None:
    op.drop_column("reports", "words")
