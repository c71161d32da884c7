"""People and everything else the process keeps

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_days")),
    )
    op.create_table(
        "one_time_codes",
        sa.Column("phone_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("phone_hash", name=op.f("pk_one_time_codes")),
    )
    op.create_table(
        "options",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_options")),
    )
    op.create_table(
        "rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("replaces", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_rules_category_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_rules_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules")),
        sa.UniqueConstraint(
            "category_id", "area_code", name="uq_rules_category_id_area_code", postgresql_nulls_not_distinct=True
        ),
    )
    op.create_table(
        "templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_templates_category_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_templates_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_templates")),
    )
    op.create_index(op.f("ix_templates_category_id"), "templates", ["category_id"], unique=False)
    op.create_index(op.f("ix_templates_unit_id"), "templates", ["unit_id"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("totp_key", sa.String(), nullable=True),
        sa.Column("totp_step", sa.Integer(), server_default="0", nullable=False),
        sa.Column("link_hash", sa.LargeBinary(), nullable=True),
        sa.Column("link_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("absent", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(role IN ('officer', 'head')) = (unit_id IS NOT NULL)", name=op.f("ck_users_unit")),
        sa.CheckConstraint(
            "role IN ('officer', 'head', 'operator', 'planner', 'administrator')", name=op.f("ck_users_role")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_users_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_users_link_hash")),
    )
    op.create_index(op.f("ix_users_unit_id"), "users", ["unit_id"], unique=False)
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_webhooks_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_index(op.f("ix_webhooks_unit_id"), "webhooks", ["unit_id"], unique=False)
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("scope IN ('read', 'steps')", name=op.f("ck_api_keys_scope")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_api_keys_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_keys_token_hash")),
    )
    op.create_index(op.f("ix_api_keys_user_id"), "api_keys", ["user_id"], unique=False)
    op.create_table(
        "logins",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_logins_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logins")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_logins_token_hash")),
    )
    op.create_index(op.f("ix_logins_user_id"), "logins", ["user_id"], unique=False)
    op.create_table(
        "recovery_codes",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_recovery_codes")),
    )
    op.create_index(op.f("ix_recovery_codes_user_id"), "recovery_codes", ["user_id"], unique=False)
    op.create_table(
        "data_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_data_requests_report_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_data_requests_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_requests")),
    )
    op.create_index(op.f("ix_data_requests_report_id"), "data_requests", ["report_id"], unique=False)
    op.create_table(
        "flags",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_flags_report_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flags")),
    )
    op.create_index(op.f("ix_flags_report_id"), "flags", ["report_id"], unique=False)
    op.create_table(
        "followers",
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("me_too", sa.Boolean(), nullable=False),
        sa.Column("fixed", sa.Boolean(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("subject <> ''", name=op.f("ck_followers_subject")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_followers_report_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "subject", name=op.f("pk_followers")),
    )
    op.create_table(
        "looks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_looks_report_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_looks_unit_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_looks_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_looks")),
    )
    op.create_index(op.f("ix_looks_report_id"), "looks", ["report_id"], unique=False)
    op.create_index(op.f("ix_looks_user_id"), "looks", ["user_id"], unique=False)
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("p256dh", sa.String(), nullable=False),
        sa.Column("auth", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_subscriptions_report_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
    )
    op.create_index(op.f("ix_subscriptions_report_id"), "subscriptions", ["report_id"], unique=False)
    op.create_table(
        "work_links",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_work_links_report_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_work_links_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_work_links_token_hash")),
    )
    op.create_index(op.f("ix_work_links_report_id"), "work_links", ["report_id"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default="waiting", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_deliveries_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("event_id", "channel", "target", name=op.f("uq_deliveries_event_id_channel_target")),
    )
    op.create_index(op.f("ix_deliveries_state"), "deliveries", ["state"], unique=False)
    op.add_column("events", sa.Column("user_id", sa.Integer(), nullable=True))
    op.create_foreign_key(op.f("fk_events_user_id"), "events", "users", ["user_id"], ["id"])
    op.add_column("media", sa.Column("kind", sa.String(), server_default="photo", nullable=False))
    op.add_column("media", sa.Column("event_id", sa.BigInteger(), nullable=True))
    op.add_column("media", sa.Column("blurred", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("media", sa.Column("seconds", sa.Double(), nullable=True))
    op.create_index(op.f("ix_media_event_id"), "media", ["event_id"], unique=False)
    op.create_foreign_key(op.f("fk_media_event_id"), "media", "events", ["event_id"], ["id"])
    op.add_column("reports", sa.Column("fixed", sa.Boolean(), nullable=True))
    op.add_column("reports", sa.Column("urgent", sa.Boolean(), nullable=True))
    op.add_column("reports", sa.Column("assignee_id", sa.Integer(), nullable=True))
    op.add_column("reports", sa.Column("second_of_id", sa.BigInteger(), nullable=True))
    op.add_column("reports", sa.Column("lead_id", sa.BigInteger(), nullable=True))
    op.add_column("reports", sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("reports", sa.Column("redacted", sa.String(), nullable=True))
    op.add_column("reports", sa.Column("waiting", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("reports", sa.Column("recurrence", sa.Integer(), server_default="1", nullable=False))
    op.create_index(op.f("ix_reports_assignee_id"), "reports", ["assignee_id"], unique=False)
    op.create_index(op.f("ix_reports_lead_id"), "reports", ["lead_id"], unique=False)
    op.create_unique_constraint(op.f("uq_reports_second_of_id"), "reports", ["second_of_id"])
    op.create_foreign_key(op.f("fk_reports_second_of_id"), "reports", "reports", ["second_of_id"], ["id"])
    op.create_foreign_key(op.f("fk_reports_lead_id"), "reports", "reports", ["lead_id"], ["id"])
    op.create_foreign_key(op.f("fk_reports_assignee_id"), "reports", "users", ["assignee_id"], ["id"])
    op.add_column("units", sa.Column("email", sa.String(), nullable=True))
    op.add_column("units", sa.Column("approves_results", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("units", sa.Column("approves_extensions", sa.Boolean(), server_default="false", nullable=False))
    # A history is only ever added to.
    op.execute(
        """
        CREATE FUNCTION refuse_to_edit() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'events are append-only'; END $$
        """
    )
    op.execute("CREATE TRIGGER append_only BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION refuse_to_edit()")


def downgrade() -> None:
    op.execute("DROP TRIGGER append_only ON events")
    op.execute("DROP FUNCTION refuse_to_edit()")
    op.drop_column("units", "approves_extensions")
    op.drop_column("units", "approves_results")
    op.drop_column("units", "email")
    op.drop_constraint(op.f("fk_reports_assignee_id"), "reports", type_="foreignkey")
    op.drop_constraint(op.f("fk_reports_lead_id"), "reports", type_="foreignkey")
    op.drop_constraint(op.f("fk_reports_second_of_id"), "reports", type_="foreignkey")
    op.drop_constraint(op.f("uq_reports_second_of_id"), "reports", type_="unique")
    op.drop_index(op.f("ix_reports_lead_id"), table_name="reports")
    op.drop_index(op.f("ix_reports_assignee_id"), table_name="reports")
    op.drop_column("reports", "recurrence")
    op.drop_column("reports", "waiting")
    op.drop_column("reports", "redacted")
    op.drop_column("reports", "hidden_at")
    op.drop_column("reports", "lead_id")
    op.drop_column("reports", "second_of_id")
    op.drop_column("reports", "assignee_id")
    op.drop_column("reports", "urgent")
    op.drop_column("reports", "fixed")
    op.drop_constraint(op.f("fk_media_event_id"), "media", type_="foreignkey")
    op.drop_index(op.f("ix_media_event_id"), table_name="media")
    op.drop_column("media", "seconds")
    op.drop_column("media", "blurred")
    op.drop_column("media", "event_id")
    op.drop_column("media", "kind")
    op.drop_constraint(op.f("fk_events_user_id"), "events", type_="foreignkey")
    op.drop_column("events", "user_id")
    op.drop_index(op.f("ix_deliveries_state"), table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_index(op.f("ix_work_links_report_id"), table_name="work_links")
    op.drop_table("work_links")
    op.drop_index(op.f("ix_subscriptions_report_id"), table_name="subscriptions")
    op.drop_table("subscriptions")
    op.drop_index(op.f("ix_looks_user_id"), table_name="looks")
    op.drop_index(op.f("ix_looks_report_id"), table_name="looks")
    op.drop_table("looks")
    op.drop_table("followers")
    op.drop_index(op.f("ix_flags_report_id"), table_name="flags")
    op.drop_table("flags")
    op.drop_index(op.f("ix_data_requests_report_id"), table_name="data_requests")
    op.drop_table("data_requests")
    op.drop_index(op.f("ix_recovery_codes_user_id"), table_name="recovery_codes")
    op.drop_table("recovery_codes")
    op.drop_index(op.f("ix_logins_user_id"), table_name="logins")
    op.drop_table("logins")
    op.drop_index(op.f("ix_api_keys_user_id"), table_name="api_keys")
    op.drop_table("api_keys")
    op.drop_index(op.f("ix_webhooks_unit_id"), table_name="webhooks")
    op.drop_table("webhooks")
    op.drop_index(op.f("ix_users_unit_id"), table_name="users")
    op.drop_table("users")
    op.drop_index(op.f("ix_templates_unit_id"), table_name="templates")
    op.drop_index(op.f("ix_templates_category_id"), table_name="templates")
    op.drop_table("templates")
    op.drop_table("rules")
    op.drop_table("options")
    op.drop_table("one_time_codes")
    op.drop_table("days")
