"""A database made ready for use: schema, seeds, default boundaries."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.migrations import migrate
from boundaries import editions
from geo import cursor
from geo.errors import SetupError
from geo.seeds import seed


def prepare(engine: Engine, secret: bytes) -> SetupError | None:
    """Migrates, seeds and, where there are no boundaries at all, loads the default editions; safe to repeat.

    Without the default data the database is ready all the same: what is returned then says how to bring one's own.
    """
    migrate(engine, secret)
    with Session(engine) as session, session.begin():
        cursor.adopt(session)
        seed(session)
        return editions.load_defaults(session)
