"""How likely the area of a routing is the true one, units that say it is theirs, and places that people settled

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Without a default: no row is rewritten, however many there are.
    op.add_column("assignments", sa.Column("confidence", sa.Double(), nullable=True))

    op.create_index(
        "ix_assignments_confidence", "assignments", ["confidence"], postgresql_where=sa.text("confidence < 1")
    )
    _roles("'candidate', 'claimant', 'watching'")
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("geometry", Geometry("POLYGON", 32648, spatial_index=False), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("senders", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('accepted', 'declined', 'undone')", name=op.f("ck_corrections_state")),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["editions.id"], name=op.f("fk_corrections_edition_id_editions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index(op.f("ix_corrections_edition_id"), "corrections", ["edition_id"])
    op.create_index(
        "ix_corrections_geometry",
        "corrections",
        ["geometry"],
        postgresql_using="gist",
        postgresql_where=sa.text("state = 'accepted'"),
    )
    op.create_table(
        "correction_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("correction_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["correction_id"],
            ["corrections.id"],
            name=op.f("fk_correction_steps_correction_id_corrections"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_correction_steps_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_steps")),
    )
    op.create_index(op.f("ix_correction_steps_correction_id"), "correction_steps", ["correction_id"])
    op.add_column("assignments", sa.Column("correction_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_assignments_correction_id_corrections"), "assignments", "corrections", ["correction_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_column("assignments", "correction_id")
    op.drop_table("correction_steps")
    op.drop_table("corrections")
    op.execute("DELETE FROM report_units WHERE role = 'claimant'")
    _roles("'candidate', 'watching'")
    op.drop_column("assignments", "confidence")  # and its index


def _roles(names: str) -> None:
    op.drop_constraint(op.f("ck_report_units_role"), "report_units", type_="check")
    op.create_check_constraint(op.f("ck_report_units_role"), "report_units", f"role IN ({names})")
