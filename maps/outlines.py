"""Areas as GeoJSON for everybody: whole where their licence allows it, simplified where it does not."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from boundaries import editions
from boundaries.models import Area, Edition
from geo.errors import NotFoundError
from geo.i18n import _

LEVELS = ("district", "commune")
FINE, COARSE = 6, 4  # decimals of a degree: 0.1 m, 11 m
_MIDDLE: ColumnElement[Any] = literal_column(
    "(ST_MaximumInscribedCircle(areas.outline)).center"
)  # where a name has the most room


def listed(session: Session) -> list[dict[str, Any]]:
    """Every edition with the levels it has, its days, where it comes from and whether it goes out whole."""
    levels: dict[int, dict[str, int]] = {}
    rows = session.execute(
        select(Area.edition_id, Area.level, func.count())
        .where(Area.level.in_(LEVELS))
        .group_by(Area.edition_id, Area.level)
        .order_by(Area.level.desc())
    )
    for edition, level, count in rows:
        levels.setdefault(edition, {})[level] = count
    return [
        {
            "code": one.code,
            "name": one.name,
            "state": one.state,
            "valid_from": one.valid_from.isoformat(),
            "valid_until": one.valid_until.isoformat() if one.valid_until else None,
            "routing_level": one.routing_level,
            "levels": levels.get(one.id, {}),
        }
        | origin(one)
        for one in editions.every(session)
    ]


def origin(edition: Edition) -> dict[str, Any]:
    """Where an edition's borders come from and what may be done with them."""
    return {
        "source": edition.source,
        "licence": edition.licence,
        "attribution": edition.attribution,
        "redistributable": edition.redistributable,
        "simplified": not edition.redistributable,
    }


def given(edition: Edition) -> InstrumentedAttribute[Any]:
    """The column of an edition's borders as its licence lets them out: whole, or as simplified outlines."""
    return Area.geometry if edition.redistributable else Area.outline


def collection(session: Session, edition: Edition, level: str) -> dict[str, Any]:
    """The areas of a level as a FeatureCollection with the origin as members; NotFoundError for a level it lacks."""
    features = _features(session, edition, level, given(edition), FINE if edition.redistributable else COARSE)
    if level not in LEVELS or not features:
        raise NotFoundError(_("Phiên bản {code} không có cấp {level}."), code=edition.code, level=level[:40])
    return (
        {"type": "FeatureCollection", "edition": edition.code, "level": level}
        | origin(edition)
        | {"features": features}
    )


def drawn(session: Session, edition: Edition) -> dict[str, Any]:
    """What a map draws of an edition: the outlines of the areas that answer, whatever the licence, and their credit."""
    features = _features(session, edition, edition.routing_level, Area.outline, COARSE)
    middle = func.ST_AsGeoJSON(_MIDDLE, COARSE)
    places = session.execute(
        select(Area.code, middle).where(Area.edition_id == edition.id, Area.level == edition.routing_level)
    )
    label = {code: orjson.loads(point)["coordinates"] for code, point in places}
    for feature in features:
        feature["properties"]["label"] = label[feature["id"]]
    return {"type": "FeatureCollection", "attribution": edition.attribution, "features": features}


def around(session: Session, edition: Edition) -> dict[str, Any]:
    """The provinces around as coarse land, so that a map without a base map tells land from sea."""
    shape = func.ST_SimplifyPreserveTopology(Area.outline, 0.01)
    return {"type": "FeatureCollection", "features": _features(session, edition, "neighbour", shape, 2)}


def _features(session: Session, edition: Edition, level: str, shape: Any, decimals: int) -> Sequence[dict[str, Any]]:
    rows = session.execute(
        select(Area.code, Area.name, Area.kind, Area.parent_code, func.ST_AsGeoJSON(shape, decimals))
        .where(Area.edition_id == edition.id, Area.level == level)
        .order_by(Area.code)
    )
    return [
        {
            "type": "Feature",
            "id": code,
            "geometry": orjson.loads(geometry),
            "properties": {"code": code, "name": name, "kind": kind, "parent": parent},
        }
        for code, name, kind, parent, geometry in rows
    ]
