"""What can be had as tiles: the public reports, and the areas of each edition."""

import re
from typing import Any, NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from boundaries import editions
from boundaries.models import Area, Edition
from geo.errors import InvalidError, NotFoundError, SetupError
from geo.filters import Filters
from geo.geometry import BBox
from geo.i18n import Lang, _, translate
from maps import extents
from maps.area_tiles import areas
from maps.grid import Tile
from maps.outlines import LEVELS
from maps.tiles import reports

REPORTS = "reports"
_AREAS = re.compile(rf"areas-([A-Za-z0-9.\-]{{1,32}})-({'|'.join(LEVELS)})")
NAMES = {
    "district": _("Đơn vị hành chính cấp huyện, phiên bản {edition}"),
    "commune": _("Đơn vị hành chính cấp xã, phiên bản {edition}"),
    None: _("Đơn vị hành chính, phiên bản {edition}"),
}
UNKNOWN = _("Không có bộ dữ liệu {name} ở dạng ô bản đồ.")


class Part(NamedTuple):
    """What one collection has in a tile: reports, or where there is an edition its areas of a level."""

    edition: Edition | None = None
    level: str | None = None  # None: districts, and communes from some zoom on

    def tile(self, session: Session, tile: Tile, filters: Filters, demo: bool | None) -> bytes:
        """Its layers; the filters are those of reports."""
        if self.edition is None:
            return reports(session, filters, tile, demo=demo)
        return areas(session, self.edition, tile, self.level)

    def box(self, session: Session) -> BBox | None:
        """How far it reaches; None where there is nothing."""
        return extents.reports(session) if self.edition is None else extents.areas(session, self.edition, self.level)

    def title(self, lang: Lang) -> str:
        """Its name for people."""
        if self.edition is None:
            return translate(_("Phản ánh hiện trường"), lang)
        return translate(NAMES[self.level], lang, edition=self.edition.code)


def has_tiles(collection: str) -> bool:
    """Whether a collection of that name would be one of those that are drawn."""
    return collection == REPORTS or _AREAS.fullmatch(collection) is not None


def part(session: Session, collection: str) -> Part:
    """What a collection has in tiles; NotFoundError for one that is not drawn or not there."""
    if collection == REPORTS:
        return Part()
    if named := _AREAS.fullmatch(collection):
        edition = editions.find(session, named[1])
        level = exists().where(Area.edition_id == edition.id, Area.level == named[2])
        if session.scalar(select(level)):
            return Part(edition, named[2])
    raise NotFoundError(UNKNOWN, name=collection[:80])


def parts(session: Session, wanted: str | None) -> list[Part]:
    """What the tiles of all data have: reports and the areas in force, or the collections of a list with commas.

    InvalidError for an unknown one, and for two of areas: their layers have the same names.
    """
    if not wanted:
        try:
            return [Part(), Part(editions.find(session))]
        except (NotFoundError, SetupError):
            return [Part()]
    found = []
    for name in dict.fromkeys(wanted.split(",")):
        try:
            # The standard allows whole addresses of collections too.
            found.append(part(session, name.rpartition("/collections/")[2]))
        except NotFoundError as error:
            raise InvalidError(error.message, field="collections", **error.values) from None
    if sum(one.edition is not None for one in found) > 1:
        raise InvalidError(_("Chỉ chọn được một bộ địa giới cho một ô bản đồ."), field="collections")
    return found


def layers(chosen: list[Part]) -> list[dict[str, Any]]:
    """The layers of the tiles: `id`, what it holds, the dimension of its shapes, and its fields."""
    return [one for each in chosen for one in (_LAYERS if each.edition else _REPORT_LAYERS)]


_TEXT, _NUMBER, _FLAG = "String", "Number", "Boolean"
_AREA = dict.fromkeys(("code", "name", "kind", "level", "edition", "attribution"), _TEXT)
_REPORT_LAYERS: list[dict[str, Any]] = [
    {
        "id": "reports",
        "description": _("Phản ánh, khi trong ô không quá nhiều"),
        "dimension": 0,
        "fields": dict.fromkeys(("code", "category", "state", "unit", "area", "created_at"), _TEXT)
        | {"needs_confirmation": _FLAG, "recurrence": _NUMBER, "demo": _FLAG},
    },
    {
        "id": "cells",
        "description": _("Số phản ánh theo ô vuông, khi trong ô có nhiều"),
        "dimension": 0,
        "fields": {"count": _NUMBER, "demo": _NUMBER, "cell": _TEXT},
    },
]
_LAYERS: list[dict[str, Any]] = [
    {"id": "areas", "description": _("Địa giới các đơn vị hành chính"), "dimension": 2, "fields": _AREA},
    {"id": "labels", "description": _("Điểm đặt tên của mỗi đơn vị hành chính"), "dimension": 0, "fields": _AREA},
]
