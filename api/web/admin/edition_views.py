"""The pages of the boundaries as values: all editions, one of them, and what its activation would do."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from sqlalchemy.orm import Session

from api.deps import language
from api.web import forgery, mapping
from api.web.admin import edition_facts as facts
from api.web.admin import edition_form as forms
from api.web.admin.edition_facts import Measured
from api.web.admin.edition_texts import DONE, OWED, TEXTS, WORKING
from api.web.admin.pages import MENU
from api.web.render import page
from boundaries import activation, editions, lookup, readiness
from boundaries.models import Edition
from geo.errors import ConflictError, QuangnamError
from geo.i18n import Lang, translate
from geo.settings import Settings
from maps import extents
from maps.editions import WHAT

PATH = "/admin/boundaries"


def listing(
    request: Request,
    session: Session,
    settings: Settings,
    *,
    form: dict[str, str],
    opened: bool,
    done: str = "",
    error: QuangnamError | None = None,
) -> Response:
    """The page of all editions, with a form as it was filled in and what was wrong with it."""
    rows = facts.rows(session)
    fault = translate(error.message, language(request), **error.values) if error else ""
    return answered(
        request,
        settings,
        "admin_boundaries.html",
        status(error) if error else 200,
        rows=rows,
        stamp=facts.stamp,
        now=next((row for row in rows if row.state == "now"), None),
        waiting=[row for row in rows if row.state in ("scheduled", "working")],
        drafts=[row for row in rows if row.state == "draft"],
        form=form,
        opened=opened or error is not None or not rows,
        fault=fault,
        field=getattr(error, "field", None),
        done=DONE.get(done),
    )


def status(error: QuangnamError) -> int:
    """The HTTP status of a page that says what could not be done."""
    return 409 if isinstance(error, ConflictError) else 422


def whole(
    request: Request,
    session: Session,
    settings: Settings,
    lang: Lang,
    code: str,
    *,
    done: str = "",
    error: str = "",
    status: int = 200,
) -> Response:
    """The page of an edition; `done` is a key of DONE, `error` a sentence about what could not be done."""
    edition = editions.find(session, code)
    row = next(row for row in facts.rows(session) if row.edition.id == edition.id)
    measured: Measured = request.app.state.measured
    before, level = facts.before(session, edition), _level(row.levels, edition)
    owed = facts.owed(session, edition)
    waiting = _waiting(row.state, edition, done, owed=owed)
    address = f"{PATH}/{quote(code, safe='')}"
    return answered(
        request,
        settings,
        "admin_boundaries_edition.html",
        status,
        row=row,
        edition=edition,
        before=before,
        address=address,
        stamp=facts.stamp(edition),
        checks=measured.checks(session, edition),
        compared=measured.compared(session, before, edition) if before else None,
        comparison=_comparison(before, edition),
        history=facts.history(session, edition),
        predecessor=facts.predecessor(session, edition),
        waiting=waiting,
        owed=_owed(request, edition) if owed else "",
        unready=facts.unready(session, edition, settings) if row.state == "now" else [],
        level=level,
        error=error,
        done=None if waiting or edition.problem else DONE.get(done),
        config=_config(session, settings, lang, edition, level)
        | {"state": f"{address}/state", "stamp": moving(session, edition) if waiting else None},
    )


def _config(session: Session, settings: Settings, lang: Lang, edition: Edition, level: str | None) -> dict[str, Any]:
    """What the map needs: this edition's own outlines, by an address that is another one when they are."""
    config = mapping.config(session, settings, lang, TEXTS)
    if level is None:
        return config | {"outlines": None}
    box = extents.areas(session, edition, level)
    own = f"/api/v1/boundaries/{quote(edition.code, safe='')}/{level}?v={edition.created_at.timestamp():.0f}"
    return config | {"outlines": own} | ({"bounds": [box.west, box.south, box.east, box.north]} if box else {})


def _level(levels: dict[str, int], edition: Edition) -> str | None:
    """What the map shows: the level whose committees answer, else one that there is."""
    wanted = (edition.routing_level, "district", "commune")
    return next((level for level in wanted if level in levels), None)


def _comparison(first: Edition | None, second: Edition) -> str | None:
    """Where the map of the difference is, where there is one."""
    if first is None:
        return None
    return f"/maps/editions?from={quote(first.code, safe='')}&to={quote(second.code, safe='')}"


def ahead(
    request: Request, session: Session, settings: Settings, code: str, *, error: str = "", status: int = 200
) -> Response:
    """What an activation would do, with the forms for it; 409 where it is not possible."""
    edition, today = editions.find(session, code), lookup.today()
    found, refused = None, error
    try:
        with session.begin_nested():
            found = activation.preview(session, code, settings=settings)
    except ConflictError as impossible:
        refused = error or translate(impossible.message, language(request), **impossible.values)
        status = max(status, 409)
    return answered(
        request,
        settings,
        "admin_boundaries_activation.html",
        status,
        edition=edition,
        address=f"{PATH}/{quote(code, safe='')}",
        stamp=facts.stamp(edition),
        found=found,
        error=refused,
        before=facts.before(session, edition),
        owed=_owed(request, edition) if facts.owed(session, edition) else "",
        unready=found.unready if found else [],
        may_now=edition.valid_from <= today,
        earliest=max(edition.valid_from, today).isoformat(),
        first=max(edition.valid_from, today + timedelta(days=1)).isoformat(),
    )


def moving(session: Session, edition: Edition) -> str:
    """What is different once a switch that was asked for is over."""
    return f"{edition.state} {edition.activated_at} {edition.problem or ''} {facts.owed(session, edition)}"


def _waiting(state: str, edition: Edition, done: str, *, owed: bool) -> str:
    """What the worker is at, after it was asked for (`done`); empty where nothing is to be waited for."""
    if state == "working":
        return WORKING["activate"]
    if edition.state != "active" or edition.problem is not None:
        return ""
    if done == "rerouting":
        return WORKING["reroute"] if owed else ""
    return WORKING["undo"] if done == "undoing" else ""


def _owed(request: Request, edition: Edition) -> str:
    return translate(OWED, language(request), code=edition.code)


def answered(
    request: Request,
    settings: Settings,
    template: str,
    status: int = 200,
    *,
    config: dict[str, Any] | None = None,
    **values: Any,
) -> Response:
    """A page of the boundaries, with what all of them have; `config` where it has a map."""
    mark = forgery.device(request)
    response = page(
        request,
        template,
        status=status,
        headers={"Cache-Control": "no-store"},
        menu=MENU,
        here="boundaries",
        levels=forms.LEVELS,
        states=facts.STATES,
        kinds=facts.KINDS,
        whats=WHAT,
        columns=forms.COLUMNS,
        mailing=bool(settings.smtp_url),
        todo=readiness.TODO if settings.smtp_url else readiness.TODO_WITHOUT_MAIL,
        token=forgery.token(settings, mark),
        config=config,
        script="admin-boundaries.js",
        **values,
    )
    forgery.remember(response, request, mark)
    return response
