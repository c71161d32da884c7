"""When a report last changed, and which ones have left the database: for whoever keeps a copy

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# The transaction's own moment: what commits late carries the moment it began, as whoever asks "since when" must know.
FUNCTIONS = """
CREATE FUNCTION report_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;
CREATE FUNCTION report_media_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE reports SET updated_at = now() WHERE id = coalesce(NEW.report_id, OLD.report_id) AND updated_at < now();
    RETURN NULL;
END
$$;
CREATE FUNCTION report_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO report_tombstones (code, removed_at) SELECT code, now() FROM removed WHERE NOT demo
    ON CONFLICT (code) DO UPDATE SET removed_at = excluded.removed_at;
    RETURN NULL;
END
$$;
"""


def upgrade() -> None:
    # What is there already changed "now": written into the catalogue alone, however many there are.
    op.add_column(
        "reports", sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)
    )
    op.create_table(
        "report_tombstones",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_report_tombstones")),
    )
    op.create_index(op.f("ix_report_tombstones_removed_at"), "report_tombstones", ["removed_at"])
    op.execute("SET LOCAL statement_timeout = 0")
    op.create_index("ix_reports_updated_at_id", "reports", ["updated_at", "id"])
    op.execute(FUNCTIONS)
    op.execute(
        "CREATE TRIGGER changed BEFORE UPDATE ON reports FOR EACH ROW"
        " WHEN (OLD.updated_at = NEW.updated_at AND OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION report_changed()"
    )
    op.execute(
        "CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON media FOR EACH ROW"
        " EXECUTE FUNCTION report_media_changed()"
    )
    op.execute(
        "CREATE TRIGGER gone AFTER DELETE ON reports REFERENCING OLD TABLE AS removed FOR EACH STATEMENT"
        " EXECUTE FUNCTION report_gone()"
    )
    # Also where bulk work leaves foreign keys unchecked, which is by the same switch as all triggers.
    op.execute("ALTER TABLE reports ENABLE ALWAYS TRIGGER gone")


def downgrade() -> None:
    op.execute("DROP TRIGGER gone ON reports")
    op.execute("DROP TRIGGER changed ON media")
    op.execute("DROP TRIGGER changed ON reports")
    for name in ("report_gone", "report_media_changed", "report_changed"):
        op.execute(f"DROP FUNCTION {name}()")
    op.drop_table("report_tombstones")
    op.drop_index("ix_reports_updated_at_id", "reports")
    op.drop_column("reports", "updated_at")
