from alembic import command
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from api.migrations import config, migrate
from geo.database import build_engine
from geo.models import Sender
from geo.senders import Contact, read

SECRET = b"a key for tests only"


def test_the_models_and_the_migrations_agree(connection: Connection) -> None:
    settings = config()
    settings.attributes["connection"] = connection
    command.check(settings)  # raises where autogenerate would write anything


def test_senders_from_before_are_sealed_and_readable_ever_after(fresh_database_url: str) -> None:
    engine = build_engine(fresh_database_url)
    with engine.begin() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        # The schema as it was, with somebody in it.
        command.downgrade(settings, "0006")
        for name in ("key", "contact", "phone_hash"):
            connection.execute(text(f"ALTER TABLE senders DROP COLUMN {name}"))
        connection.execute(
            text("ALTER TABLE senders ADD name text, ADD organisation text, ADD phone text, ADD email text")
        )
        connection.execute(text("CREATE INDEX ix_senders_phone ON senders (phone)"))
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(
            text(
                "INSERT INTO senders (report_id, name, phone, phone_checked, notice_version)"
                " VALUES (1, 'Trần Thị Bưởi', '+84905123456', false, '')"
            )
        )
        command.stamp(settings, "0005")
    migrate(engine, SECRET)
    with Session(engine) as session:
        assert read(SECRET, session.get_one(Sender, 1)) == Contact("Trần Thị Bưởi", "+84905123456")
    engine.dispose()
