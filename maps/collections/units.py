"""The authorities that answer, as features."""

from typing import Any

from sqlalchemy import ColumnElement, func, null, select
from sqlalchemy.dialects.postgresql import distinct_on

from boundaries.models import Area, Edition
from geo.geometry import SRID
from geo.i18n import _
from geo.models import Unit
from maps.collections.collection import Box, Collection, Column, Digits, Extent, labelled
from maps.outlines import COARSE

ID = "units"
_COLUMNS = (
    Column("code", "text", _("Mã")),
    Column("name", "text", _("Tên")),
    Column("kind", "text", _("Loại"), ("committee", "ioc", "department", "police", "company")),
    Column("area", "text", _("Mã địa bàn")),
    Column("valid_from", "date", _("Có hiệu lực từ ngày")),
    Column("valid_until", "date", _("Hết hiệu lực từ ngày")),
)


def collection(province: Box | None) -> Collection:
    """Units with a point in the area that each answers for, which is the province for one without an area."""
    places = (
        select(Area.code, func.ST_PointOnSurface(Area.outline).label("place"))
        .join(Area.edition)
        # A commune's code means other land in an edition that does not route to communes.
        .where(Area.level == Edition.routing_level)
        .ext(distinct_on(Area.code))
        .order_by(Area.code, (Edition.state == "active").desc(), Edition.valid_from.desc())
        .subquery("places")
    )
    values = [getattr(Unit, {"area": "area_code"}.get(one.name, one.name)).label(one.name) for one in _COLUMNS]
    # Not every reader of GeoJSON takes a feature that is nowhere, and the schema of the OGC has none.
    place = func.coalesce(places.c.place, _middle(province))
    query = select(*values, *labelled(place, Unit.code, Unit.code))
    return Collection(
        id=ID,
        title=_("Đơn vị xử lý"),
        description=_(
            "Các đơn vị tiếp nhận và trả lời phản ánh, mỗi đơn vị một điểm trong địa bàn mình phụ trách; "
            "cơ quan cấp tỉnh ở giữa tỉnh. Đó không phải địa chỉ trụ sở."
        ),
        shape="Point",
        columns=_COLUMNS,
        select=query.outerjoin(places, places.c.code == Unit.area_code),
        begins="valid_from",
        ends="valid_until",
        extent=Extent(province),
        digits=Digits(COARSE, 0),
        placeless=province is None,
        seconds=300,
    )


def _middle(province: Box | None) -> ColumnElement[Any]:
    if province is None:
        return null()
    west, south, east, north = province
    return func.ST_SetSRID(func.ST_MakePoint((west + east) / 2, (south + north) / 2, type_=None), SRID, type_=None)
