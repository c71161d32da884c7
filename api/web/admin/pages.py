"""/admin: the sections, each a list and a form."""

import logging
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api import signed
from api.deps import SessionDep, SettingsDep, language
from api.web import forgery, mapping
from api.web.admin.calendar import CATEGORIES, DAYS, NUMBERS
from api.web.admin.corrections import CORRECTIONS
from api.web.admin.exports import EXPORTS
from api.web.admin.hooks import WEBHOOKS
from api.web.admin.people import USERS
from api.web.admin.programs import KEYS
from api.web.admin.rules import RULES
from api.web.admin.section import ACTIONS, Change, Row, Saved, Section
from api.web.admin.units import UNITS
from api.web.admin.waiting import FLAGS, MESSAGES, REQUESTS
from api.web.render import page
from api.web.signing import STALE
from geo.errors import ForbiddenError, NotFoundError, QuangnamError
from geo.i18n import _, translate
from geo.models import User
from geo.settings import Settings

router = APIRouter(prefix="/admin", include_in_schema=False)
SECTIONS = {
    one.name: one
    for one in (
        *(USERS, UNITS, CATEGORIES, RULES, CORRECTIONS, DAYS, NUMBERS),
        *(KEYS, WEBHOOKS, REQUESTS, FLAGS, MESSAGES, EXPORTS),
    )
}
# Where the pages of the administration are; the borders have more to show than a list and a form.
MENU = [(one.name, one.title) for one in SECTIONS.values()]
MENU.insert(2, ("boundaries", _("Địa giới")))
TEXTS = {"map": _("Bản đồ các nơi trong danh sách"), "zoomIn": _("Phóng to"), "zoomOut": _("Thu nhỏ")}
_log = logging.getLogger("quangnam.admin")


@router.get("")
def start(request: Request, session: SessionDep) -> RedirectResponse:
    """Leads on to the first section."""
    signed.needed(session, request, "administer")
    return RedirectResponse(f"/admin/{USERS.name}", 303)


@router.get("/{name}")
def show(*, request: Request, session: SessionDep, settings: SettingsDep, name: str, key: str = "") -> Response:
    """A section, with the form of one row where it is named."""
    user = signed.needed(session, request, "administer")
    return _page(request, session, settings, user, section=_section(name), key=key[:100])


@router.post("/{name}")
async def read(request: Request, name: str) -> Response:
    """Takes a form: a new row, a changed one, or something done with one at once."""
    form = await request.form(max_files=0, max_fields=200)
    said = {name: ",".join(value for value in form.getlist(name) if isinstance(value, str)) for name in form}
    return await run_in_threadpool(_take, request, name, said)


def _take(request: Request, name: str, said: dict[str, str]) -> Response:
    settings: Settings = request.app.state.settings
    lang = language(request)
    with request.app.state.sessions.begin() as session:
        user = signed.needed(session, request, "administer")
        section = _section(name)
        if not forgery.is_ours(request, settings, said.pop("token", "")):
            raise ForbiddenError(STALE)
        key, action = said.pop("key", "")[:100], said.pop("action", "")
        change = Change(session, settings, user, key, said)
        try:
            with session.begin_nested():
                saved = _do(section, action, change)
        except QuangnamError as error:
            text = translate(error.message, lang, **error.values)
            return _page(
                request, session, settings, user, section=section, key=key, error=text, typed=None if action else said
            )
        # Who changed what, without what was typed: a name or a phone has no place in a log.
        _log.warning("user %s: %s %s %s", user.id, section.name, action or "save", key or "new")
        return _page(request, session, settings, user, section=section, saved=saved)


def _do(section: Section, action: str, change: Change) -> Saved:
    if action:
        if action not in section.act:
            raise NotFoundError(_("Không có bước này."))
        return section.act[action](change)
    if section.save is None or (not change.key and not section.may_add):
        raise NotFoundError(_("Không có bước này."))
    return section.save(change)


def _section(name: str) -> Section:
    if name not in SECTIONS:
        raise NotFoundError(_("Không có trang này."))
    return SECTIONS[name]


def _page(
    request: Request,
    session: Session,
    settings: Settings,
    user: User,
    *,
    section: Section,
    key: str = "",
    error: str | None = None,
    typed: dict[str, str] | None = None,
    saved: Saved | None = None,
) -> Response:
    session.flush()
    rows = section.rows(session)
    fields = section.fields(session) if section.save and (section.may_add or key) else []
    if key and section.fields_of is not None:
        fields = section.fields_of(session, key)
    values: dict[str, Any] = {field.name: field.start for field in fields}
    if typed is not None or key:
        values = typed if typed is not None else section.current(session, key)
    base = settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    mark = forgery.device(request)
    response = page(
        request,
        "admin.html",
        status=422 if error else 200,
        headers={"Cache-Control": "no-store"},
        user=user,
        menu=MENU,
        here=section.name,
        section=section,
        rows=rows,
        fields=fields,
        values=values,
        key=key,
        actions=ACTIONS,
        error=error,
        saved=saved,
        link=base + saved.link if saved and saved.link else "",
        token=forgery.token(settings, mark),
        config=_map(request, session, settings, rows) if section.mapped else None,
        script="corrections.js",
    )
    forgery.remember(response, request, mark)
    return response


def _map(request: Request, session: Session, settings: Settings, rows: list[Row]) -> dict[str, Any]:
    return mapping.config(session, settings, language(request), TEXTS, places=[one.place for one in rows if one.place])
