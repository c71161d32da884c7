"""What goes into a file, whatever the format: rows of named fields, each with a place."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Boolean, ColumnElement, Subquery, Text, cast, func, literal, select
from sqlalchemy.orm import Session

from boundaries.models import Area, Edition
from geo.errors import NotFoundError
from geo.filters import newest_first
from geo.geometry import SRID
from geo.i18n import _
from geo.mirroring import changed
from maps.export.asked import Asked
from maps.features import select_public
from maps.outlines import COARSE, FINE, LEVELS, given

Kind = Literal["text", "moment", "truth", "number", "list"]
BLURRED = _(
    "Vị trí của lĩnh vực nhạy cảm là tâm một ô 500 m, không phải nơi xảy ra; ở lĩnh vực khác là nơi người gửi chọn."
)
EXACT = _("Vị trí CHÍNH XÁC của mọi phản ánh, kể cả lĩnh vực nhạy cảm: chỉ để dùng trong cơ quan, không được công bố.")
POINT_DECIMALS = 7  # of a degree: 1 cm
_KINDS: dict[type, Kind] = {bool: "truth", datetime: "moment", int: "number", list: "list", str: "text"}
_ENDINGS = {"photos": ".jpg", "videos": ".mp4"}


@dataclass(frozen=True)
class Source:
    """A select with `code`, `fields` and a place: `lon` and `lat` of a Point, `geometry` of a MultiPolygon.

    `credit` is what must be said of where the rows come from, `places` of what its points are; `said` and `address` are
    as in `Asked`.
    """

    name: str
    rows: Subquery
    fields: tuple[str, ...]
    shape: Literal["Point", "MultiPolygon"]
    crs: int = SRID
    decimals: int = POINT_DECIMALS
    credit: str | None = None
    places: str | None = None
    said: dict[str, str] | None = None
    address: str = ""

    def kind(self, field: str) -> Kind:
        """What a field's values are."""
        return _KINDS[self.rows.c[field].type.python_type]

    def value(self, field: str) -> ColumnElement[Any]:
        """A field in SQL; the keys of pictures as their addresses, with a blank between two."""
        column = self.rows.c[field]
        if self.kind(field) != "list":
            return column
        between = literal(f"{_ENDINGS[field]} /media/")
        return literal("/media/").concat(func.nullif(func.array_to_string(column, between), "")).concat(_ENDINGS[field])


def reports(asked: Asked, *, ordered: bool = True) -> Source:
    """The public reports that pass, newest first where they are to be `ordered`."""
    found = select_public(asked.filters, bulk=True, exact=asked.exact)
    if asked.changed_since is not None:
        found = changed(found, asked.changed_since)
    rows = (newest_first(found) if ordered else found).subquery("report")
    places = EXACT if asked.exact else BLURRED
    return Source(
        "reports", rows, asked.fields, "Point", asked.crs, places=places, said=asked.said, address=asked.address
    )


def areas(session: Session, edition: Edition, level: str, crs: int = SRID) -> Source:
    """The areas of a level as the edition's licence lets them out; NotFoundError for a level that it lacks."""
    own = (Area.edition_id == edition.id) & (Area.level == level)
    if level not in LEVELS or session.scalar(select(Area.id).where(own).limit(1)) is None:
        raise NotFoundError(_("Phiên bản {code} không có cấp {level}."), code=edition.code, level=level[:40])
    said = {
        "edition": edition.code,
        "source": edition.source,
        "licence": edition.licence,
        "attribution": edition.attribution,
    }
    rows = (
        select(
            Area.code,
            Area.name,
            Area.kind,
            Area.level,
            Area.parent_code.label("parent"),
            *(cast(literal(value), Text).label(name) for name, value in said.items()),
            literal(not edition.redistributable, Boolean).label("simplified"),
            func.ST_ForcePolygonCCW(given(edition)).label("geometry"),
        )
        .where(own)
        .order_by(Area.code)
        .subquery("area")
    )
    fields = ("name", "kind", "level", "parent", *said, "simplified")
    decimals = FINE if edition.redistributable else COARSE
    return Source("areas", rows, fields, "MultiPolygon", crs, decimals, edition.attribution)
