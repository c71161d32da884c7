from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session, sessionmaker

from geo import options
from geo.database import build_engine


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
