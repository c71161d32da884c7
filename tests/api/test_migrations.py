from alembic import command
from sqlalchemy import Connection

from api.migrations import config


def test_the_models_and_the_migrations_agree(connection: Connection) -> None:
    settings = config()
    settings.attributes["connection"] = connection
    command.check(settings)  # raises where autogenerate would write anything
