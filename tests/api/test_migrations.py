from datetime import UTC, datetime

from alembic import command
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from api.migrations import config, migrate
from boundaries import editions
from boundaries.models import Activation, Edition
from geo.database import build_engine
from geo.models import Category, DataRequest, Look, Report, Sender, Unit
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


def test_registers_from_before_know_the_codes_of_their_reports(fresh_database_url: str) -> None:
    engine = build_engine(fresh_database_url)
    with engine.begin() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        with Session(connection) as session:
            place = "SRID=4326;POINT(108.33 15.88)"
            made = Report(code="QN-7K2M-9XQ4", content="Ngập", point=place, public_point=place, door="api",
                          category=session.scalars(select(Category)).first(),
                          unit=session.scalars(select(Unit)).first())  # fmt: skip
            session.add(made)
            session.flush()
            report_id = made.id
            session.commit()
        command.downgrade(settings, "0015")
        one = {"id": report_id}
        connection.execute(text("INSERT INTO looks (report_id, why) VALUES (:id, 'gọi')"), one)
        connection.execute(
            text("INSERT INTO data_requests (report_id, kind, due_at) VALUES (:id, 'access', now())"), one
        )
    migrate(engine, SECRET)
    with Session(engine) as session:
        session.execute(text("DELETE FROM reports"))
        for register in (Look, DataRequest):
            assert session.execute(select(register.report_id, register.code)).all() == [(None, "QN-7K2M-9XQ4")]
    engine.dispose()


def test_an_edition_of_the_future_that_was_active_before_is_scheduled_for_its_day(fresh_database_url: str) -> None:
    engine = build_engine(fresh_database_url)
    with engine.begin() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, "0019")
        connection.execute(
            text("UPDATE editions SET state = 'active', valid_from = '2999-01-01' WHERE code = '2025-07'")
        )
        connection.execute(text("UPDATE editions SET valid_until = '2999-01-01' WHERE code = '2020'"))
    migrate(engine, SECRET)
    with Session(engine) as session:
        future, now = editions.find(session, "2025-07"), editions.find(session)
        assert (future.state, future.activate_at) == ("scheduled", datetime(2998, 12, 31, 17, tzinfo=UTC))
        assert (now.code, now.valid_until) == ("2020", None)
        made = select(Edition.code, Activation.kind).join(Edition, Edition.id == Activation.edition_id)
        assert session.execute(made).all() == [("2020", "activate")]
    engine.dispose()
