"""Alembic's entry: always a connection handed over by `migrate`, never a URL from a file."""

from typing import Any

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, text

import boundaries.models  # noqa: F401 (a table is known once its module is imported)
import geo.models  # noqa: F401 (the same)
from geo.database import Base

POSTGIS_TABLES = {"spatial_ref_sys"}
LOCK_KEY = 4_950_2020  # one migration at a time, whoever starts it


def include_object(_obj: Any, name: str | None, kind: Any, reflected: bool, compare_to: Any) -> bool:
    """Whether autogenerate looks at an object: the tables of PostGIS and of the jobs' library are not ours."""
    foreign = name is not None and (name in POSTGIS_TABLES or name.startswith("procrastinate_"))
    return kind != "table" or not reflected or compare_to is not None or not foreign


def run(connection: Connection) -> None:
    """Runs the migrations on a connection, giving up quickly where a lock is held."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        include_object=include_object,
        render_item=alembic_helpers.render_item,
    )
    with context.begin_transaction():
        connection.execute(text("SET LOCAL statement_timeout = '15min'"))
        # Another program's migration is waited for, unlike a table that somebody uses.
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        context.run_migrations()


run(context.config.attributes["connection"])
