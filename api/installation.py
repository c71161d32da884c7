"""A database made ready for use: schema, seeds, default boundaries."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.migrations import migrate
from boundaries import editions
from geo.seeds import seed


def prepare(engine: Engine) -> None:
    """Migrates, seeds and, where there are no boundaries at all, loads the default editions; safe to repeat."""
    migrate(engine)
    with Session(engine) as session, session.begin():
        seed(session)
        editions.load_defaults(session)
