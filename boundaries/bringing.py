"""An operator's own areas into a draft: the edition made or found, the coast and the committees thought of."""

import re
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import committees, editions, importing
from boundaries.findings import Reading
from boundaries.models import Area, Edition
from geo.errors import ConflictError, InvalidError, NotFoundError
from geo.i18n import _
from geo.models import Unit

NAMED = 10  # of units that keep another name, so many are named
_CODE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,38}[A-Za-z0-9])?")


@dataclass(frozen=True)
class About:
    """What an edition says of itself; the fields left None keep what a draft already has."""

    code: str
    name: str | None = None
    valid_from: date | None = None
    routing_level: str | None = None
    source: str | None = None
    licence: str | None = None
    attribution: str | None = None
    redistributable: bool | None = None


def may_write(session: Session, code: str) -> None:
    """ConflictError where the edition is active: such a one never changes; InvalidError for a new one's unfit code."""
    try:
        edition = editions.find(session, code)
    except NotFoundError:
        _check(code)
        return
    importing.refuse_active(session, edition)


def _check(code: str) -> None:
    """InvalidError for a code that no address can hold."""
    if _CODE.fullmatch(code) is None:
        said = _("Mã gồm chữ không dấu, số, dấu chấm, gạch dưới và gạch nối, nhiều nhất 40 ký tự, ví dụ 2027-01.")
        raise InvalidError(said, field="edition")


def complete(session: Session, reading: Reading) -> None:
    """Adds what only the database knows: the coast by code where the file is silent, and committees by another name."""
    if not reading.knows_coast and set(reading.levels) - {"neighbour"}:
        query = select(Area.level, Area.code).where(Area.level != "neighbour", Area.coastal).distinct()
        by_sea = {(level, code) for level, code in session.execute(query)}
        reading.areas[:] = [replace(area, coastal=(area.level, area.code) in by_sea) for area in reading.areas]
        names = ", ".join(area.name for area in reading.areas if area.coastal) or _("không có")
        reading.add(
            _("Tệp không có cột ven biển; theo mã của các phiên bản đã có, ven biển là: {names}."),
            serious=False,
            names=names,
        )
    _tell_names(session, reading)


def _tell_names(session: Session, reading: Reading) -> None:
    """One finding for all committees that are known by another name than the file would give them."""
    codes = {committees.PREFIX + area.code: area for area in reading.areas}
    units = session.scalars(select(Unit).where(Unit.code.in_(codes)).order_by(Unit.code))
    names = ((one, committees.name(codes[one.code].kind, codes[one.code].name)) for one in units)
    found = [f"{one.code} “{one.name}” (“{name}”)" for one, name in names if one.name != name]
    if found:
        reading.add(
            _("{count} đơn vị xử lý đã có giữ tên cũ, khác với tên theo tệp (trong ngoặc): {units}."),
            serious=False,
            count=len(found),
            units=", ".join(found[:NAMED]) + (", …" if len(found) > NAMED else ""),
        )


def bring(session: Session, about: About, reading: Reading) -> Edition:
    """Writes a sound reading into a draft, new or not; ConflictError on an active edition or a serious finding."""
    if reading.serious or not reading.areas:
        raise ConflictError(_("Tệp còn lỗi nên không nhập được; sửa những điều nêu trên rồi nhập lại."))
    edition = _draft(session, about, reading)
    importing.write(session, edition, reading.areas)
    return edition


def _draft(session: Session, about: About, reading: Reading) -> Edition:
    given = {name: value for name, value in vars(about).items() if value is not None}
    edition = session.scalars(select(Edition).where(Edition.code == about.code)).one_or_none()
    if edition is not None:
        importing.refuse_active(session, edition)
        for name, value in given.items():
            setattr(edition, name, value)
        return edition
    _check(about.code)
    if about.name is None or about.valid_from is None:
        raise InvalidError(_("Phiên bản {code} là mới: cần tên và ngày hiệu lực."), code=about.code)
    defaults = {
        "routing_level": "commune" if "district" not in reading.levels and "commune" in reading.levels else "district",
        "source": reading.source,
        "licence": "",
        "attribution": "",
        "redistributable": True,
    }
    edition = Edition(state="draft", **(defaults | given))
    session.add(edition)
    return edition
