"""Keys of programs and agencies, what these tell us of reports, pictures to be brought from elsewhere

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

NOW = sa.text("now()")


def upgrade() -> None:
    op.alter_column("api_keys", "user_id", nullable=True)
    op.add_column("api_keys", sa.Column("per_minute", sa.Integer(), nullable=True))
    _scopes("'read', 'send', 'steps'")
    op.create_check_constraint(op.f("ck_api_keys_program"), "api_keys", "(user_id IS NULL) = (per_minute IS NOT NULL)")
    op.create_table(
        "api_key_units",
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"], ["api_keys.id"], name=op.f("fk_api_key_units_key_id_api_keys"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_api_key_units_unit_id_units")),
        sa.PrimaryKeyConstraint("key_id", "unit_id", name=op.f("pk_api_key_units")),
    )
    op.create_table(
        "agency_updates",
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("update_id", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"], ["api_keys.id"], name=op.f("fk_agency_updates_key_id_api_keys"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_agency_updates_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key_id", "update_id", name=op.f("pk_agency_updates")),
    )
    op.create_index(op.f("ix_agency_updates_event_id"), "agency_updates", ["event_id"])
    op.create_table(
        "media_fetches",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_media_fetches_report_id_reports"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_fetches")),
    )
    op.create_index(op.f("ix_media_fetches_report_id"), "media_fetches", ["report_id"])
    # What readers of the list of services keep is old once this is newer.
    op.add_column("categories", sa.Column("changed_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False))


def downgrade() -> None:
    op.drop_column("categories", "changed_at")
    for table in ("media_fetches", "agency_updates", "api_key_units"):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_api_keys_program"), "api_keys")
    # The schema before has no place for them.
    op.execute("DELETE FROM api_keys WHERE user_id IS NULL")
    _scopes("'read', 'steps'")
    op.drop_column("api_keys", "per_minute")
    op.alter_column("api_keys", "user_id", nullable=False)


def _scopes(allowed: str) -> None:
    op.drop_constraint(op.f("ck_api_keys_scope"), "api_keys")
    op.create_check_constraint(op.f("ck_api_keys_scope"), "api_keys", f"scope IN ({allowed})")
