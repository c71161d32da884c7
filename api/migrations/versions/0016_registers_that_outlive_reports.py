"""Who saw whom, and what senders asked, stay when their report goes into the archive

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

REGISTERS = ("looks", "data_requests")


def upgrade() -> None:
    for table in REGISTERS:
        op.add_column(table, sa.Column("code", sa.String(), nullable=True))
        op.execute(
            f"UPDATE {table} SET code = reports.code FROM reports WHERE reports.id = {table}.report_id"  # noqa: S608 (our own text)
        )
        op.alter_column(table, "code", nullable=False)
        op.alter_column(table, "report_id", nullable=True)
        _point(table, "SET NULL")


def downgrade() -> None:
    for table in REGISTERS:
        # The schema before has no place for them.
        op.execute(f"DELETE FROM {table} WHERE report_id IS NULL")  # noqa: S608 (our own text)
        _point(table, "CASCADE")
        op.alter_column(table, "report_id", nullable=False)
        op.drop_column(table, "code")


def _point(table: str, ondelete: str) -> None:
    name = op.f(f"fk_{table}_report_id")
    op.drop_constraint(name, table, type_="foreignkey")
    op.create_foreign_key(name, table, "reports", ["report_id"], ["id"], ondelete=ondelete)
