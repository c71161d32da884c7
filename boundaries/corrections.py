"""Corrections that an administrator accepted: a layer over an edition, whose own polygons never change."""

from datetime import date
from typing import NamedTuple

import numpy as np
import shapely
from geoalchemy2.shape import from_shape
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from boundaries import editions, lookup
from boundaries.metric import Floats
from boundaries.models import METRIC_SRID, Correction, CorrectionStep, Edition
from boundaries.settlements import Suggestion
from geo.database import driver
from geo.errors import ConflictError, NotFoundError
from geo.i18n import _

# The newest first, of which there is only one in a place. Asked of every pin, so without the mapper.
_AT = f"""
    SELECT id, area_code, ST_AsBinary(geometry) FROM corrections
    WHERE state = 'accepted' AND edition_id = %(edition)s
        AND ST_DWithin(geometry, ST_SetSRID(ST_MakePoint(%(x)s, %(y)s), {METRIC_SRID}), 0)
    ORDER BY id DESC
    """  # noqa: S608 (a constant)
_DECIDING = 49_000_022  # advisory, with an edition's id
GONE = _("Gợi ý này không còn nữa; hãy tải lại trang.")


class Settled(NamedTuple):
    """The correction in which a pin lies: its id, its area's code, and whether all of the pin's circle does."""

    id: int
    area: str
    sure: bool


class Layer(NamedTuple):
    """The accepted corrections of an edition, the newest first."""

    id: NDArray[np.int64]
    area: NDArray[np.object_]
    polygons: NDArray[np.object_]

    def at(self, x: Floats, y: Floats, accuracy: Floats) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """The place in the layer of the correction of each pin in metres, -1 where there is none, and whether surely.

        One that has all of a pin's circle goes before one that has its middle, and then the newer one.
        """
        found, sure = np.full(len(x), -1, np.intp), np.zeros(len(x), np.bool_)
        if not len(self.id):
            return found, sure
        pin, place = shapely.STRtree(self.polygons).query(shapely.points(x, y), predicate="intersects")
        fits = holds(x[pin], y[pin], accuracy[pin], self.polygons[place])
        order = np.lexsort((-place, fits))  # what counts is written last
        found[pin[order]], sure[pin[order]] = place[order], fits[order]
        return found, sure


def holds(x: Floats, y: Floats, accuracy: Floats, polygons: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Whether the circle of what the phone knows around each pin lies within the polygon at its place.

    Then the phone's error does not matter, and the border's was settled: nothing is left uncertain.
    """
    pins = shapely.points(x, y)
    inside = shapely.distance(pins, polygons) == 0
    return np.asarray(inside & (shapely.distance(pins, shapely.boundary(polygons)) >= accuracy), np.bool_)


def layer(session: Session, edition: Edition) -> Layer:
    """Read anew for every batch: there are few, and a change counts at once."""
    query = select(Correction.id, Correction.area_code, func.ST_AsBinary(Correction.geometry, type_=None))
    mine = query.where(Correction.edition_id == edition.id, Correction.state == "accepted")
    rows = session.execute(mine.order_by(Correction.id.desc())).all()
    return Layer(
        np.array([row[0] for row in rows], np.int64),
        np.array([row[1] for row in rows], object),
        np.asarray(shapely.from_wkb([bytes(row[2]) for row in rows]), object),
    )


def at(session: Session, edition: Edition, x: float, y: float, accuracy: float) -> Settled | None:
    """The correction in which a pin in metres lies; one that has all of its circle goes before a newer one."""
    found = None
    for number, area, wkb in driver(session).execute(_AT, {"edition": edition.id, "x": x, "y": y}).fetchall():
        polygon = np.array([shapely.from_wkb(bytes(wkb))], object)
        if holds(np.array([x]), np.array([y]), np.array([accuracy]), polygon)[0]:
            return Settled(number, area, True)
        found = found or Settled(number, area, False)
    return found


def decide(session: Session, edition: Edition, one: Suggestion, *, accepted: bool, user_id: int) -> Correction:
    """Accepts a suggestion, or declines it for good.

    NotFoundError where somebody has decided on it already, ConflictError where it overlaps an accepted one that says
    another area.
    """
    _take_turn(session, edition.id)
    geometry = from_shape(one.polygon, METRIC_SRID)
    before = select(Correction.id).where(
        Correction.edition_id == edition.id,
        Correction.area_code == one.area,
        func.ST_Equals(Correction.geometry, geometry),
    )
    if session.scalar(before.limit(1)) is not None:
        raise NotFoundError(GONE)
    row = Correction(
        edition_id=edition.id,
        area_code=one.area,
        geometry=geometry,
        reports=one.reports,
        senders=one.senders,
        state="declined",
    )
    session.add(row)
    session.flush()
    return _decided(session, row, "accepted" if accepted else "declined", user_id)


def change(session: Session, number: int, state: str, *, user_id: int) -> Correction:
    """Accepts again what was declined or undone, or undoes what was accepted; each is written down.

    NotFoundError for an unknown one or where somebody has done so already, ConflictError where another accepted one is
    in the way.
    """
    edition_id = session.scalar(select(Correction.edition_id).where(Correction.id == number))
    if edition_id is not None:
        _take_turn(session, edition_id)
    row = session.get(Correction, number, populate_existing=True)
    if row is None or row.state == state:
        raise NotFoundError(GONE)
    return _decided(session, row, state, user_id)


def _take_turn(session: Session, edition_id: int) -> None:
    """Lets one decide on an edition at a time: the next one sees what the one before has committed.

    Not by the edition's row, which an activation holds for as long as it takes.
    """
    session.execute(select(func.pg_advisory_xact_lock(_DECIDING, edition_id)))


def _decided(session: Session, row: Correction, state: str, user_id: int) -> Correction:
    if state == "accepted":
        others = select(Correction.id).where(
            Correction.edition_id == row.edition_id,
            Correction.state == "accepted",
            Correction.id != row.id,
            func.ST_Intersects(Correction.geometry, row.geometry),
            Correction.area_code != row.area_code,
        )
        if session.scalar(others.limit(1)) is not None:
            raise ConflictError(_("Nơi này đang có một điều chỉnh khác thuộc địa bàn khác; hãy hoàn tác nó trước."))
    row.state = state
    session.add(CorrectionStep(correction_id=row.id, state=state, user_id=user_id))
    session.flush()
    return row


def listed(session: Session, edition: Edition) -> list[Correction]:
    """Those that were decided on, in force first, then the newest."""
    mine = select(Correction).where(Correction.edition_id == edition.id)
    return list(session.scalars(mine.order_by(Correction.state != "accepted", Correction.id.desc())))


def left(session: Session, edition: Edition, day: date) -> int:
    """How many that count in the edition now in force on the day an edition lacks: none of its own has their middle.

    None where a later edition goes on to be in force.
    """
    if editions.follows(session, edition, day, active=True) != edition:
        return 0
    theirs = aliased(Correction)
    own = select(theirs.id).where(
        theirs.edition_id == edition.id,
        theirs.state == "accepted",
        func.ST_Intersects(theirs.geometry, func.ST_PointOnSurface(Correction.geometry)),
    )
    query = select(func.count(Correction.id)).join(Edition, Edition.id == Correction.edition_id)
    lost = query.where(lookup.in_force(named=False), Correction.state == "accepted", ~own.exists())
    return session.scalar(lost, {"day": day}) or 0
