"""The spatial functions of CQL2."""

from typing import Any

import orjson
import shapely
from sqlalchemy import ColumnElement, func

from geo.errors import InvalidError
from geo.i18n import _
from maps.collections.asking import geometry
from maps.collections.cql2.values import GEOMETRY, Scope, refused
from maps.collections.crs import box, moved

FUNCTIONS = {
    "s_intersects": func.ST_Intersects,
    "s_disjoint": func.ST_Disjoint,
    "s_equals": func.ST_Equals,
    "s_touches": func.ST_Touches,
    "s_crosses": func.ST_Crosses,
    "s_within": func.ST_Within,
    "s_contains": func.ST_Contains,
    "s_overlaps": func.ST_Overlaps,
}


def condition(operator: str, args: list[Any], scope: Scope) -> ColumnElement[bool]:
    """The condition of a spatial function of two geometries."""
    if len(args) != 2:
        raise refused()
    left, right = (_geometry(arg, scope) for arg in args)
    return FUNCTIONS[operator](left, right)


def _geometry(node: Any, scope: Scope) -> ColumnElement[Any]:
    if node == {"property": GEOMETRY}:
        return scope.shape()
    if not isinstance(node, dict):
        raise refused()
    srid = scope.collection.srid
    shape = _box(node["bbox"], scope) if "bbox" in node else moved(_shape(node), scope.crs, srid)
    return geometry(shape, srid)


def _box(corners: Any, scope: Scope) -> Any:
    if not isinstance(corners, list) or not all(type(one) in (int, float) for one in corners):
        raise refused()
    if len(corners) == 6:
        corners = [*corners[:2], *corners[3:5]]
    if len(corners) != 4:
        raise refused()
    return box((corners[0], corners[1], corners[2], corners[3]), scope.crs, scope.collection.srid)


def _shape(node: dict[str, Any]) -> Any:
    try:
        shape = shapely.force_2d(shapely.from_geojson(orjson.dumps(node)))
    except (shapely.GEOSException, TypeError, ValueError):
        shape = None
    if shape is None or shape.is_empty or not shapely.is_valid(shape):
        raise InvalidError(_("Hình trong bộ lọc không hợp lệ: vòng phải khép kín và không tự cắt."), field="filter")
    return shape
