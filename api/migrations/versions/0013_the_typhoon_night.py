"""The typhoon night: who has what in hand, the alert, the handover log

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _of_reports()
    op.create_table(
        "storms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=True),
        sa.Column("categories", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_by", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["started_by"], ["users.id"], name=op.f("fk_storms_started_by_users")),
        sa.ForeignKeyConstraint(["ended_by"], ["users.id"], name=op.f("fk_storms_ended_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_storms")),
    )
    op.create_index(
        "uq_storms_on", "storms", [sa.text("(true)")], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "log_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("codes", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("corrects_id", sa.BigInteger(), nullable=True),
        sa.Column("data", postgresql.JSONB(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_log_entries_user_id_users")),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["log_entries.id"], name=op.f("fk_log_entries_corrects_id_log_entries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_entries")),
    )
    op.create_index(op.f("ix_log_entries_at"), "log_entries", ["at"])
    op.create_index(op.f("ix_log_entries_user_id"), "log_entries", ["user_id"])
    # A log that can be rewritten afterwards is none.
    op.execute(
        "CREATE FUNCTION log_entries_stand() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the handover log is only added to'; END $$"
    )
    op.execute(
        "CREATE TRIGGER log_entries_stand BEFORE UPDATE OR DELETE OR TRUNCATE ON log_entries"
        " FOR EACH STATEMENT EXECUTE FUNCTION log_entries_stand()"
    )


def _of_reports() -> None:
    for name, moment in (("claims", "until"), ("openings", None)):
        op.create_table(
            name,
            sa.Column("report_id", sa.BigInteger(), nullable=False),
            sa.Column("user_id", sa.Integer(), nullable=False),
            sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
            *([sa.Column(moment, sa.DateTime(timezone=True), nullable=False)] if moment else []),
            sa.ForeignKeyConstraint(
                ["report_id"], ["reports.id"], name=op.f(f"fk_{name}_report_id_reports"), ondelete="CASCADE"
            ),
            sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{name}_user_id_users")),
            sa.PrimaryKeyConstraint("report_id", name=op.f(f"pk_{name}")),
        )
    op.create_index(op.f("ix_claims_user_id"), "claims", ["user_id"])
    op.create_table(
        "apart",
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("report_id < other_id", name=op.f("ck_apart_order")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_apart_report_id_reports"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["reports.id"], name=op.f("fk_apart_other_id_reports"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_apart_user_id_users")),
        sa.PrimaryKeyConstraint("report_id", "other_id", name=op.f("pk_apart")),
    )
    op.create_index(op.f("ix_apart_other_id"), "apart", ["other_id"])


def downgrade() -> None:
    for name in ("apart", "openings", "claims", "log_entries", "storms"):
        op.drop_table(name)
    op.execute("DROP FUNCTION log_entries_stand")
