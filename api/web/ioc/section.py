"""What the pages under /ioc share: who may, their frame, their forms."""

from typing import Any

from fastapi import Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import signed
from api.web import forgery
from api.web.desk.bulk import STALE
from api.web.render import page
from geo import storm
from geo.errors import ForbiddenError
from geo.i18n import _
from geo.models import User
from geo.settings import Settings
from geo.unseen import unseen

ROOMS = {
    "/ioc": (_("Màn hình"), "monitor"),
    "/ioc/urgent": (_("Việc khẩn"), "siren"),
    "/ioc/groups": (_("Gợi ý gộp"), "merge"),
    "/ioc/uncertain": (_("Chưa rõ nơi nào"), "map-pin-x"),
    "/ioc/storm": (_("Thiên tai"), "cloud-lightning"),
    "/ioc/log": (_("Sổ trực ban"), "notebook-pen"),
    "/queue": (_("Bàn làm việc"), "inbox"),
}


def operator(session: Session, request: Request) -> User:
    """The operator who asks; UnauthorizedError or ForbiddenError for everybody else."""
    return signed.needed(session, request, "command")


def sender_of(session: Session, request: Request, settings: Settings, token: str) -> User:
    """The operator who sent a form of ours; ForbiddenError for a form from elsewhere or of yesterday."""
    user = operator(session, request)
    if not forgery.is_ours(request, settings, token):
        raise ForbiddenError(STALE)
    return user


def shown(
    request: Request, session: Session, settings: Settings, template: str, *, now: Any, status: int = 200, **values: Any
) -> Response:
    """A page of the control room with the rooms around it."""
    session.flush()
    mark = forgery.device(request)
    waiting = session.scalar(select(func.count()).select_from(unseen(now).order_by(None).subquery()))
    response = page(
        request,
        template,
        status=status,
        headers={"Cache-Control": "no-store"},
        rooms=ROOMS,
        here=request.url.path,
        waiting=waiting,
        storm=storm.current(session),
        now=now,
        token=forgery.token(settings, mark),
        **values,
    )
    forgery.remember(response, request, mark)
    return response
