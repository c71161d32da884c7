"""Units to which an activation brings reports that they could not see."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries.models import Activation
from geo import readiness
from geo.i18n import _
from geo.models import Unit
from geo.settings import Settings

TODO = _("Tạo tài khoản cho đơn vị ở mục Tài khoản (/admin/users), hoặc ghi e-mail của đơn vị ở /admin/units.")
TODO_WITHOUT_MAIL = _(
    "Máy chủ chưa gửi được e-mail, nên hãy tạo tài khoản cho đơn vị ở mục Tài khoản (/admin/users)"
    " hoặc bằng quangnam user add."
)


class Unready(NamedTuple):
    """A unit that has no account, and no e-mail that would reach it, and how many reports came to it."""

    unit: Unit
    reports: int


def unready(session: Session, came: Mapping[int, int], settings: Settings) -> list[Unready]:
    """Those among the units to which so many reports come (by their ids); the most first."""
    found = readiness.unready(session, came, mail=bool(settings.smtp_url))
    return sorted((Unready(one, came[one.id]) for one in found), key=lambda one: -one.reports)


def after(session: Session, made: Activation, settings: Settings) -> list[Unready]:
    """Those to which an activation brought reports, as their accounts are now."""
    came: dict[str, int] = {}
    for one in made.counts.get("moves", []):
        came[one["to"]] = came.get(one["to"], 0) + one["count"]
    ids = session.execute(select(Unit.id, Unit.code).where(Unit.code.in_(came)))
    return unready(session, {row.id: came[row.code] for row in ids}, settings)
