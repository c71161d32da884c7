"""The open reports as columns: where they are, who answers for them, and who said so."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from boundaries import said
from boundaries.metric import Floats
from geo import beside, moving
from geo.database import driver
from geo.transitions import OPEN

Ids = NDArray[np.int64]
Objects = NDArray[np.object_]
_STATES = ", ".join(f"'{state}'" for state in OPEN)
# Whether an event `e` says whose the report `r` is: a unit's word by which nothing was settled does not.
BY_HAND = """
    e.action IN ({}) AND NOT (e.action IN ('ours', 'not_ours') AND r.needs_confirmation)
    """.format(", ".join(f"'{action}'" for action in moving.BY_HAND))
_READ = f"""
    SELECT r.id, r.version, ST_X(r.point), ST_Y(r.point), r.accuracy, c.code, r.unit_id, r.area_code, r.commune_code,
        r.needs_confirmation, r.assignee_id,
        ARRAY(
            SELECT u.unit_id FROM report_units u
            WHERE u.report_id = r.id AND u.role = 'candidate' ORDER BY u.unit_id
        ),
        r.second_of_id IS NOT NULL OR EXISTS (
            SELECT FROM (
                SELECT e.id, e.unit_id FROM events e
                WHERE e.report_id = r.id AND {BY_HAND}
                    AND (e.actor <> 'system' OR e.door = '{beside.DOOR}')
                ORDER BY e.id DESC LIMIT 1
            ) word
            WHERE word.unit_id = r.unit_id OR NOT EXISTS (
                SELECT FROM events e
                WHERE e.report_id = r.id AND e.id > word.id AND e.door IN ('{moving.EDITION}', '{moving.GONE}')
            )
        ),
        a.id, a.edition_id,
        a.distance IS NULL AND a.candidates IS NULL AND a.reason IN ('uncertain', 'rule') AND r.needs_confirmation,
        jsonb_path_query_first(a.candidates, '$[*] ? (@.chosen == true).area') #>> '{{}}',
        {said.AREA.format(table="a")}
    FROM reports r JOIN categories c ON c.id = r.category_id
    LEFT JOIN LATERAL (
        SELECT * FROM assignments WHERE assignments.report_id = r.id ORDER BY assignments.id DESC LIMIT 1
    ) a ON true
    WHERE r.state IN ({_STATES}) AND (%(ids)s::bigint[] IS NULL OR r.id = ANY (%(ids)s))
    ORDER BY r.id
    """  # noqa: S608 (constants)
_MARKS = f"""
    SELECT coalesce(string_agg(int8send(id) || int4send(version), ''), '') FROM reports WHERE state IN ({_STATES})
    """  # noqa: S608 (a constant)
_MARK = np.dtype([("id", ">i8"), ("version", ">i4")])


@dataclass(frozen=True)
class OpenReports:
    """Columns with one element a report, in the order of their ids; what is not known is None, NaN, or 0 for an id."""

    id: Ids
    version: Ids
    lon: Floats  # of the exact point, degrees
    lat: Floats
    accuracy: Floats  # metres
    category: Objects  # code
    unit_id: Ids
    area_code: Objects
    commune_code: Objects
    needs_confirmation: NDArray[np.bool_]
    assignee_id: Ids
    candidates: Objects  # lists of the ids of units, in order
    by_hand: NDArray[np.bool_]  # whose it is a person said last; second reports go where the first was answered
    assignment_id: Ids  # of the explanation in force
    edition_id: Ids  # that it was routed by
    in_words: NDArray[np.bool_]  # the place is a commune, and the point any one in it
    chosen: Objects  # the code of the area that the sender chose near a border
    settled: Objects  # the one that somebody settled there, in place of any choice

    def __len__(self) -> int:
        return len(self.id)

    def take(self, rows: NDArray[Any]) -> "OpenReports":
        """The chosen rows."""
        return OpenReports(*(getattr(self, one.name)[rows] for one in fields(self)))


def read(session: Session, ids: Ids | None = None) -> OpenReports:
    """The open reports, all or those of some ids."""
    values = {"ids": None if ids is None else ids.tolist()}
    rows = driver(session).execute(_READ, values).fetchall()
    columns: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(fields(OpenReports))
    return OpenReports(*(_column(one.name, column) for one, column in zip(fields(OpenReports), columns, strict=True)))


def marks(session: Session) -> Ids:
    """A number for each open report that is another one after each of its steps, in order."""
    raw = driver(session).execute(_MARKS).fetchone()
    assert raw is not None
    found = np.frombuffer(raw[0], _MARK)
    return np.sort(mark(found["id"].astype(np.int64), found["version"].astype(np.int64)))


def mark(ids: Ids, versions: Ids) -> Ids:
    """The same for reports whose versions are known."""
    return ids << 20 | versions


def marked(numbers: Ids) -> Ids:
    """The ids of reports by these numbers."""
    return numbers >> 20


def _column(name: str, values: Sequence[Any]) -> NDArray[Any]:
    if name in ("lon", "lat", "accuracy"):
        return np.array([np.nan if one is None else one for one in values], np.float64)
    if name in ("needs_confirmation", "by_hand", "in_words"):
        return np.array([bool(one) for one in values], np.bool_)
    if name.endswith("id") or name == "version":
        return np.array([one or 0 for one in values], np.int64)
    return np.fromiter(values, object, len(values))
