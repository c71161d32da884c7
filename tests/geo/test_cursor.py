import time
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from geo import cursor
from geo.cursor import Cursor
from geo.database import build_engine


@pytest.fixture
def fresh(fresh_database_url: str) -> Engine:
    return build_engine(fresh_database_url)


RESTORED = text(
    """
    SET session_replication_role = replica;
    INSERT INTO events (report_id, unit_id, action, to_state, actor, door, transaction_id)
    VALUES (1, 1, 'receive', 'received', 'system', 'cli', '900000000'),
        (2, 1, 'receive', 'received', 'system', 'cli', '7')
    """
)


def all_ended(session: Session) -> Cursor:
    """The cursor once nothing waits: transactions of other tests, in other databases, hold it up too."""
    until = time.monotonic() + 120
    while True:
        session.rollback()
        now, waiting = cursor.look(session)
        if not waiting:
            return now
        assert time.monotonic() < until


def test_a_cursor_is_read_as_it_was_written() -> None:
    for one in (Cursor(b"abcdef", 0), Cursor(b"\xff" * 6, 2**64 - 1, 2**63 - 1)):
        assert Cursor.read(str(one)) == one
    for wrong in ("", "x", "AAAA", "ỗ", "A" * 31, "!" * 30):
        assert Cursor.read(wrong) is None


def test_what_is_written_later_lies_behind_a_cursor_and_waits_for_who_began_before(fresh: Engine) -> None:
    with Session(fresh) as early, Session(fresh) as late, Session(fresh) as reader:
        before = cursor.here(reader)
        reader.rollback()
        early.execute(text("SELECT pg_current_xact_id()"))
        transaction = late.scalar(text("SELECT pg_current_xact_id()::text"))
        late.execute(text("SET LOCAL session_replication_role = replica"))
        late.execute(
            text(
                "INSERT INTO events (report_id, unit_id, action, to_state, actor, door)"
                " VALUES (1, 1, 'receive', 'received', 'system', 'cli')"
            )
        )
        late.commit()
        now, waiting = cursor.look(reader)
        assert waiting
        assert before <= now <= Cursor(now.mark, int(transaction or 0))
        early.commit()
        now = all_ended(reader)
        assert now > Cursor(now.mark, int(transaction or 0), 2**62)
    fresh.dispose()


def test_lines_of_another_cluster_become_lines_of_this_one_before_anything_new(fresh: Engine) -> None:
    with fresh.begin() as connection:
        connection.execute(RESTORED)
    with Session(fresh) as session, session.begin():
        assert cursor.foreign(session)
        cursor.adopt(session)
    with Session(fresh) as session:
        assert not cursor.foreign(session)
        old = session.scalars(text("SELECT DISTINCT transaction_id::text FROM events")).all()
        assert len(old) == 1
        now = all_ended(session)
        assert Cursor(now.mark, int(old[0]), 2**62) < now
        indexes = session.scalars(text("SELECT indexname FROM pg_indexes WHERE tablename = 'events'")).all()
        assert "ix_events_transaction_id_id" in indexes
    fresh.dispose()


def test_another_database_has_another_mark(fresh: Engine, session: Session) -> None:
    with Session(fresh) as other:
        assert cursor.here(other).mark != cursor.here(session).mark
    fresh.dispose()
    assert replace(cursor.here(session), transaction=0) < cursor.here(session)
