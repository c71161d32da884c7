"""Real PostGIS for every test: one migrated template, cloned for each worker, a savepoint for each test."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine, create_engine, select, text
from sqlalchemy.orm import Session, sessionmaker

from api.app import create_app
from api.installation import prepare
from api.signed import COOKIE
from geo import codes, reports, workflow
from geo.database import build_engine, sqlalchemy_url
from geo.models import Login, Report, Unit, User
from geo.permissions import SYSTEM, Actor
from geo.reports import Draft
from geo.server import Cluster
from geo.settings import Settings

FOLDER = "QUANGNAM_TEST_FOLDER"  # set by the controller, inherited by the workers
TEMPLATE = "template_quangnam"
SECRET = b"a key for tests only"
# New examples on a developer's machine, the same ones wherever a failure must come from the change; no limit of time.
hypothesis.settings.register_profile(
    "patient",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("patient")


def _cluster() -> Cluster:
    return Cluster(Path(os.environ[FOLDER]), durable=False)


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    folder = Path(tempfile.mkdtemp(prefix="quangnam-test-"))
    folder.chmod(0o755)  # the server's user must come through
    os.environ[FOLDER] = str(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or FOLDER not in os.environ:
        return
    folder = Path(os.environ[FOLDER])
    _cluster().stop()
    shutil.rmtree(folder, ignore_errors=True)


def _admin() -> Engine:
    return create_engine(sqlalchemy_url(_cluster().url_of("postgres")), isolation_level="AUTOCOMMIT")


def _make_template(admin: Engine) -> None:
    with admin.connect() as connection:
        # The first worker makes it, the others wait here.
        connection.execute(text("SELECT pg_advisory_lock(1)"))
        exists = connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": TEMPLATE})
        if not exists:
            connection.execute(text("CREATE DATABASE making_template"))
            engine = build_engine(_cluster().url_of("making_template"))
            prepare(engine, SECRET)
            engine.dispose()
            connection.execute(text(f"ALTER DATABASE making_template RENAME TO {TEMPLATE}"))
        connection.execute(text("SELECT pg_advisory_unlock(1)"))


def clone(name: str) -> str:
    """A fresh copy of the template; its URL."""
    admin = _admin()
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text("SELECT pg_advisory_lock(1)"))
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE}'))
        connection.execute(text("SELECT pg_advisory_unlock(1)"))
    admin.dispose()
    return _cluster().url_of(name)


@pytest.fixture(scope="session")
def database_url(worker_id: str) -> str:
    """The worker's own database, migrated, seeded, with the default boundaries."""
    _cluster().start()
    admin = _admin()
    _make_template(admin)
    admin.dispose()
    return clone(f"worker_{worker_id}")


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    engine = build_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection whose outer transaction is rolled back after the test, whatever was committed inside."""
    with engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()


@pytest.fixture
def sessions(connection: Connection) -> sessionmaker[Session]:
    return sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    with sessions() as session:
        yield session


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, secret_key=SECRET.decode())


@pytest.fixture
def client(settings: Settings, sessions: sessionmaker[Session]) -> Iterator[TestClient]:
    with TestClient(create_app(settings, sessions), base_url="http://testserver") as client:
        yield client


@pytest.fixture
def make_report(session: Session) -> Callable[..., Report]:
    """A builder of stored reports: `make_report(category="giao-thong", lon=108.3, lat=15.9, accepted=True, ...)`."""

    def make(*, category: str = "giao-thong", unit: str = "ioc", accepted: bool = False, **values: Any) -> Report:
        draft = Draft(
            name=values.pop("name", "Trần Thị Bưởi"),
            phone=values.pop("phone", "+84905123456"),
            email=values.pop("email", None),
            category=category,
            content=values.pop("content", "Ổ gà lớn trước cổng chợ"),
            lon=values.pop("lon", 108.338),
            lat=values.pop("lat", 15.8794),
            door="api",
        )
        unit_id = session.scalars(select(Unit.id).where(Unit.code == unit)).one()
        fields: dict[str, Any] = {"area_code": None, "commune_code": None, "needs_confirmation": False}
        fields |= {"token": codes.token(), "secret": SECRET}
        report = reports.create(
            session, draft, category=reports.category(session, category), unit_id=unit_id, **(fields | values)
        )
        workflow.apply(session, report, "receive", Actor("sender"), door="api")
        if accepted:
            workflow.apply(session, report, "accept", SYSTEM, door="cli")
        session.flush()
        return report

    return make


@pytest.fixture
def make_user(session: Session) -> Callable[..., User]:
    """A builder of users: `make_user("officer", unit="ioc")`; the unit's code only for officers and heads."""

    def make(role: str, *, unit: str | None = None, **values: Any) -> User:
        unit_id = session.scalars(select(Unit.id).where(Unit.code == unit)).one() if unit else None
        fields = {"email": f"{secrets.token_hex(4)}@example.vn", "name": "Nguyễn Văn Sen"}
        user = User(role=role, unit_id=unit_id, **(fields | values))
        session.add(user)
        session.flush()
        return user

    return make


@pytest.fixture
def sign_in(session: Session) -> Callable[[TestClient, User], None]:
    """Gives a browser the session of somebody who signed in with all that their role asks for."""

    def enter(browser: TestClient, user: User) -> None:
        token = codes.token()
        until = datetime.now(UTC) + timedelta(hours=1)
        session.add(
            Login(token_hash=codes.token_hash(token), user_id=user.id, complete=True, agent="", expires_at=until)
        )
        session.flush()
        browser.cookies.set(COOKIE, token)

    return enter


@pytest.fixture
def fresh_database_url(database_url: str, worker_id: str) -> Iterator[str]:
    """A whole database of the test's own, for what really commits: processes, servers, concurrency."""
    name = f"fresh_{worker_id}_{os.urandom(4).hex()}"
    yield clone(name)
    admin = _admin()
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture
def own(fresh_database_url: str) -> Iterator[Engine]:
    """That database's engine, whose connections are really apart."""
    engine = build_engine(fresh_database_url)
    yield engine
    engine.dispose()
