"""Counts of reports at every zoom, kept as reports come and change

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# The tile of zoom 18 that holds a point in degrees: the formula of the OpenStreetMap wiki, within the grid at its edges.
FUNCTIONS = """
CREATE FUNCTION density_x(point geometry) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT least(greatest(floor((ST_X(point) + 180) / 360 * 262144), 0), 262143)::integer
$$;
CREATE FUNCTION density_y(point geometry) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT least(greatest(floor((1 - asinh(tan(radians(ST_Y(point)))) / pi()) / 2 * 262144), 0), 262143)::integer
$$;
-- Vietnam has kept one offset since 1975; days since 2000.
CREATE FUNCTION density_day(moment timestamptz) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT (moment AT TIME ZONE 'Asia/Ho_Chi_Minh')::date - DATE '2000-01-01'
$$;
CREATE FUNCTION density_change(report reports, change integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO density_deltas (x, y, day, category_id, state, unit_id, area_code, commune_code, demo, n)
    SELECT density_x(report.public_point), density_y(report.public_point), density_day(report.created_at),
        report.category_id, report.state, report.unit_id, report.area_code, report.commune_code, report.demo, change
    WHERE report.state <> 'withdrawn'
$$;
CREATE FUNCTION density_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN PERFORM density_change(OLD, -1); END IF;
    IF TG_OP <> 'DELETE' THEN PERFORM density_change(NEW, 1); END IF;
    RETURN NULL;
END
$$;
"""
# Bulk loading counts once at its end, and says so in its transaction.
ON = "current_setting('quangnam.density', true) IS DISTINCT FROM 'off'"
# The point as bytes: a dump leaves out the schema of the operator in IS DISTINCT FROM, and a restore would not find it.
COUNTED = (
    *("public_point::bytea", "created_at", "category_id", "state", "unit_id", "area_code", "commune_code", "demo"),
)
CHANGED = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in COUNTED)


def upgrade() -> None:
    op.create_table(
        "density_deltas",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("x", "y", "day", "category_id")),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=True),
        sa.Column("commune_code", sa.String(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("n", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_density_deltas")),
        postgresql_with={"autovacuum_vacuum_scale_factor": "0", "autovacuum_vacuum_threshold": "5000"},
    )
    op.create_table(
        "density_owners",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=True),
        sa.Column("commune_code", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_density_owners")),
    )
    op.create_index(
        "uq_density_owners_unit_id_area_code_commune_code",
        "density_owners",
        ["unit_id", sa.text("coalesce(area_code, '')"), sa.text("coalesce(commune_code, '')")],
        unique=True,
    )
    op.create_table(
        "density_blocks",
        sa.Column("level", sa.SmallInteger(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("category_id", "x", "y", "first_day")),
        sa.Column("until_day", sa.Integer(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.Column("within", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "category_id", "x", "y", "first_day", name=op.f("pk_density_blocks")),
    )
    # Quicker to take apart than the default, at the same size.
    op.execute("ALTER TABLE density_blocks ALTER before SET COMPRESSION lz4, ALTER within SET COMPRESSION lz4")
    op.execute(FUNCTIONS)
    op.execute(
        f"CREATE TRIGGER density AFTER INSERT OR DELETE ON reports FOR EACH ROW WHEN ({ON})"
        " EXECUTE FUNCTION density_follow()"
    )
    op.execute(
        f"CREATE TRIGGER density_changed AFTER UPDATE ON reports FOR EACH ROW WHEN ({ON} AND ({CHANGED}))"
        " EXECUTE FUNCTION density_follow()"
    )
    # Also where bulk loading leaves foreign keys unchecked, which is by the same switch as all triggers.
    for name in ("density", "density_changed"):
        op.execute(f"ALTER TABLE reports ENABLE ALWAYS TRIGGER {name}")
    # What is there already waits to be folded like what comes.
    op.execute("SELECT density_change(reports, 1) FROM reports")


def downgrade() -> None:
    op.execute("DROP TRIGGER density_changed ON reports")
    op.execute("DROP TRIGGER density ON reports")
    op.execute("DROP FUNCTION density_follow()")
    op.execute("DROP FUNCTION density_change(reports, integer)")
    op.execute("DROP FUNCTION density_day(timestamptz)")
    op.execute("DROP FUNCTION density_y(geometry)")
    op.execute("DROP FUNCTION density_x(geometry)")
    op.drop_table("density_blocks")
    op.drop_table("density_owners")
    op.drop_table("density_deltas")
