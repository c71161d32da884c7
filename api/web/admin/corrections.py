"""/admin/corrections: places near borders that people settled, as corrections to accept, decline or undo."""

from typing import Any, NamedTuple

import numpy as np
import orjson
import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.web import mapping
from api.web.admin.section import Change, Part, Row, Saved, Section, known
from boundaries import corrections, placing, settlements
from boundaries.metric import to_degrees
from boundaries.models import Area, Correction, Edition
from geo.errors import NotFoundError
from geo.i18n import _

TOLD = {
    "accepted": _("Đã áp dụng: ghim tiếp theo ở đây sẽ chắc chắn thuộc địa bàn này."),
    "declined": _("Đã từ chối; nơi này sẽ không được gợi ý nữa."),
    "undone": _("Đã hoàn tác; ghim tiếp theo lại theo ranh giới."),
}
STATES = {
    "suggested": _("Gợi ý"),
    "accepted": _("Đang áp dụng"),
    "declined": _("Đã từ chối"),
    "undone": _("Đã hoàn tác"),
}
ACTS: dict[str, tuple[str, ...]] = {
    "suggested": ("accept", "decline"),
    "accepted": ("undo",),
    "declined": ("accept",),
    "undone": ("accept",),
}
WHY = _("{reports} phản ánh từ {senders} số điện thoại được xác nhận ở đây, không phản ánh nào ngược lại")
OTHER = _("của phiên bản {name}, hiện không có hiệu lực")
SIZE = _("rộng {metres} m")


class _Place(NamedTuple):
    """A suggestion, or what was decided on: its key, state, area, how many settled it, and its polygon in metres."""

    key: str
    state: str
    name: str
    reports: int
    senders: int
    shape: Any
    edition: str | None = None  # its name, where it is not the one in force


def _every(session: Session) -> list[_Place]:
    """Suggestions for today's edition, and what was decided on for this and then for every other edition."""
    today = mapping.active(session)
    found = []
    if today is not None:
        names = _names(session, today)
        new = settlements.suggestions(session, today)
        found = [_Place(one.key, "suggested", names[one.area], one.reports, one.senders, one.polygon) for one in new]
        found += _decided(session, today, None)
    for other in session.scalars(select(Edition).order_by(Edition.valid_from.desc())):
        if today is None or other.id != today.id:
            found += _decided(session, other, other.name)
    return found


def _decided(session: Session, edition: Edition, told: str | None) -> list[_Place]:
    old = corrections.listed(session, edition)
    names = _names(session, edition) if old else {}
    return [
        _Place(str(one.id), one.state, names[one.area_code], one.reports, one.senders, to_shape(one.geometry), told)
        for one in old
    ]


def _names(session: Session, edition: Edition) -> dict[str, str]:
    query = select(Area.code, Area.kind, Area.name)
    mine = query.where(Area.edition_id == edition.id, Area.level == edition.routing_level)
    return {code: f"{kind} {name}" for code, kind, name in session.execute(mine)}


def _rows(session: Session) -> list[Row]:
    return [_row(one) for one in _every(session)]


def _row(one: _Place) -> Row:
    west, south, east, north = shapely.bounds(one.shape)
    notes: list[Part] = [
        STATES[one.state],
        (WHY, {"reports": one.reports, "senders": one.senders}),
        (SIZE, {"metres": round(max(east - west, north - south))}),
    ]
    if one.edition is not None:
        notes.append((OTHER, {"name": one.edition}))
    place = {
        "type": "Feature",
        "id": one.key,
        "properties": {"state": one.state, "name": one.name},
        "geometry": orjson.loads(shapely.to_geojson(_degrees(one.shape))),
    }
    return Row(one.key, [one.name], notes, ACTS[one.state], place=place)


def _accept(change: Change) -> Saved:
    return _decide(change, "accepted")


def _decline(change: Change) -> Saved:
    return _decide(change, "declined")


def _undo(change: Change) -> Saved:
    return _decide(change, "undone")


def _decide(change: Change, state: str) -> Saved:
    """Decides on a suggestion by its key, or again on what was decided before by its number."""
    if change.key.isascii() and change.key.isdigit() and len(change.key) < settlements.KEY:
        row = corrections.change(change.session, known(change.key), state, user_id=change.user.id)
        _place(change, row)
        return Saved(TOLD[state])
    edition = mapping.active(change.session)
    every = settlements.suggestions(change.session, edition, change.key) if edition is not None else []
    if edition is None or not every or state == "undone":
        raise NotFoundError(corrections.GONE)
    (one,) = every
    row = corrections.decide(change.session, edition, one, accepted=state == "accepted", user_id=change.user.id)
    if state == "accepted":
        _place(change, row)
    return Saved(TOLD[state])


def _place(change: Change, row: Correction) -> None:
    """Has the reports in a correction counted where its edition now says they are."""
    edition = change.session.get_one(Edition, row.edition_id)
    placing.within(change.session, change.settings, edition, to_shape(row.geometry))


def _degrees(shape: Any) -> Any:
    return shapely.transform(shape, lambda c: np.asarray(np.round(np.column_stack(to_degrees(*c.T)), 6), np.float64))


CORRECTIONS = Section(
    "corrections",
    _("Điều chỉnh ranh giới"),
    _(
        "Nơi gần ranh giới mà các đơn vị đã nhiều lần xác nhận thuộc cùng một địa bàn. Áp dụng thì ghim tiếp theo ở"
        " đây chắc chắn thuộc địa bàn ấy; ranh giới của phiên bản không thay đổi, và phiên bản khác không bị ảnh hưởng."
        " Các số điện thoại phần lớn chưa được kiểm tra: hai số có thể là của một người."
    ),
    _rows,
    act={"accept": _accept, "decline": _decline, "undo": _undo},
    may_add=False,
    mapped=True,
)
