"""The public columns of a report: every map, tile, feed, page and export reads these and no others."""

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Row, Select, Subquery, Text, case, cast, func, null, select, type_coerce
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from boundaries.naming import Named
from geo.filters import (
    Filters,
    apply_filters,
    kept_back,
    next_deadline,
    pictured,
    public_content,
    published,
    sensitive,
    shown_key,
)
from geo.models import Category, Media, Report, Unit
from geo.permissions import PUBLIC, visible

COLUMNS = (
    "category",
    "category_name",
    "state",
    "area",
    "area_name",
    "commune",
    "unit",
    "unit_name",
    "content",
    "photos",
    "videos",
    "created_at",
    "happened_at",
    "deadline",
    "needs_confirmation",
    "lead",
    "second_of",
    "recurrence",
    "demo",
)
_OTHERS: dict[str, Any] = {"lead": Report.lead_id, "second_of": Report.second_of_id}


def select_public(filters: Filters | None = None, *, bulk: bool = False, exact: bool = False) -> Select[Any]:
    """A select of `id` (never shown), `code`, `lon`, `lat` and COLUMNS of the reports the public may see, unordered.

    With `bulk` pictures and other reports' codes are gathered once, not looked up for each: quicker from thousands on.
    With `exact` the point is the sender's own: only doors that have checked the right ask for it.
    """
    point = Report.point if exact else Report.public_point
    pictures = _gathered() if bulk else None
    others = {name: _referred(column) for name, column in _OTHERS.items()} if bulk else {}
    open_to_all = Report.published_at.is_not(None) & Report.hidden_at.is_(None) & ~Category.sensitive
    names = Named()
    query = (
        select(
            Report.id,
            Report.code,
            func.ST_X(point).label("lon"),
            func.ST_Y(point).label("lat"),
            Category.code.label("category"),
            Category.name.label("category_name"),
            Report.state,
            Report.area_code.label("area"),
            names.area.label("area_name"),
            case((~Category.sensitive, Report.commune_code)).label("commune"),
            Unit.code.label("unit"),
            Unit.name.label("unit_name"),
            case((open_to_all, public_content())).label("content"),
            _public_keys("photo", pictures).label("photos"),
            _public_keys("video", pictures).label("videos"),
            Report.created_at,
            case((open_to_all, Report.happened_at)).label("happened_at"),
            next_deadline().label("deadline"),
            # That a border is near narrows the cell that hides a place.
            (Report.needs_confirmation & ~Category.sensitive).label("needs_confirmation"),
            *(
                case((~Category.sensitive, others[name].c.code if bulk else _code(to))).label(name)
                for name, to in _OTHERS.items()
            ),
            # That somebody told of the same spot before would tie two reports of a hidden place together.
            case((Category.sensitive, 1), else_=Report.recurrence).label("recurrence"),
            Report.demo,
        )
        .join(Category, Category.id == Report.category_id)
        .join(Unit, Unit.id == Report.unit_id)
    )
    query = names.joined(query)
    if pictures is not None:
        query = query.outerjoin(pictures, pictures.c.report_id == Report.id)
    for name, other in others.items():
        query = query.outerjoin(other, other.c.id == _OTHERS[name])
    return visible(apply_filters(query, filters or Filters()), PUBLIC)


def urgent() -> ColumnElement[bool]:
    """Whether a report is urgent: by an officer's word, else by its category."""
    return func.coalesce(Report.urgent, Category.urgent)


def _public_keys(kind: str, pictures: Subquery | None) -> ColumnElement[Any]:
    found = _looked_up(kind) if pictures is None else pictures.c[kind]
    return case((pictured(), found), else_=cast(null(), ARRAY(Text)))


def _looked_up(kind: str) -> ColumnElement[Any]:
    shown = select(shown_key()).where(Media.report_id == Report.id, Media.kind == kind, ~kept_back())
    keys = func.array(shown.order_by(Media.id).correlate(Report).scalar_subquery())
    return type_coerce(keys, ARRAY(Text))


def _gathered() -> Subquery:
    keys = func.array_agg(aggregate_order_by(shown_key(), Media.id), type_=ARRAY(Text))
    kinds = (keys.filter(Media.kind == kind).label(kind) for kind in ("photo", "video"))
    return select(Media.report_id, *kinds).where(~kept_back()).group_by(Media.report_id).subquery("pictures")


def _code(report_id: Any) -> ColumnElement[Any]:
    other = aliased(Report)
    return select(other.code).where(other.id == report_id, ~sensitive(other)).correlate(Report).scalar_subquery()


def _referred(to: Any) -> Subquery:
    other, one = aliased(Report), aliased(Report)
    named = select(getattr(one, to.key)).where(getattr(one, to.key).is_not(None))
    return select(other.id, other.code).where(other.id.in_(named), ~sensitive(other)).subquery(f"by_{to.key}")


def properties(row: Row[Any]) -> dict[str, Any]:
    """The public properties of a row of `select_public`; `photos` and `videos` are addresses."""
    found = {name: getattr(row, name) for name in COLUMNS}
    found["photos"] = [f"/media/{key}.jpg" for key in row.photos or ()]
    found["videos"] = [f"/media/{key}.mp4" for key in row.videos or ()]
    return found


def to_feature(row: Row[Any]) -> dict[str, Any]:
    """A row of `select_public` as a GeoJSON feature (RFC 7946), coordinates to 6 decimals, about 0.1 m."""
    return {
        "type": "Feature",
        "id": row.code,
        "geometry": {"type": "Point", "coordinates": [round(row.lon, 6), round(row.lat, 6)]},
        "properties": properties(row),
    }


__all__ = ["COLUMNS", "Filters", "next_deadline", "properties", "published", "select_public", "to_feature", "urgent"]
