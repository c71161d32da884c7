"""Orders on a database of their own, whose connections are really apart."""

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from api.app import create_app
from api.delivery import worker
from geo.database import build_sessions
from geo.settings import Settings


@pytest.fixture
def really(own: Engine) -> sessionmaker[Session]:
    """Sessions on connections that are really apart, as a worker's are."""
    return build_sessions(own)


@pytest.fixture
def session(really: sessionmaker[Session]) -> Iterator[Session]:
    with really() as session:
        yield session


@pytest.fixture
def client(really: sessionmaker[Session], settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings, really), base_url="http://testserver") as client:
        yield client


@pytest.fixture
def work(fresh_database_url: str, settings: Settings, really: sessionmaker[Session]) -> Callable[[], None]:
    """Lets a worker do what waits, and no more."""

    def run() -> None:
        app = worker.build(fresh_database_url, settings, really)
        app.run_worker(wait=False, install_signal_handlers=False)

    return run
