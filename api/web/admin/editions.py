"""/admin/boundaries: the editions of the borders, and one of them: facts, map, checks, difference, and what to do."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import rerouting, signed, undoing
from api.deps import LangDep, SessionDep, SessionsDep, SettingsDep, language
from api.web import forgery
from api.web.admin import edition_facts as facts
from api.web.admin import edition_form as forms
from api.web.admin import edition_views as views
from api.web.admin.edition_views import PATH
from api.web.signing import STALE
from boundaries import activation, editions
from boundaries.models import Edition
from geo.deadlines import ZONE
from geo.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from geo.i18n import _, translate

AHEAD = timedelta(days=3_653)  # a moment that is further away is a slip of the keys
router = APIRouter(prefix=PATH, include_in_schema=False)
_log = logging.getLogger("quangnam.admin")


@router.get("")
def show(
    *, request: Request, session: SessionDep, settings: SettingsDep, edition: str = "", done: str = ""
) -> Response:
    """All editions, what comes next, and the form of an import; of one that adds to a draft where it is named."""
    signed.needed(session, request, "administer")
    draft = editions.find(session, edition[:100]) if edition else None
    return views.listing(request, session, settings, form=forms.blank(draft), opened=draft is not None, done=done)


@router.get("/{code}")
def one(
    *, request: Request, session: SessionDep, settings: SettingsDep, lang: LangDep, code: str, done: str = ""
) -> Response:
    """An edition."""
    signed.needed(session, request, "administer")
    return views.whole(request, session, settings, lang, code, done=done)


@router.get("/{code}/state")
def state(*, request: Request, session: SessionDep, code: str) -> JSONResponse:
    """What an edition is at this moment: a word that is another one once the worker has done what was asked."""
    signed.needed(session, request, "administer")
    return JSONResponse(
        {"stamp": views.moving(session, editions.find(session, code))}, headers={"Cache-Control": "no-store"}
    )


@router.get("/{code}/activation")
def ahead(*, request: Request, session: SessionDep, settings: SettingsDep, code: str) -> Response:
    """What activating a draft would do to the open reports, and the forms that do it."""
    signed.needed(session, request, "administer")
    return views.ahead(request, session, settings, code)


@router.post("/{code}")
def act(
    *,
    request: Request,
    sessions: SessionsDep,
    settings: SettingsDep,
    code: str,
    action: Annotated[str, Form(max_length=20)] = "",
    day: Annotated[str, Form(max_length=20)] = "",
    hour: Annotated[str, Form(max_length=20)] = "",
    seen: Annotated[str, Form(max_length=100)] = "",
    sure: Annotated[bool, Form()] = False,
    token: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Activates, at once or at a moment, takes that back, undoes or removes; what cannot be done is said in place."""
    # Before anything that shows a page of ours to whoever asks.
    with sessions.begin() as session:
        user_id = signed.needed(session, request, "administer").id
    if not forgery.is_ours(request, settings, token):
        raise ForbiddenError(STALE)
    try:
        with sessions.begin() as session:
            edition = facts.held(session, code, seen)
            if edition is None:
                raise NotFoundError(_("Không có phiên bản này; có thể người khác vừa xóa."))
            done = _act(session, edition, user_id, action, day=day, hour=hour, sure=sure)
            # Who changed what; when it then happens is in the table of activations.
            _log.warning("user %s: boundaries %s %s", user_id, action, code)
    except (ConflictError, InvalidError) as refused:
        with sessions.begin() as session:
            return _impossible(request, session, code, action, refused)
    return RedirectResponse(PATH + ("" if action == "remove" else f"/{quote(code, safe='')}") + f"?done={done}", 303)


def _impossible(
    request: Request, session: Session, code: str, action: str, refused: ConflictError | InvalidError
) -> Response:
    """The page from which it was asked, with a sentence about why it cannot be."""
    settings, lang = request.app.state.settings, language(request)
    there = session.scalar(select(Edition).where(Edition.code == code))
    if there is None:
        raise refused
    said, status = translate(refused.message, lang, **refused.values), views.status(refused)
    if action == "reroute" or (action in ("activate", "schedule") and there.state == "draft"):
        return views.ahead(request, session, settings, code, error=said, status=status)
    return views.whole(request, session, settings, lang, code, error=said, status=status)


def _act(session: Session, edition: Edition, user_id: int, action: str, *, day: str, hour: str, sure: bool) -> str:
    """Does what a button asks for; the key of DONE of what it was."""
    if action in ("activate", "reroute", "undo", "remove") and not sure:
        raise InvalidError(_("Hãy đánh dấu vào ô xác nhận."), field="sure")
    match action:
        case "activate":
            activation.schedule(session, edition.code, datetime.now(UTC), user_id)
            return "working"
        case "schedule":
            activation.schedule(session, edition.code, _moment(day, hour), user_id)
            return "scheduled"
        case "unschedule":
            activation.unschedule(session, edition.code)
            return "unscheduled"
        case "reroute":
            rerouting.ask(session, edition, user_id)
            return "rerouting"
        case "undo":
            undoing.ask(session, edition, user_id)
            return "undoing"
        case "remove":
            activation.remove(session, edition.code)
            return "removed"
    raise NotFoundError(_("Không có bước này."))


def _moment(day: str, hour: str) -> datetime:
    try:
        found = datetime.fromisoformat(f"{day.strip()}T{hour.strip()}").replace(tzinfo=ZONE)
    except ValueError:
        raise InvalidError(_("Hãy chọn ngày và giờ."), field="day") from None
    now = datetime.now(UTC)
    if not now < found < now + AHEAD:
        raise InvalidError(_("Ngày giờ phải ở trong tương lai, không quá mười năm."), field="day")
    return found
