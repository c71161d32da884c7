from datetime import UTC, date, datetime, timedelta

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.orm import Session

from api.migrations import config, migrate
from boundaries import activation, editions, lookup, scheduling
from boundaries.models import METRIC_SRID, Activation, Assignment, Correction, Edition, Moved, ReportArea
from geo.database import build_engine
from geo.errors import ConflictError
from geo.models import Category, DataRequest, Event, Look, Report, ReportUnit, Rule, Sender, Unit
from geo.senders import Contact, read
from geo.settings import Settings
from tests.boundaries.opened import receive

SECRET = b"a key for tests only"
NONG_SON, HOI_AN = (107.98, 15.68), (108.338, 15.8794)


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


def test_reports_that_an_older_release_left_behind_follow_their_edition_once(
    fresh_database_url: str, settings: Settings
) -> None:
    engine = build_engine(fresh_database_url)
    with Session(engine) as session:
        report_id = receive(session, settings, *NONG_SON, 5.0).id
        session.commit()
    _older(engine, "UPDATE editions SET state = 'active', activated_at = now() WHERE code = '2025-01'",
           "UPDATE editions SET valid_until = '2025-01-01' WHERE code = '2020'")  # fmt: skip
    with Session(engine) as session:
        edition, today = editions.find(session), lookup.today()
        assert edition.code == "2025-01"
        assert editions.owes(session, edition, today)
        assert not editions.owes(session, editions.find(session, "2020"), today)
        ahead = activation.preview(session, "2025-01", settings=settings)
        assert [(one.old.code, one.new.code, one.count) for one in ahead.moves] == [("ubnd-519", "ubnd-509", 1)]
        made = activation.activate(session, "2025-01", settings=settings)
        assert (made.kind, made.counts["changed"]) == ("activate", 1)
        assert _unit(session, report_id) == "ubnd-509"
        assert not editions.owes(session, edition, today)
        with pytest.raises(ConflictError, match="đã hiệu lực"):
            activation.activate(session, "2025-01", settings=settings)
        # And it is undone as any other activation.
        activation.undo(session, "2025-01", settings=settings)
        assert _unit(session, report_id) == "ubnd-519"
        assert editions.find(session).code == "2020"
    engine.dispose()


def test_what_a_later_schema_knows_is_let_go_and_the_rest_stays(fresh_database_url: str, settings: Settings) -> None:
    engine = build_engine(fresh_database_url)
    with Session(engine) as session:
        moved = receive(session, settings, *NONG_SON, 5.0)
        kept = receive(session, settings, *HOI_AN, 5.0)
        category, unit_id = moved.category_id, kept.unit_id
        days = ((None, None), (lookup.today(), None), (None, date(2025, 1, 1)))
        session.add_all(
            Rule(category_id=category, area_code="503", unit_id=unit_id, replaces=False, valid_from=first,
                 valid_until=last, priority=number)
            for number, (first, last) in enumerate(days)
        )  # fmt: skip
        gone, into = session.scalars(select(Unit).where(Unit.kind == "company").order_by(Unit.id).limit(2))
        gone.valid_until, gone.merged_into = date(2026, 1, 1), into
        session.add(ReportUnit(report_id=kept.id, unit_id=moved.unit_id, role="claimant"))
        activation.activate(session, "2025-01", settings=settings)
        edition = editions.find(session)
        square = f"SRID={METRIC_SRID};POLYGON((0 0, 0 9, 9 9, 0 0))"
        session.add(Correction(edition_id=edition.id, area_code="509", geometry=square, reports=2, senders=2,
                               state="accepted"))  # fmt: skip
        session.add(ReportArea(report_id=kept.id, edition_id=edition.id, area_code="503"))
        scheduling.schedule(session, "2025-07", datetime.now(UTC) + timedelta(days=1))
        session.commit()
        codes, gone_id = {moved.id: "ubnd-509", kept.id: "ubnd-503"}, gone.id
    with engine.connect() as connection:
        events = connection.scalar(text("SELECT count(*) FROM events WHERE report_id IS NOT NULL"))
        explained = connection.scalar(text("SELECT count(*) FROM assignments"))
    _older(engine)
    with Session(engine) as session:
        assert {one: _unit(session, one) for one in codes} == codes
        assert session.scalar(select(func.count()).select_from(Event)) == events
        assert session.scalar(select(func.count()).select_from(Assignment)) == explained
        assert [(one.code, one.state) for one in editions.every(session)] == [
            ("2020", "active"),
            ("2025-01", "active"),
            ("2025-07", "draft"),
        ]
        # Of two rules that hold the newer one; and none of what the schema in between did not know.
        rules = session.execute(select(Rule.priority, Rule.valid_from).where(Rule.area_code == "503")).all()
        assert rules == [(0, None)]
        assert session.get_one(Unit, gone_id).merged_into_id is None
        for table in (Correction, ReportArea, Moved):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert session.scalar(select(ReportUnit.role).where(ReportUnit.role == "claimant")) is None
        made = select(Edition.code, Activation.before_id, Activation.counts).join(Activation.edition)
        first = editions.find(session, "2020").id
        assert session.execute(made.order_by(Activation.id)).all() == [("2020", None, {}), ("2025-01", first, {})]
        # All are where they belong already: to follow the edition moves nothing.
        assert activation.activate(session, "2025-01", settings=settings).counts["changed"] == 0
    engine.dispose()


def _older(engine: Engine, *statements: str) -> None:
    """Makes the schema that of release 0019, says something there, and brings it up to now."""
    with engine.begin() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, "0019")
        for one in statements:
            connection.execute(text(one))
    migrate(engine, SECRET)


def _unit(session: Session, report_id: int) -> str:
    session.expire_all()
    return session.get_one(Report, report_id).unit.code
