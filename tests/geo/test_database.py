import pytest
from sqlalchemy import text

from geo import database
from geo.database import build_engine, sqlalchemy_url


@pytest.mark.parametrize("url", ["postgresql://u@/d?host=/run/x", "postgres://u@/d?host=/run/x"])
def test_users_write_plain_urls(url: str) -> None:
    assert sqlalchemy_url(url) == "postgresql+psycopg://u@/d?host=/run/x"


def test_a_connection_that_died_while_idle_is_replaced_unseen(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "IDLE", 0)
    engine = build_engine(database_url, pool_size=1)
    with engine.connect() as connection:
        first = connection.scalar(text("SELECT pg_backend_pid()"))
    killer = build_engine(database_url)
    with killer.connect() as connection:
        assert connection.scalar(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": first})
    with engine.connect() as connection:
        second = connection.scalar(text("SELECT pg_backend_pid()"))
    assert second != first
    engine.dispose()
    killer.dispose()


def test_one_that_was_just_used_is_not_asked_again(database_url: str) -> None:
    engine = build_engine(database_url, pool_size=1)
    with engine.connect() as connection:
        first = connection.scalar(text("SELECT pg_backend_pid()"))
    with engine.connect() as connection:
        last = "SELECT query FROM pg_stat_activity WHERE pid = :pid"
        other = build_engine(database_url)
        with other.connect() as watcher:
            assert watcher.scalar(text(last), {"pid": first}) == "ROLLBACK"
        other.dispose()
        assert connection.scalar(text("SELECT pg_backend_pid()")) == first
    engine.dispose()
