"""What the form of an import says: about the edition, and about how the file is to be read."""

import re
from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import files
from boundaries.apart import Asked
from boundaries.bringing import About
from boundaries.columns import Fields
from boundaries.models import Edition
from geo.errors import InvalidError
from geo.i18n import _
from geo.texts import checked

Form = Mapping[str, str]
COLUMNS = {
    "code_field": _("Cột mã"),
    "name_field": _("Cột tên"),
    "kind_field": _("Cột loại (huyện, xã…)"),
    "parent_field": _("Cột mã huyện của xã"),
    "coastal_field": _("Cột ven biển"),
}
TEXTS = ("source", "licence", "attribution")
CHOICES = ("level", "routing_level", "redistributable")
NAMES = ("edition", "name", "valid_from", *CHOICES, "crs", "tolerance", *COLUMNS, *TEXTS)
LEVELS = {"district": _("huyện"), "commune": _("xã"), "neighbour": _("tỉnh bên cạnh")}
_ALLOWED = {"level": ("", *LEVELS), "routing_level": ("", "district", "commune"), "redistributable": ("", "yes", "no")}
_CRS = re.compile(r"(?:EPSG:?)?\s*(\d{4,6})", re.IGNORECASE)
_MOST = 1_000_000.0  # m²: a larger hole is no slip


def tidied(said: Form) -> dict[str, str]:
    """The answers in the form's own order, clean; InvalidError names the first that cannot be."""
    form = {name: checked(said.get(name, ""), name, least=0, most=200) for name in NAMES}
    for name, allowed in _ALLOWED.items():
        if form[name] not in allowed:
            raise InvalidError(_("Hãy chọn một giá trị trong danh sách."), field=name)
    if form["crs"]:
        found = _CRS.fullmatch(form["crs"])
        if found is None:
            raise InvalidError(_("Hệ tọa độ phải có dạng EPSG:5899."), field="crs")
        form["crs"] = f"EPSG:{found[1]}"
    _tolerance(form["tolerance"])
    _day(form["valid_from"])
    return form


def check(session: Session, form: Form) -> None:
    """InvalidError where a new edition lacks its name or its first day."""
    code = form["edition"]
    if session.scalar(select(Edition.id).where(Edition.code == code)) is not None:
        return
    for name in ("name", "valid_from"):
        if not form[name]:
            raise InvalidError(_("Phiên bản {code} là mới: cần tên và ngày hiệu lực."), field=name, code=code)


def about(form: Form) -> About:
    """What the edition is to say of itself; what is blank stays as it is."""
    redistributable = {"yes": True, "no": False}.get(form["redistributable"])
    texts = {name: form[name] or None for name in ("name", "routing_level", *TEXTS)}
    return About(form["edition"], valid_from=_day(form["valid_from"]), redistributable=redistributable, **texts)


def asked(form: Form, filename: str) -> Asked:
    """How the file is to be read."""
    fields = Fields(**{name.removesuffix("_field"): form[name] or None for name in COLUMNS})
    return Asked(filename, form["level"] or None, fields, form["crs"] or None, _tolerance(form["tolerance"]))


def blank(edition: Edition | None = None) -> dict[str, str]:
    """The form before anybody filled it in; of a draft that gets more, with what it says of itself already."""
    form = dict.fromkeys(NAMES, "") | {"tolerance": f"{files.TOLERANCE:.0f}"}
    if edition is None:
        return form | {"redistributable": "no"}
    mine = {"edition": edition.code, "name": edition.name, "valid_from": edition.valid_from.isoformat()}
    return form | mine | {name: getattr(edition, name) for name in TEXTS}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidError(_("Ngày phải có dạng 2026-01-31."), field="valid_from") from None


def _tolerance(text: str) -> float:
    try:
        found = float(text.replace(",", ".")) if text else files.TOLERANCE
    except ValueError:
        found = -1.0
    if not 0 <= found <= _MOST:  # nor NaN
        raise InvalidError(_("Dung sai là số mét vuông từ 0 đến {most}."), field="tolerance", most=f"{_MOST:.0f}")
    return found
