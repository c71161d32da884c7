"""Pictures, as re-encoded copies only."""

import re

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.deps import SessionDep, SettingsDep
from api.follow import sender_of
from api.signed import actor, user_of
from api.working import link_of
from geo import media, stores
from geo.errors import NotFoundError
from geo.filters import pictured, waiting_picture
from geo.i18n import _
from geo.models import Media, Report
from geo.permissions import may, visible

router = APIRouter(tags=["reports"])
_NAME = re.compile(r"([0-9a-f]{32})(-small)?\.jpg")
# A day and not for ever: a picture that is hidden later must disappear from caches too.
PUBLIC, PRIVATE = "public, max-age=86400", "private, no-store"


@router.get("/media/{name}")
def picture(request: Request, session: SessionDep, settings: SettingsDep, name: str) -> Response:
    """A picture (or, `-small`, its thumbnail) of a published report; else for its sender and its unit alone."""
    match = _NAME.fullmatch(name)
    row = None
    if match:
        shown = pictured() & ~waiting_picture()
        query = select(Report, shown.label("published")).join(Media, Media.report_id == Report.id)
        row = session.execute(query.where(Media.key == match[1])).one_or_none()
    if match and row and (row.published or _insider(session, request, row.Report)):
        data = stores.read(settings, media.paths(match[1])[1 if match[2] else 0])
        if data is not None:
            headers = {
                "Cache-Control": PUBLIC if row.published else PRIVATE,
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Content-Disposition": "inline",
            }
            return Response(data, media_type="image/jpeg", headers=headers)
    raise NotFoundError(_("Không có ảnh này."))


def _insider(session: Session, request: Request, report: Report) -> bool:
    if sender_of(session, request, report) or link_of(session, request, report):
        return True
    user = user_of(session, request)
    if user is None or not may(actor(user), "desk"):
        return False
    return session.scalar(visible(select(Report.id), actor(user)).where(Report.id == report.id)) is not None
