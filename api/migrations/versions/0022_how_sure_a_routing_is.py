"""How likely the area of a routing is the true one, and units that say it is theirs

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

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


def downgrade() -> None:
    op.execute("DELETE FROM report_units WHERE role = 'claimant'")
    _roles("'candidate', 'watching'")
    op.drop_column("assignments", "confidence")  # and its index


def _roles(names: str) -> None:
    op.drop_constraint(op.f("ck_report_units_role"), "report_units", type_="check")
    op.create_check_constraint(op.f("ck_report_units_role"), "report_units", f"role IN ({names})")
