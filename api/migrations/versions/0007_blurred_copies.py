"""A blurred copy of a picture has an address of its own

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("media", "blurred")
    op.add_column("media", sa.Column("public_key", sa.String(), nullable=True))
    op.create_unique_constraint(op.f("uq_media_public_key"), "media", ["public_key"])
    op.add_column("media", sa.Column("withheld", sa.Boolean(), server_default="false", nullable=False))


def downgrade() -> None:
    op.drop_column("media", "withheld")
    op.drop_column("media", "public_key")
    op.add_column("media", sa.Column("blurred", sa.Boolean(), server_default="false", nullable=False))
