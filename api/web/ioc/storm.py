"""/ioc/storm: the alert, on and off."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.deps import LangDep, SessionDep, SettingsDep
from api.web import mapping
from api.web.ioc.section import operator, sender_of, shown
from geo import storm
from geo.errors import QuangnamError
from geo.i18n import Lang, translate
from geo.models import Storm, User
from geo.settings import Settings

router = APIRouter(include_in_schema=False)
PAST = 10  # alerts that are listed


@router.get("/ioc/storm")
def show(request: Request, session: SessionDep, settings: SettingsDep, lang: LangDep) -> Response:
    """The alert that is on, or the form that begins one; and the last ones."""
    operator(session, request)
    return _shown(request, session, settings, lang)


@router.post("/ioc/storm")
def switch(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    way: Annotated[str, Form()] = "",
    text: Annotated[str, Form(max_length=2_000)] = "",
    text_en: Annotated[str, Form(max_length=2_000)] = "",
    category: Annotated[list[str] | None, Form()] = None,
    token: Annotated[str, Form()] = "",
) -> Response:
    """Begins the alert (`way` "on") or ends it; what is refused comes back with the words that were typed."""
    user = sender_of(session, request, settings, token)
    typed = {"text": text, "text_en": text_en, "categories": category or []}
    try:
        with session.begin_nested():
            if way == "on":
                storm.begin(session, user, text, text_en=text_en, categories=category or [])
            else:
                storm.end(session, user, text)
    except QuangnamError as error:
        said = translate(error.message, lang, **error.values)
        return _shown(request, session, settings, lang, refused=said, typed=typed)
    return RedirectResponse("/ioc/storm", 303)


def _shown(
    request: Request,
    session: Session,
    settings: Settings,
    lang: Lang,
    *,
    refused: str | None = None,
    typed: Mapping[str, object] | None = None,
) -> Response:
    past = select(Storm, User.name).join(User, User.id == Storm.started_by).where(Storm.ended_at.is_not(None))
    return shown(
        request,
        session,
        settings,
        "ioc_storm.html",
        now=datetime.now(UTC),
        status=422 if refused else 200,
        categories=mapping.categories(session, lang),
        past=session.execute(past.order_by(Storm.id.desc()).limit(PAST)).all(),
        refused=refused,
        typed=typed or {"text": "", "text_en": "", "categories": storm.DEFAULT},
    )
