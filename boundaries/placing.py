"""The place of every report in every edition: an area at the level that the edition routes to, and a commune.

By the public point alone, for a sensitive report must not be told apart from others of its cell. Where the edition once
routed a report, its area is that of the last assignment by it: its sender or an officer may have chosen near a border.
What somebody settled by another edition since holds where one area alone of those near has that land.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.orm import Session, sessionmaker

from boundaries import atlas, said
from boundaries.batch import Objects, route_many
from boundaries.heirs import Heirs
from boundaries.metric import Floats, to_degrees, to_metric
from boundaries.models import Area, Edition, ReportArea
from boundaries.pieces import Pairs
from geo import mirroring
from geo.copying import copy, encode, integers, texts
from geo.database import driver
from geo.models import Report
from geo.settings import Settings

BATCH = 50_000  # reports in memory at a time
Progress = Callable[[str, int], None]  # an edition's code and how many more reports were looked at
_LOCK = 49_000_021  # advisory: two programs would do the same work
_log = logging.getLogger(__name__)
_AROUND = 1.0  # metres beyond a changed place: more than rounding moves its border
_EVER = datetime(1, 1, 1, tzinfo=UTC)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # PostgreSQL counts microseconds from here
_ROW = np.dtype([("id", ">i8"), ("at", ">i8"), ("lon", ">f8"), ("lat", ">f8")])
_READ = """
    SELECT string_agg(
        int8send(id) || timestamptz_send(updated_at)
            || float8send(ST_X(public_point)) || float8send(ST_Y(public_point)), ''
    ) FROM (
        SELECT id, public_point, updated_at FROM reports
        WHERE (updated_at, id) > (%(moment)s, %(id)s) ORDER BY updated_at, id LIMIT %(batch)s
    ) AS batch
    """
# The box is asked first, by its index: with the order alone in mind the planner would read all reports.
_READ_WITHIN = _READ.replace(
    "FROM reports", "FROM (SELECT * FROM reports WHERE public_point && ST_MakeEnvelope({box}, 4326) OFFSET 0) AS there"
).format(box="%(west)s, %(south)s, %(east)s, %(north)s")
# Each report by itself: any other plan reads all reports, however few there are to be placed.
_JOINS = "enable_mergejoin", "enable_hashjoin"
_LIGHT = ("SET LOCAL statement_timeout = 0", *(f"SET LOCAL {join} = off" for join in _JOINS))
_TABLE = (
    "DROP TABLE IF EXISTS pg_temp.placed",
    "CREATE TEMPORARY TABLE placed (report_id bigint, area_code text, commune_code text) ON COMMIT DROP",
)
# What is right already stays untouched; what was deleted meanwhile has no place, and cannot go while it is locked.
# The sum keeps the planner from the index by edition: it thinks that one which is being filled is empty.
_WRITE = """
    INSERT INTO report_areas AS old (report_id, edition_id, area_code, commune_code)
    SELECT r.id, %(edition)s, found.area_code, found.commune_code
    FROM placed
    JOIN reports AS r ON r.id = placed.report_id
    JOIN categories AS c ON c.id = r.category_id
    LEFT JOIN report_areas AS had ON had.report_id = r.id AND had.edition_id + 0 = %(edition)s
    CROSS JOIN LATERAL (
        SELECT (SELECT edition_id FROM assignments WHERE report_id = r.id ORDER BY id DESC LIMIT 1) AS newest, (
            SELECT area_code FROM assignments
            WHERE report_id = r.id AND edition_id = %(edition)s AND NOT c.sensitive ORDER BY id DESC LIMIT 1
        ) AS area_code
    ) AS assigned
    CROSS JOIN LATERAL (SELECT coalesce(assigned.area_code, placed.area_code) AS area_code) AS chosen
    CROSS JOIN LATERAL (
        SELECT chosen.area_code, CASE chosen.area_code
            WHEN CASE WHEN assigned.newest = %(edition)s AND NOT c.sensitive THEN r.area_code END THEN r.commune_code
            WHEN placed.area_code THEN placed.commune_code
            WHEN had.area_code THEN had.commune_code
        END AS commune_code
    ) AS found
    WHERE found.area_code IS NOT NULL AND (had.area_code, had.commune_code) IS DISTINCT FROM
        (found.area_code, found.commune_code)
    FOR KEY SHARE OF r
    ON CONFLICT (report_id, edition_id) DO UPDATE
    SET area_code = excluded.area_code, commune_code = excluded.commune_code
    """

_SETTLED = f"""
    SELECT a.report_id, a.edition_id, {said.AREA.format(table="a")} FROM unnest(%(ids)s::bigint[]) AS mine (id)
    JOIN assignments AS a ON a.report_id = mine.id
    JOIN reports AS r ON r.id = a.report_id
    JOIN categories AS c ON c.id = r.category_id
    WHERE a.edition_id <> %(edition)s AND NOT c.sensitive
        AND a.candidates @? '$[*] ? (@.settled == true)'
        AND NOT EXISTS (SELECT FROM assignments AS newer WHERE newer.report_id = a.report_id AND newer.id > a.id)
    """  # noqa: S608 (a constant)


def keep(
    sessions: sessionmaker[Session],
    settings: Settings,
    *,
    edition: str | None = None,
    progress: Progress = lambda _edition, _looked: None,
) -> int:
    """Places what came or changed since the last time in all editions, or in one; how many reports were looked at.

    Each batch is a transaction of its own; a program that finds another at it leaves the work to that one. An edition
    that fails keeps none of the others waiting, and is raised after them.
    """
    with sessions() as session:
        query = select(Edition.id, Edition.code).where(_routing(edition)).order_by(Edition.valid_from, Edition.code)
        wanted = [(number, code) for number, code in session.execute(query)]
    looked, failed = 0, None
    for number, code in wanted:
        try:
            looked += _keep(sessions, settings, number, partial(progress, code))
        except Exception as error:
            _log.exception("Reports could not be placed in the edition %s", code)
            failed = failed or error
    if failed is not None:
        raise failed
    return looked


def _keep(sessions: sessionmaker[Session], settings: Settings, edition_id: int, progress: Callable[[int], None]) -> int:
    with sessions() as session:
        # Before the reports are read: what their reading misses changed at this moment or later.
        horizon = mirroring.following(session)
        reached = session.scalar(select(Edition.placed_until).where(Edition.id == edition_id))
    behind, looked, some = (reached or _EVER, -1), 0, BATCH
    while some == BATCH:
        with sessions.begin() as session:
            if not session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
                break
            # Whoever changes its answers holds it until they are committed; then all of it begins again, the next time.
            mine = select(Edition).where(Edition.id == edition_id, Edition.placed_until.is_not_distinct_from(reached))
            edition = session.scalar(mine.with_for_update(key_share=True, skip_locked=True))
            if edition is None:
                break
            for statement in _LIGHT:
                session.connection().exec_driver_sql(statement)
            some, behind = _some(session, settings, edition, behind)
            edition.placed_until = reached = min(behind[0], horizon) if some == BATCH else horizon
        looked += some
        progress(some)
    return looked


def due(session: Session, edition: str | None = None) -> int:
    """How many reports `keep` will look at, each once for each edition."""
    since = select(func.coalesce(Edition.placed_until, _EVER).label("moment")).where(_routing(edition)).subquery()
    return (
        session.scalar(select(func.count()).select_from(since).join(Report, Report.updated_at >= since.c.moment)) or 0
    )


def _routing(code: str | None) -> ColumnElement[bool]:
    """Whether an edition is the one named, or any, and has the areas that it routes to."""
    areas_ = exists().where(Area.edition_id == Edition.id, Area.level == Edition.routing_level)
    return areas_ if code is None else areas_ & (Edition.code == code)


def lift(session: Session, category_id: int) -> None:
    """Forgets the places of a category's reports, whose public points this transaction is about to change.

    Until it ends nothing is placed, which would be by the points of before; then the worker places them anew.
    """
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    mine = select(Report.id).where(Report.category_id == category_id)
    session.execute(delete(ReportArea).where(ReportArea.report_id.in_(mine)))


def within(session: Session, settings: Settings, edition: Edition, polygon: shapely.Geometry) -> None:
    """Places the reports in a polygon in metres anew, where this transaction has changed an edition's answers.

    Until it ends nothing else is placed, which would be by the answers of before.
    """
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    lon, lat = to_degrees(*shapely.get_coordinates(shapely.buffer(polygon, _AROUND)).T)
    sides = {"west": lon.min(), "south": lat.min(), "east": lon.max(), "north": lat.max()}
    box = {name: float(value) for name, value in sides.items()}
    for join in _JOINS:
        session.connection().exec_driver_sql(f"SET LOCAL {join} = off")
    behind, some = (_EVER, -1), BATCH
    while some == BATCH:
        some, behind = _some(session, settings, edition, behind, box)
    for join in _JOINS:
        session.connection().exec_driver_sql(f"SET LOCAL {join} TO DEFAULT")


def _some(
    session: Session,
    settings: Settings,
    edition: Edition,
    behind: tuple[datetime, int],
    box: Mapping[str, float] | None = None,
) -> tuple[int, tuple[datetime, int]]:
    """Places the next reports behind a moment and an id, of all or of those in a box in degrees.

    How many they were, and behind which the next ones come.
    """
    raw = driver(session)
    values: dict[str, Any] = {"moment": behind[0], "id": behind[1], "batch": BATCH}
    with raw.cursor(binary=True) as cursor:
        sent = cursor.execute(_READ if box is None else _READ_WITHIN, values | dict(box or {})).fetchone()
    rows = np.frombuffer(sent[0] if sent and sent[0] else b"", _ROW)
    if not len(rows):
        return 0, behind
    lon, lat = rows["lon"].astype(float), rows["lat"].astype(float)
    area, commune = areas(session, edition, lon, lat, settings)
    _settled(session, settings, edition, area, commune, ids=rows["id"].astype(np.int64), lon=lon, lat=lat)
    for statement in _TABLE:
        raw.execute(statement)
    copy(
        raw,
        "placed",
        ("report_id", "area_code", "commune_code"),
        encode([integers(rows["id"], size=8), texts(area), texts(commune)]),
    )
    raw.execute(_WRITE, {"edition": edition.id})
    last = rows["at"].max()
    return len(rows), (_EPOCH + timedelta(microseconds=int(last)), int(rows["id"][rows["at"] == last].max()))


def areas(session: Session, edition: Edition, lon: Floats, lat: Floats, settings: Settings) -> tuple[Objects, Objects]:
    """The area's and the commune's code of each point (degrees); beyond all borders those of the nearest area."""
    found = route_many(session, lon, lat, edition=edition.code, settings=settings)
    area, commune = found.area_code, found.commune_code
    lost: NDArray[np.intp] = np.flatnonzero(found.refusal != "")
    if len(lost):
        # A pin in the next province, or the middle of a cell that reaches there: somewhere it must count.
        x, y = to_metric(lon[lost], lat[lost])
        sheet = atlas.sheet(session, edition, edition.routing_level)
        _fill(area, lost, sheet.code, sheet.pieces.closest(x, y))
        communes = atlas.sheet(session, edition, "commune")
        near = communes.pieces.closest(x, y)
        mine = communes.code if communes is sheet else communes.parent
        _fill(commune, lost, communes.code, near.where(mine[near.area] == area[lost[near.pin]]))
    return area, commune


def _settled(
    session: Session,
    settings: Settings,
    edition: Edition,
    area: Objects,
    commune: Objects,
    *,
    ids: NDArray[np.int64],
    lon: Floats,
    lat: Floats,
) -> None:
    """Writes the areas of the reports whose newest routing, by another edition, says that somebody settled it."""
    found = driver(session).execute(_SETTLED, {"ids": ids.tolist(), "edition": edition.id}).fetchall()
    if not found:
        return
    order = np.argsort(ids)
    at = order[np.searchsorted(ids, [one[0] for one in found], sorter=order)]
    near = route_many(session, lon[at], lat[at], edition=edition.code, settings=settings).candidates
    heirs, communes = Heirs(session, edition), atlas.sheet(session, edition, "commune")
    for row, (_id, by, was), candidates in zip(at, found, near, strict=True):
        heir = heirs.alone(by, was, candidates, area[row])
        if heir is None or heir == area[row]:
            continue
        area[row], commune[row] = heir, heir if edition.routing_level == "commune" else None
        if commune[row] is None:
            x, y = to_metric(lon[row : row + 1], lat[row : row + 1])
            _fill(commune, np.array([row]), communes.code, communes.within(heir).closest(x, y))


def _fill(column: Objects, rows: NDArray[np.intp], codes: Objects, near: Pairs) -> None:
    column[rows[near.pin[::-1]]] = codes[near.area[::-1]]  # of several as near the first by code is written last
