"""What goes into a file, whatever the format: rows of named fields, each with a place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Boolean, ColumnElement, Select, Subquery, Text, case, cast, func, literal, select
from sqlalchemy.orm import Session, aliased

from boundaries import placed
from boundaries.models import Area, Edition, ReportArea
from geo.errors import NotFoundError
from geo.filters import newest_first
from geo.geometry import SRID
from geo.i18n import _
from geo.mirroring import changed
from geo.models import Report
from maps.export.asked import IN_EDITION, Asked
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


def reports(asked: Asked, among: Sequence[Edition] = (), *, ordered: bool = True) -> Source:
    """The public reports that pass, newest first where they are to be `ordered`.

    `among` are the editions that `asked` names, oldest first: each report has its area in the one by which it is asked.
    """
    found = select_public(asked.filters, bulk=True, exact=asked.exact)
    if among:
        found = _placed(found, among)
    if asked.changed_since is not None:
        found = changed(found, asked.changed_since)
    rows = (newest_first(found) if ordered else found).subquery("report")
    places = EXACT if asked.exact else BLURRED
    return Source(
        "reports", rows, asked.given, "Point", asked.crs, places=places, said=asked.said, address=asked.address
    )


def _placed(query: Select[Any], among: Sequence[Edition]) -> Select[Any]:
    """The same with IN_EDITION; null for a report that has no place in the edition yet."""
    # Under names of their own: the filters ask for places too.
    mine, area = aliased(ReportArea), aliased(Area)
    here = (mine.report_id == Report.id) & (mine.edition_id == placed.edition_of(among))
    levels = case({one.id: one.routing_level for one in among}, value=mine.edition_id)
    same = (area.edition_id == mine.edition_id) & (area.level == levels) & (area.code == mine.area_code)
    code = case({one.id: one.code for one in among}, value=mine.edition_id)
    columns: tuple[Any, ...] = (code, mine.area_code, area.name)
    named = [column.label(name) for column, name in zip(columns, IN_EDITION, strict=True)]
    return query.add_columns(*named).outerjoin(mine, here).outerjoin(area, same)


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
