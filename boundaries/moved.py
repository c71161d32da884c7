"""What an activation changed of open reports, as it was before: remembered, and given back by an undo."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from psycopg import Connection
from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from boundaries.models import Activation, Edition
from boundaries.open_reports import BY_HAND, Ids, OpenReports
from geo import moving

_KNOWN = "SELECT report_id FROM moved_reports WHERE activation_id = %s AND report_id = ANY (%s)"
_REMEMBER = """
    COPY moved_reports (activation_id, report_id, unit_id, area_code, commune_code, needs_confirmation, candidates,
        assignee_id, assignment_id, event_id) FROM STDIN
    """
# Of several the first: before it all was as it is to be again.
_BEFORE = text(f"""
    SELECT DISTINCT ON (m.report_id) m.* FROM moved_reports m JOIN reports r ON r.id = m.report_id
    WHERE m.activation_id = ANY (:activations) AND m.report_id = ANY (:ids) AND NOT EXISTS (
        SELECT FROM events e
        WHERE e.report_id = m.report_id AND e.id > m.event_id AND e.door <> '{moving.EDITION}' AND {BY_HAND}
    )
    ORDER BY m.report_id, m.activation_id
    """)  # noqa: S608 (constants)


def activations(session: Session, edition: Edition, predecessor: Edition) -> Sequence[int]:
    """The ids of those that put an edition in force and that an undo takes back.

    What a later edition moved has come back by its own undoing. Where an edition was put between the two since, nothing
    can be as it was.
    """
    undone = select(func.coalesce(func.max(Activation.id), 0)).where(
        Activation.edition_id == edition.id, Activation.kind == "undo"
    )
    mine = select(Activation).where(Activation.edition_id == edition.id, Activation.id > undone.scalar_subquery())
    some = session.scalars(mine.order_by(Activation.id)).all()
    return [one.id for one in some] if some and some[-1].before_id == predecessor.id else []


def newest(session: Session, edition_id: int) -> int | None:
    """The id of the activation that put an edition in force last; None where an older release did."""
    mine = (Activation.edition_id == edition_id, Activation.kind == "activate")
    return session.scalar(select(func.max(Activation.id)).where(*mine))


def before(session: Session, activation_ids: Sequence[int], report_ids: Ids) -> Mapping[int, Row[Any]]:
    """How reports were that these activations moved and that nobody has moved since, by report; rows of Moved.

    To be asked after the reports themselves were read: a step between the two is seen then, by the one or the other.
    """
    values = {"activations": list(activation_ids), "ids": report_ids.tolist()}
    return {one.report_id: one for one in session.execute(_BEFORE, values)}


def remember(connection: Connection[Any], activation_id: int, was: OpenReports, events: Ids) -> None:
    """Keeps how reports were before the events by which they followed an activation; what is kept already stays."""
    known = connection.execute(_KNOWN, (activation_id, was.id.tolist())).fetchall()
    new = ~np.isin(was.id, [row[0] for row in known])
    was, events = was.take(new), events[new]
    columns = (
        *(was.id, was.unit_id, was.area_code, was.commune_code, was.needs_confirmation, was.candidates),
        *(was.assignee_id, was.assignment_id, events),
    )
    with connection.cursor() as cursor, cursor.copy(_REMEMBER) as target:
        for *known, assignee, assignment, event in zip(*(column.tolist() for column in columns), strict=True):
            target.write_row((activation_id, *known, assignee or None, assignment or None, event))
