"""/queue/load: who has how much, and handing on what somebody absent has; /queue/templates: replies often needed."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import signed, stepping
from api.deps import LangDep, SessionDep, SettingsDep
from api.web import forgery, mapping
from api.web.desk.bulk import STALE
from api.web.desk.choices import CHOICES
from api.web.desk.lists import units
from api.web.render import page
from geo import queue, replies
from geo.details import Details
from geo.errors import ForbiddenError, InvalidError, NotFoundError, QuangnamError
from geo.i18n import _, translate
from geo.models import Report, Unit, User
from geo.settings import Settings

router = APIRouter(include_in_schema=False)


@router.get("/queue/load")
def load(request: Request, session: SessionDep, settings: SettingsDep, unit: str = "") -> Response:
    """The officers of a unit with what each has."""
    user = signed.needed(session, request, "load")
    return _load(request, session, settings, user, _unit(session, user, unit))


@router.post("/queue/load/absent")
def absent(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    officer: Annotated[int, Form()],
    away: Annotated[bool, Form()],
    token: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Marks an officer absent or back."""
    user = _ours(request, session, settings, token)
    person = _person(session, user, officer)
    person.absent = away
    return RedirectResponse(_address(session, user, person), 303)


@router.post("/queue/load/reassign")
def reassign(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    officer: Annotated[int, Form()],
    to: Annotated[int, Form()],
    token: Annotated[str, Form()] = "",
) -> Response:
    """Assigns all open reports of an officer to another one; a report that can't go says why."""
    user = _ours(request, session, settings, token)
    person, other = _person(session, user, officer), _person(session, user, to)
    theirs = select(Report).where(Report.assignee_id == person.id, Report.state.in_(("received", "in_progress")))
    refused = []
    for report in session.scalars(theirs.order_by(Report.id)).all():
        try:
            with session.begin_nested():
                said = Details(user_id=other.id)
                stepping.step(
                    session, settings, report, "assign", signed.actor(user), door="web", version=None, details=said
                )
        except QuangnamError as error:
            refused.append((report.code, translate(error.message, lang, **error.values)))
    unit = session.get_one(Unit, person.unit_id)
    return _load(request, session, settings, user, unit, refused=refused)


@router.get("/queue/templates")
def templates(request: Request, session: SessionDep, settings: SettingsDep, lang: LangDep) -> Response:
    """The replies, and a form for a new one."""
    user = signed.needed(session, request, "templates")
    mark = forgery.device(request)
    response = page(
        request,
        "desk_templates.html",
        headers={"Cache-Control": "no-store"},
        user=user,
        templates=replies.of_unit(session, signed.actor(user)),
        actions={action: CHOICES[action].name for action in replies.ACTIONS},
        categories=mapping.categories(session, lang),
        token=forgery.token(settings, mark),
    )
    forgery.remember(response, request, mark)
    return response


@router.post("/queue/templates")
def add_template(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    action: Annotated[str, Form()] = "",
    title: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
    category: Annotated[str, Form()] = "",
    remove: Annotated[int | None, Form()] = None,
    token: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Adds a reply, or takes one away."""
    user = signed.needed(session, request, "templates")
    if not forgery.is_ours(request, settings, token):
        raise ForbiddenError(STALE)
    if remove is not None:
        replies.remove(session, signed.actor(user), remove)
    else:
        replies.add(session, signed.actor(user), action=action, title=title, text=text, category=category or None)
    return RedirectResponse("/queue/templates", 303)


def _ours(request: Request, session: Session, settings: Settings, token: str) -> User:
    user = signed.needed(session, request, "load")
    if not forgery.is_ours(request, settings, token):
        raise ForbiddenError(STALE)
    return user


def _unit(session: Session, user: User, code: str) -> Unit:
    if user.unit_id is not None:
        return session.get_one(Unit, user.unit_id)
    wanted = Unit.code == code if code and "\0" not in code else Unit.kind == "ioc"
    unit = session.scalars(select(Unit).where(wanted).order_by(Unit.id)).first()
    if unit is None:
        raise NotFoundError(_("Không có đơn vị xử lý mang mã này."))
    return unit


def _person(session: Session, user: User, person_id: int) -> User:
    person = session.get(User, person_id) if 0 < person_id < 2**31 else None
    if person is None or person.unit_id is None or user.unit_id not in (None, person.unit_id):
        raise InvalidError(_("Hãy chọn một cán bộ của đơn vị đang xử lý."), field="officer")
    return person


def _address(session: Session, user: User, person: User) -> str:
    unit = session.get_one(Unit, person.unit_id)
    return "/queue/load" if user.unit_id is not None else f"/queue/load?unit={unit.code}"


def _load(
    request: Request,
    session: Session,
    settings: Settings,
    user: User,
    unit: Unit,
    *,
    refused: list[tuple[str, str]] | None = None,
) -> Response:
    session.flush()
    mark = forgery.device(request)
    response = page(
        request,
        "desk_load.html",
        headers={"Cache-Control": "no-store"},
        user=user,
        unit=unit,
        units=units(session) if user.unit_id is None else [],
        rows=queue.load(session, unit.id, datetime.now(UTC)),
        refused=refused,
        token=forgery.token(settings, mark),
    )
    forgery.remember(response, request, mark)
    return response
