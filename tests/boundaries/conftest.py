from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.orm import Session, sessionmaker

from boundaries import editions
from boundaries.models import Edition
from geo import options
from geo.database import build_engine
from geo.models import Report, User
from geo.settings import Settings
from tests.boundaries.settling import Settle, settling


@pytest.fixture(autouse=True)
def _numbers() -> Iterator[None]:
    """A process remembers an administrator's numbers; the database forgets those of a test."""
    yield
    options.overrule({})


@pytest.fixture
def own(fresh_database_url: str) -> Iterator[sessionmaker[Session]]:
    """Sessions that commit, each with a connection of its own."""
    engine = build_engine(fresh_database_url)
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()


@pytest.fixture
def edition(session: Session) -> Edition:
    return editions.find(session, "2020")


@pytest.fixture
def administrator(session: Session) -> User:
    user = User(email="quan-tri@example.vn", name="Quản trị", role="administrator")
    session.add(user)
    session.flush()
    return user


@pytest.fixture
def settle(session: Session, settings: Settings, make_report: Callable[..., Report]) -> Settle:
    return settling(session, settings, make_report)
