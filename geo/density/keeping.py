"""The counts kept true: what was appended is folded, or all is counted anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from psycopg import Connection
from sqlalchemy.orm import Session

from geo.database import driver
from geo.density.folding import Changes, fold
from geo.density.grid import MOST_OWNERS, STATES

BATCH = 100_000  # appended changes that one transaction folds
PIECE = 500_000  # reports read at a time
ROWS = 10_000_000  # reports folded at a time, of some 200 bytes of memory each
_LOCK = 4_901_005  # one folds at a time
_OWNER = """
    o.unit_id = s.unit_id AND coalesce(o.area_code, '') = coalesce(s.area_code, '')
    AND coalesce(o.commune_code, '') = coalesce(s.commune_code, '')
    """
_NEW_OWNERS = """
    INSERT INTO density_owners (unit_id, area_code, commune_code)
    SELECT DISTINCT unit_id, area_code, commune_code FROM {source} AS s
    WHERE NOT EXISTS (SELECT FROM density_owners AS o WHERE {same})
    """
_STATE = "array_position(%(states)s, s.state) - 1"
# A change whose owner came a moment ago stays for the next time.
_TAKE = f"""
    DELETE FROM density_deltas AS s USING density_owners AS o
    WHERE s.id IN (SELECT id FROM density_deltas ORDER BY id LIMIT %(most)s) AND {_OWNER}
    RETURNING s.x, s.y, s.day, s.category_id, {_STATE}, o.id, s.demo::int, s.n
    """  # noqa: S608 (our own text)
_COUNT = f"""
    SELECT density_x(s.public_point), density_y(s.public_point), density_day(s.created_at), s.category_id, {_STATE},
        o.id, s.demo::int, 1
    FROM reports AS s JOIN density_owners AS o ON {_OWNER}
    WHERE s.state <> 'withdrawn' AND s.id > %(after)s AND s.id <= %(after)s + %(most)s
    """  # noqa: S608 (our own text)


_APPEND = """
    INSERT INTO density_deltas (x, y, day, category_id, state, unit_id, area_code, commune_code, demo, n)
    SELECT density_x(s.public_point), density_y(s.public_point), density_day(s.created_at), s.category_id, s.state,
        s.unit_id, s.area_code, s.commune_code, s.demo, %(n)s
    FROM reports AS s JOIN {table} AS t ON t.id = s.id WHERE s.state <> 'withdrawn'
    """


def keep(session: Session, *, most: int = BATCH) -> int:
    """Folds up to so many of the oldest appended changes into the blocks; how many, 0 where another is at it."""
    connection = driver(session)
    connection.execute("SET LOCAL statement_timeout = 0")
    if not _one(connection, "SELECT pg_try_advisory_xact_lock(%s)", _LOCK):
        return 0
    _know_owners(connection, "density_deltas")
    taken = _columns(connection, _TAKE, most=most)
    fold(connection, Changes(*taken))
    return len(taken[0])


def off(connection: Connection[Any]) -> None:
    """Leaves the reports that the transaction writes uncounted: it is to count them itself."""
    connection.execute("SET LOCAL quangnam.density = 'off'")


@contextmanager
def appending(connection: Connection[Any], table: str) -> Iterator[None]:
    """Appends for all reports of a table of ids (`id`) at once what the trigger would for each: a fifth of the time."""
    connection.execute(_APPEND.format(table=table), {"n": -1})
    off(connection)
    yield
    connection.execute("SET LOCAL quangnam.density = 'on'")
    connection.execute(_APPEND.format(table=table), {"n": 1})


def rebuild(connection: Connection[Any]) -> None:
    """Counts all reports anew in the transaction; nobody else can write a report meanwhile."""
    connection.execute("SET LOCAL statement_timeout = 0")
    connection.execute("LOCK TABLE reports IN SHARE ROW EXCLUSIVE MODE")
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    connection.execute("DELETE FROM density_deltas")
    connection.execute("DELETE FROM density_blocks")
    _know_owners(connection, "reports")
    last = _one(connection, "SELECT coalesce(max(id), 0) FROM reports")
    for start in range(0, last, ROWS):
        ends = range(start, min(start + ROWS, last), PIECE)
        pieces = [_columns(connection, _COUNT, after=after, most=min(PIECE, last - after)) for after in ends]
        fold(connection, Changes(*np.concatenate(pieces, axis=1)))


def _know_owners(connection: Connection[Any], source: str) -> None:
    connection.execute(_NEW_OWNERS.format(source=source, same=_OWNER))
    if _one(connection, "SELECT coalesce(max(id), 0) FROM density_owners") >= MOST_OWNERS:
        raise OverflowError(MOST_OWNERS)  # a thousand times the pairs of units and communes that a province has


def _columns(connection: Connection[Any], query: str, **values: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    with connection.cursor(binary=True) as cursor:
        rows = cursor.execute(query, {"states": list(STATES)} | values).fetchall()
    return np.array(rows, np.int64).reshape(-1, 8).T


def _one(connection: Connection[Any], query: str, *values: int) -> int:
    row = connection.execute(query, values).fetchone()
    assert row is not None
    return int(row[0])
