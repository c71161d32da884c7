"""Many reports to other units in one step: what `workflow.apply` does for one `reroute`, set by set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.types.json import Jsonb
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import clock, days, deadlines, jobs, outbox
from geo.database import driver
from geo.density import keeping
from geo.models import Category
from geo.transitions import OPEN
from geo.units import ioc
from geo.workflow import CHANNEL

EDITION = "edition"  # the door of what an edition moves, and the action of the one line that says so
GONE = "gone"  # the door of what a switch missed and found at a unit that is gone
# Steps by which a person says whose a report is.
BY_HAND = ("forward", "return", "confirm", "ours", "not_ours", "reroute")
_LOCK = """
    SELECT r.id FROM reports r JOIN unnest(%(ids)s::bigint[], %(versions)s::integer[]) AS m (id, version) ON m.id = r.id
    WHERE r.state = ANY (%(open)s) AND r.version = coalesce(m.version, r.version)
    ORDER BY r.id FOR NO KEY UPDATE OF r
    """
_TABLE = """
    CREATE TEMPORARY TABLE moving (
        id bigint, unit_id integer, area_code text, commune_code text, needs_confirmation boolean
    ) ON COMMIT DROP
    """
_FILL = "COPY moving FROM STDIN"
_CLAIMS = """
    DELETE FROM claims USING moving m JOIN reports r ON r.id = m.id AND r.unit_id <> m.unit_id
    WHERE claims.report_id = m.id
    """
_REPORTS = """
    UPDATE reports r SET version = r.version + 1, unit_id = m.unit_id, area_code = m.area_code,
        commune_code = m.commune_code, needs_confirmation = m.needs_confirmation,
        assignee_id = CASE WHEN r.unit_id = m.unit_id THEN r.assignee_id END,
        accept_due = CASE WHEN r.unit_id = m.unit_id THEN r.accept_due ELSE due.at END
    FROM moving m, categories c, unnest(%(category)s::integer[], %(urgent)s::boolean[], %(due)s::timestamptz[])
        AS due (category_id, urgent, at)
    WHERE r.id = m.id AND c.id = r.category_id
        AND due.category_id = c.id AND due.urgent = coalesce(r.urgent, c.urgent)
    """
# A unit's word that a place is its own stands while the place is uncertain and the unit exists.
_NO_CANDIDATES = """
    DELETE FROM report_units u USING moving m, units o
    WHERE u.report_id = m.id AND o.id = u.unit_id AND (u.role = 'candidate' OR u.role = 'claimant' AND NOT (
        m.needs_confirmation AND o.id <> m.unit_id
        AND coalesce(o.valid_from <= %(day)s, true) AND coalesce(o.valid_until > %(day)s, true)
    ))
    """
_CANDIDATES = """
    INSERT INTO report_units (report_id, unit_id, role)
    SELECT *, 'candidate' FROM unnest(%(ids)s::bigint[], %(units)s::integer[])
    """
_EVENTS = """
    INSERT INTO events (report_id, unit_id, at, action, from_state, to_state, actor, user_id, door, data)
    SELECT r.id, r.unit_id, %(now)s, 'reroute', r.state, r.state, 'system', %(user_id)s, %(door)s, %(data)s
    FROM moving m JOIN reports r ON r.id = m.id ORDER BY r.id
    RETURNING report_id, id
    """
_GIVE_BACK = """
    UPDATE reports r SET assignee_id = m.user_id
    FROM unnest(%(ids)s::bigint[], %(users)s::integer[]) AS m (id, user_id) JOIN users u ON u.id = m.user_id
    WHERE r.id = m.id AND u.active AND u.unit_id = r.unit_id
    """
_LINE = f"""
    INSERT INTO events (unit_id, action, from_state, to_state, actor, user_id, door, data)
    VALUES (%(unit_id)s, '{EDITION}', %(before)s, %(after)s, 'system', %(user_id)s, '{EDITION}', %(data)s)
    RETURNING id, pg_notify('{CHANNEL}', '')
    """  # noqa: S608 (constants)


@dataclass(frozen=True)
class Moves:
    """Columns with one element a report: where it belongs from now on.

    A report whose unit stays keeps its assignee, its claim and its deadlines.
    """

    report_id: NDArray[np.int64]
    unit_id: NDArray[np.int64]
    area_code: NDArray[np.object_]
    commune_code: NDArray[np.object_]
    needs_confirmation: NDArray[np.bool_]
    candidates: Sequence[Sequence[int]]  # ids of units that may be the right ones, without the responsible one

    def __len__(self) -> int:
        return len(self.report_id)


def lock(
    session: Session, report_ids: NDArray[np.int64], versions: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Locks the open ones among the reports, of `versions` where given, until the session ends; their ids, in order."""
    ids = report_ids.tolist()
    given = [None] * len(ids) if versions is None else versions.tolist()
    rows = driver(session).execute(_LOCK, {"ids": ids, "versions": given, "open": list(OPEN)}).fetchall()
    return np.array([row[0] for row in rows], np.int64)


def move(
    session: Session,
    moves: Moves,
    *,
    door: str,
    now: datetime,
    user_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> NDArray[np.int64]:
    """Writes the reports, an event `reroute` each with `door` and `data`, claims, candidates; the events' ids.

    All must be open and locked (`lock`). Nobody is told; what comes through the door "edition" is not even in the live
    stream.
    """
    if not len(moves):
        return np.zeros(0, np.int64)
    days.refresh(session)
    session.flush()
    connection = driver(session)
    _fill(connection, moves)
    connection.execute(_CLAIMS)
    with keeping.appending(connection, "moving"):
        connection.execute(_REPORTS, _due(session, now))
    connection.execute(_NO_CANDIDATES, {"day": now.astimezone(deadlines.ZONE).date()})
    pairs = [(report, unit) for report, several in _candidates(moves) for unit in several]
    if pairs:
        connection.execute(_CANDIDATES, {"ids": [one for one, _ in pairs], "units": [unit for _, unit in pairs]})
    line = {"now": now, "user_id": user_id, "door": door, "data": Jsonb(data) if data else None}
    events = dict(connection.execute(_EVENTS, line).fetchall())
    connection.execute(f"DROP TABLE moving; SELECT pg_notify('{CHANNEL}', '')")
    session.expire_all()
    return np.array([events[one] for one in moves.report_id.tolist()], np.int64)


def give_back(session: Session, report_ids: Sequence[int], user_ids: Sequence[int | None]) -> None:
    """Puts reports back into the hands of who had them, as far as they work in the unit that has the report now."""
    driver(session).execute(_GIVE_BACK, {"ids": list(report_ids), "users": list(user_ids)})


def announce(
    session: Session,
    before: str,
    after: str,
    *,
    data: dict[str, Any],
    units: Mapping[int, tuple[int, int]],
    user_id: int | None = None,
) -> None:
    """The one line of the history, and event of the live stream, that an edition went from one state to another.

    `units` has, by their ids, how many open reports came to units and went from them; these are told, once each.
    """
    data = data | {"units": [[unit_id, *counts] for unit_id, counts in units.items()]}
    values = {"before": before, "after": after, "user_id": user_id, "data": Jsonb(data)}
    row = driver(session).execute(_LINE, values | {"unit_id": ioc(session)}).fetchone()
    assert row is not None
    if units:
        jobs.defer(session, outbox.TELL, event_id=row[0])


def _fill(connection: Connection[Any], moves: Moves) -> None:
    connection.execute(_TABLE)
    columns = (moves.report_id, moves.unit_id, moves.area_code, moves.commune_code, moves.needs_confirmation)
    with connection.cursor() as cursor, cursor.copy(_FILL) as target:
        for row in zip(*(column.tolist() for column in columns), strict=True):
            target.write_row(row)
    connection.execute("ANALYZE moving")


def _candidates(moves: Moves) -> Sequence[tuple[int, Sequence[int]]]:
    return [(one, several) for one, several in zip(moves.report_id.tolist(), moves.candidates, strict=True) if several]


def _due(session: Session, now: datetime) -> dict[str, list[Any]]:
    """The new deadline of acceptance of every kind of report."""
    kinds = [(kind, urgent) for kind in session.scalars(select(Category)) for urgent in (False, True)]
    hours = [clock.hours_to_accept(kind, urgent=urgent) for kind, urgent in kinds]
    return {
        "category": [kind.id for kind, _ in kinds],
        "urgent": [urgent for _, urgent in kinds],
        "due": [deadlines.due(now, some, urgent=kind[1]) for kind, some in zip(kinds, hours, strict=True)],
    }
