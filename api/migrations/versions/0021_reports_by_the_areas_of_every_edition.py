"""Where each report lies in every edition, so that it is found and counted by old and new areas

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Empty: the worker fills it, however many reports there are, while everything goes on.
    op.create_table(
        "report_areas",
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("commune_code", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_report_areas_report_id_reports"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["editions.id"], name=op.f("fk_report_areas_edition_id_editions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", "edition_id", name=op.f("pk_report_areas")),
    )
    op.create_index("ix_report_areas_edition_id_area_code", "report_areas", ["edition_id", "area_code", "commune_code"])
    op.add_column("editions", sa.Column("placed_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("editions", "placed_until")
    op.drop_table("report_areas")
