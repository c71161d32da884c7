"""The public columns of a report: every map, tile, feed, page and export reads these and no others."""

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Row, Select, Text, case, cast, func, null, select, type_coerce
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from boundaries.models import Area
from geo.filters import Filters, apply_filters, kept_back, next_deadline, pictured, public_content, published, shown_key
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


def select_public(filters: Filters | None = None) -> Select[Any]:
    """A select of `id` (never shown), `code`, `lon`, `lat` and COLUMNS of the reports the public may see, unordered."""
    open_to_all = Report.published_at.is_not(None) & Report.hidden_at.is_(None) & ~Category.sensitive
    names = (
        select(Area.code, Area.name)
        .where(Area.level != "neighbour")
        .ext(distinct_on(Area.code))
        .order_by(Area.code, Area.edition_id.desc())
        .subquery("area_names")
    )
    query = (
        select(
            Report.id,
            Report.code,
            func.ST_X(Report.public_point).label("lon"),
            func.ST_Y(Report.public_point).label("lat"),
            Category.code.label("category"),
            Category.name.label("category_name"),
            Report.state,
            Report.area_code.label("area"),
            names.c.name.label("area_name"),
            case((~Category.sensitive, Report.commune_code)).label("commune"),
            Unit.code.label("unit"),
            Unit.name.label("unit_name"),
            case((open_to_all, public_content())).label("content"),
            _keys("photo").label("photos"),
            _keys("video").label("videos"),
            Report.created_at,
            case((open_to_all, Report.happened_at)).label("happened_at"),
            next_deadline().label("deadline"),
            Report.needs_confirmation,
            _code(Report.lead_id).label("lead"),
            _code(Report.second_of_id).label("second_of"),
            # That somebody told of the same spot before would tie two reports of a hidden place together.
            case((Category.sensitive, 1), else_=Report.recurrence).label("recurrence"),
            Report.demo,
        )
        .join(Category, Category.id == Report.category_id)
        .join(Unit, Unit.id == Report.unit_id)
        .outerjoin(names, names.c.code == Report.area_code)
    )
    return visible(apply_filters(query, filters or Filters()), PUBLIC)


def urgent() -> ColumnElement[bool]:
    """Whether a report is urgent: by an officer's word, else by its category."""
    return func.coalesce(Report.urgent, Category.urgent)


def _keys(kind: str) -> ColumnElement[Any]:
    shown = select(shown_key()).where(Media.report_id == Report.id, Media.kind == kind, ~kept_back())
    keys = func.array(shown.order_by(Media.id).correlate(Report).scalar_subquery())
    return case((pictured(), type_coerce(keys, ARRAY(Text))), else_=cast(null(), ARRAY(Text)))


def _code(report_id: Any) -> ColumnElement[Any]:
    other = aliased(Report)
    return select(other.code).where(other.id == report_id).correlate(Report).scalar_subquery()


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
