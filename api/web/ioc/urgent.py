"""/ioc/urgent: what is urgent and nobody has looked at."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from api.deps import LangDep, SessionDep, SettingsDep
from api.routes.urgent import listed
from api.web.ioc.section import operator, shown

router = APIRouter(include_in_schema=False)


@router.get("/ioc/urgent")
def show(request: Request, session: SessionDep, settings: SettingsDep, lang: LangDep) -> Response:
    """The list, the oldest first; opening a report or taking it in hand takes it off."""
    operator(session, request)
    now = datetime.now(UTC)
    return shown(request, session, settings, "ioc_urgent.html", now=now, rows=listed(session, lang, now))
