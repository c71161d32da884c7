"""/queue/{code}/pictures/{key}: which copy of one picture the public sees."""

from functools import partial

from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from api import signed
from api.deps import SessionDep, SettingsDep
from api.web import forgery
from api.web.desk.asking import AskedDep, query
from api.web.desk.report import found
from api.web.render import page
from geo.errors import NotFoundError
from geo.i18n import _
from geo.models import Media

router = APIRouter(include_in_schema=False)


@router.get("/queue/{code}/pictures/{key}")
def show(
    *, request: Request, session: SessionDep, settings: SettingsDep, asked: AskedDep, code: str, key: str
) -> Response:
    """The picture with what is marked on it, and its public copy; the step itself is the report's `redact`."""
    user = signed.needed(session, request, "desk")
    report = found(session, user, code)
    row = session.scalar(select(Media).where(Media.report_id == report.id, Media.key == key))
    if row is None:
        raise NotFoundError(_("Không có ảnh này."))
    mark = forgery.device(request)
    response = page(
        request,
        "desk_picture.html",
        headers={"Cache-Control": "no-store"},
        report=report,
        picture=row,
        query=partial(query, asked),
        token=forgery.token(settings, mark),
    )
    forgery.remember(response, request, mark)
    return response
