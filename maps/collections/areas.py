"""Areas as features: one collection for each level of each edition."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Boolean, Date, Select, case, func, literal, select
from sqlalchemy.orm import Session

from boundaries import editions
from boundaries.models import Area, Edition
from geo.errors import NotFoundError
from geo.i18n import _
from maps.collections.collection import Box, Collection, Column, Digits, Extent, labelled
from maps.outlines import COARSE, LEVELS, given

_TITLES = {
    ("district", True): _("Cấp huyện, phiên bản {edition}"),
    ("district", False): _("Cấp huyện, phiên bản {edition} (đường viền giản lược)"),
    ("commune", True): _("Cấp xã, phiên bản {edition}"),
    ("commune", False): _("Cấp xã, phiên bản {edition} (đường viền giản lược)"),
}
_WHOLE = _("Đơn vị hành chính của một phiên bản địa giới.")
_SIMPLIFIED = _(
    "Đơn vị hành chính của một phiên bản địa giới. Giấy phép của dữ liệu gốc không cho phát lại, "
    "nên đây là đường viền giản lược để vẽ."
)
UNKNOWN = _("Không có bộ dữ liệu này; xem danh sách ở /ogc/collections.")
COLUMNS = (
    Column("code", "text", _("Mã")),
    Column("name", "text", _("Tên")),
    Column("kind", "text", _("Loại")),
    Column("parent", "text", _("Mã đơn vị cấp trên")),
    Column("level", "text", _("Cấp"), LEVELS),
    Column("coastal", "boolean", _("Giáp biển")),
    Column("area_m2", "number", _("Diện tích, m²")),
    Column("edition", "text", _("Phiên bản địa giới")),
    Column("valid_from", "date", _("Có hiệu lực từ ngày")),
    Column("valid_until", "date", _("Hết hiệu lực từ ngày")),
    Column("source", "text", _("Nguồn")),
    Column("licence", "text", _("Giấy phép")),
    Column("attribution", "text", _("Ghi công")),
    Column("simplified", "boolean", _("Đường viền giản lược")),
)


def collections(session: Session) -> Iterator[tuple[Collection, Edition, str]]:
    """A collection for every level of every edition, each with what it was made of; the oldest edition first."""
    boxes = _boxes(session)
    for edition in editions.every(session):
        for level in LEVELS:
            if (edition.id, level) in boxes:
                yield _collection(edition, level, boxes[edition.id, level]), edition, level


def collection(session: Session, edition: str, level: str) -> Collection:
    """The collection of a level of an edition; NotFoundError where there is no such edition, or no areas in it."""
    found = editions.find(session, edition)
    if (box := box_of(session, found, level)) is None:
        raise NotFoundError(UNKNOWN)
    return _collection(found, level, box)


def box_of(session: Session, edition: Edition, level: str) -> Box | None:
    """West, south, east, north of a level of an edition; None where it has no areas."""
    shape = Area.geometry if edition.redistributable else Area.outline
    query = _corners(func.ST_Extent(shape)).where(Area.edition_id == edition.id, Area.level == level)
    west, south, east, north = session.execute(query).one()
    return (west, south, east, north) if west is not None else None


def _corners(box: Any, *others: Any) -> Select[Any]:
    return select(*others, func.ST_XMin(box), func.ST_YMin(box), func.ST_XMax(box), func.ST_YMax(box))


def _collection(edition: Edition, level: str, box: Box) -> Collection:
    whole = edition.redistributable
    facts: dict[str, Any] = {
        "edition": literal(edition.code),
        "valid_from": literal(edition.valid_from, Date),
        "valid_until": literal(edition.valid_until, Date),
        "source": literal(edition.source),
        "licence": literal(edition.licence),
        "attribution": literal(edition.attribution),
        "simplified": literal(not whole, Boolean),
        "parent": Area.parent_code,
    }
    values = [(facts[one.name] if one.name in facts else getattr(Area, one.name)).label(one.name) for one in COLUMNS]
    query = select(*values, *labelled(given(edition), Area.code, Area.code))
    return Collection(
        id=f"areas-{edition.code}-{level}",
        title=_TITLES[level, whole],
        description=_WHOLE if whole else _SIMPLIFIED,
        values={"edition": edition.code},
        shape="MultiPolygon",
        columns=COLUMNS,
        select=query.where(Area.edition_id == edition.id, Area.level == level),
        begins="valid_from",
        ends="valid_until",
        digits=Digits() if whole else Digits(COARSE, 0),
        extent=Extent(box, edition.valid_from, edition.valid_until, timed=True),
        attribution=edition.attribution,
        licence=edition.licence,
        # A draft may be loaded anew at any moment.
        seconds=3_600 if edition.state == "active" else 0,
    )


def _boxes(session: Session) -> dict[tuple[int, str], Box]:
    """West, south, east, north of every edition and level that has areas."""
    box = func.ST_Extent(case((Edition.redistributable, Area.geometry), else_=Area.outline))
    query = _corners(box, Area.edition_id, Area.level).join(Edition, Edition.id == Area.edition_id)
    rows = session.execute(query.where(Area.level.in_(LEVELS)).group_by(Area.edition_id, Area.level))
    return {(edition, level): (west, south, east, north) for edition, level, west, south, east, north in rows}
