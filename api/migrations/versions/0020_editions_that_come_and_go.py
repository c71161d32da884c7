"""Editions that come into force at a moment and go again, what they moved, and one line of the history for each

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("editions", sa.Column("activate_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("editions", sa.Column("scheduled_by_id", sa.Integer(), nullable=True))
    op.create_foreign_key(op.f("fk_editions_scheduled_by_id_users"), "editions", "users", ["scheduled_by_id"], ["id"])
    op.add_column("editions", sa.Column("problem", sa.String(), nullable=True))
    op.drop_constraint("ck_editions_state", "editions")
    op.create_check_constraint(op.f("ck_editions_state"), "editions", "state IN ('draft', 'scheduled', 'active')")
    op.create_check_constraint(
        op.f("ck_editions_activate_at"), "editions", "(activate_at IS NOT NULL) = (state = 'scheduled')"
    )
    op.create_table(
        "activations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("before_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("counts", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.CheckConstraint("kind IN ('activate', 'undo')", name=op.f("ck_activations_kind")),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_activations_edition_id_editions")),
        sa.ForeignKeyConstraint(["before_id"], ["editions.id"], name=op.f("fk_activations_before_id_editions")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_activations_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activations")),
    )
    op.create_index(op.f("ix_activations_edition_id"), "activations", ["edition_id"])
    op.create_table(
        "moved_reports",
        sa.Column("activation_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=True),
        sa.Column("commune_code", sa.String(), nullable=True),
        sa.Column("needs_confirmation", sa.Boolean(), nullable=False),
        sa.Column("candidates", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("assignment_id", sa.BigInteger(), nullable=True),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["activation_id"], ["activations.id"], name=op.f("fk_moved_reports_activation_id_activations")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_moved_reports_report_id_reports"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_moved_reports_unit_id_units")),
        sa.ForeignKeyConstraint(["assignee_id"], ["users.id"], name=op.f("fk_moved_reports_assignee_id_users")),
        sa.PrimaryKeyConstraint("activation_id", "report_id", name=op.f("pk_moved_reports")),
    )
    op.create_index("ix_moved_reports_report_id", "moved_reports", ["report_id"])
    # An edition of the future could be active before its day; now the worker activates it on that day.
    op.execute(
        """
        UPDATE editions SET state = 'scheduled', activate_at = valid_from::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh',
            activated_at = NULL, valid_until = NULL
        WHERE state = 'active' AND valid_from > (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
        """
    )
    op.execute(
        """
        UPDATE editions SET valid_until = NULL
        WHERE state = 'active' AND valid_until > (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
        """
    )
    op.execute(
        """
        INSERT INTO activations (edition_id, kind, before_id, at)
        SELECT id, 'activate', lag(id) OVER (ORDER BY valid_from), coalesce(activated_at, created_at)
        FROM editions WHERE state = 'active' ORDER BY valid_from
        """
    )
    op.alter_column("events", "report_id", nullable=True)
    # What is there has a report each: looked through without keeping writers out.
    op.execute(
        "ALTER TABLE events ADD CONSTRAINT ck_events_report_id"
        " CHECK ((report_id IS NULL) = (action = 'edition')) NOT VALID"
    )
    op.execute("SET LOCAL statement_timeout = 0")
    op.execute("ALTER TABLE events VALIDATE CONSTRAINT ck_events_report_id")


def downgrade() -> None:
    op.drop_constraint("ck_events_report_id", "events")
    op.execute("DELETE FROM events WHERE report_id IS NULL")
    op.alter_column("events", "report_id", nullable=False)
    op.drop_table("moved_reports")
    op.drop_table("activations")
    op.execute("UPDATE editions SET state = 'draft', activate_at = NULL WHERE state = 'scheduled'")
    op.drop_constraint("ck_editions_activate_at", "editions")
    op.drop_constraint("ck_editions_state", "editions")
    op.create_check_constraint(op.f("ck_editions_state"), "editions", "state IN ('draft', 'active')")
    op.drop_column("editions", "problem")
    op.drop_column("editions", "scheduled_by_id")
    op.drop_column("editions", "activate_at")
