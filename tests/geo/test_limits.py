from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo import limits
from geo.database import build_engine, build_sessions
from geo.errors import TooManyError
from geo.models import Rate

NOON = datetime(2026, 3, 2, 12, 59, tzinfo=UTC)


def test_the_limit_itself_is_allowed_and_no_more(session: Session) -> None:
    for _number in range(3):
        limits.count(session, {"phone:a": 3, "address:b": 100}, now=NOON)
    with pytest.raises(TooManyError) as refused:
        limits.count(session, {"phone:a": 3, "address:b": 100}, now=NOON)
    assert refused.value.details == {"retry_after": 61}
    limits.count(session, {"phone:a": 3}, now=NOON + timedelta(minutes=1))


def test_what_is_given_back_may_be_used_again(session: Session) -> None:
    limits.count(session, {"phone:a": 1}, now=NOON)
    limits.give_back(session, {"phone:a": 1}, now=NOON)
    limits.count(session, {"phone:a": 1}, now=NOON)


def test_a_subject_does_not_say_whom_it_stands_for() -> None:
    one = limits.subject(b"secret", "phone", "+84905123456")
    assert "905123456" not in one
    assert one != limits.subject(b"other", "phone", "+84905123456")
    assert one != limits.subject(b"secret", "device", "+84905123456")


def test_old_hours_are_forgotten(session: Session) -> None:
    limits.count(session, {"phone:a": 5}, now=NOON)
    limits.count(session, {"phone:a": 5}, now=NOON + timedelta(hours=5))
    limits.sweep(session, NOON + timedelta(days=2, hours=4))
    assert session.scalar(select(func.count()).select_from(Rate)) == 1


def test_many_at_once_are_counted_exactly(fresh_database_url: str) -> None:
    engine = build_engine(fresh_database_url, pool_size=8)
    sessions = build_sessions(engine)

    def attempt(number: int) -> bool:
        subjects = {"address:one": 1_000, "phone:same": 20} if number % 2 else {"phone:same": 20, "address:one": 1_000}
        try:
            with sessions.begin() as session:
                limits.count(session, subjects, now=NOON)
        except TooManyError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(80))) == 20
    engine.dispose()
