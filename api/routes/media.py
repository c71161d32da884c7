"""Pictures and films, as copies made here only."""

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from api import keys, stored
from api.deps import SessionDep, SettingsDep
from api.follow import sender_of
from api.refusals import KEYED, refusals
from api.shapes import in_bytes
from api.signed import actor, user_of
from api.working import link_of
from geo import beside, media, stores
from geo.errors import NotFoundError
from geo.filters import kept_back, pictured, shown_key
from geo.i18n import _
from geo.models import Media, Report
from geo.permissions import may

router = APIRouter(tags=["reports"])
KINDS = ("image/jpeg", "video/mp4")
_NAME = re.compile(r"([0-9a-f]{32})(-small\.jpg|\.jpg|\.mp4)")
_COPY = (".jpg", "-small.jpg", ".mp4")  # as media.paths has them
# A day and not for ever: a picture that is hidden later must disappear from caches too.
KEY = Query(max_length=200, description="of a program, as Open311 has it")
PUBLIC, PRIVATE = "public, max-age=86400", "private, no-store"


@router.get(
    "/media/{name}",
    response_class=Response,
    responses=in_bytes(*KINDS) | in_bytes(*KINDS, status=206) | refusals(*KEYED, 416),
)
def copy(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    name: str,
    api_key: Annotated[str | None, KEY] = None,
) -> Response:
    """A picture (`-small`: its thumbnail) or film of a published report, also in ranges; else for its own people."""
    match = _NAME.fullmatch(name)
    row = None
    if match:
        key = match[1]
        shown = pictured() & ~kept_back() & (shown_key() == key)
        query = select(Report, shown.label("published")).join(Media, Media.report_id == Report.id)
        row = session.execute(query.where(or_(Media.key == key, Media.public_key == key))).one_or_none()
    if match and row and (row.published or _insider(session, request, row.Report, api_key)):
        path = media.paths(match[1])[_COPY.index(match[2])]
        size = stores.size(settings, path)
        if size is not None:
            headers = {
                "Cache-Control": PUBLIC if row.published else PRIVATE,
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; media-src 'self'; sandbox",
                "Content-Disposition": "inline",
            }
            kind = "video/mp4" if match[2] == ".mp4" else "image/jpeg"
            return stored.answer(request, stored.Stored(settings, path, size), headers, kind, most=stored.PART)
    raise NotFoundError(_("Không có ảnh này."))


def _insider(session: Session, request: Request, report: Report, api_key: str | None) -> bool:
    if sender_of(session, request, report) or link_of(session, request, report):
        return True
    key = keys.reader(session, request, api_key)
    user = key.user if key is not None else user_of(session, request)
    readers = [actor(user), *keys.officers(key)]
    return any(beside.may_read(session, report, one) for one in readers if may(one, "desk"))
