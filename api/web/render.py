"""Templates into pages."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api import signed
from api.deps import language
from api.web import alert, assets, formats
from api.web.headers import fresh_nonce, security
from api.web.icons import icon, svg
from api.web.mapping import category_name
from api.web.states import state_name
from geo.i18n import LANGUAGES, Lang, translate
from geo.permissions import MAY
from geo.settings import Settings
from maps.style import asset_url

_YEAR = 31_536_000  # seconds


@cache
def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals |= {"static": assets.url, "asset": asset_url, "icon": icon, "svg": svg}
    return found


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> Response:
    """A template as a response in the reader's language, which a `lang=` in the address makes the remembered one."""
    lang = language(request)
    settings: Settings = request.app.state.settings
    nonce = fresh_nonce()
    bound = _bound(lang) | _around(request, lang) | {"nonce": nonce}
    text = _environment().get_template(template).render(bound | values)
    response = Response(text, status, media_type="text/html")
    response.headers.update(security(settings, nonce))
    response.headers.update({"Content-Language": lang, "Cache-Control": "private, no-cache"} | dict(headers or {}))
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie("lang", lang, max_age=_YEAR, path="/", samesite="lax")
    return response


def fragment(template: str, lang: Lang, **values: Any) -> str:
    """A template that is a part of a page, as HTML in a language."""
    return _environment().get_template(template).render(_bound(lang) | values)


def _bound(lang: Lang) -> dict[str, Any]:
    """What a template says, in one language."""

    def say(message: str, **fields: Any) -> str:
        return translate(message, lang, **fields)

    names = ("moment", "ago", "number", "percent", "distance", "bytes")
    named = {name: partial(getattr(formats, name), lang=lang) for name in names}
    return {
        "lang": lang,
        "_": say,
        "state_name": partial(state_name, lang=lang),
        "category_name": partial(category_name, lang=lang),
        "when": datetime.fromisoformat,
    } | named


def _around(request: Request, lang: Lang) -> dict[str, Any]:
    """What the frame of every page shows: where the other language is, as a query of the same address."""
    # A form that was refused has no page of its own to come back to; its empty form is at the same path.
    query = request.query_params.multi_items() if request.method == "GET" else []
    kept = [(name, value) for name, value in query if name != "lang"]
    others = [(other, "?" + urlencode([*kept, ("lang", other)])) for other in LANGUAGES if other != lang]
    return {"others": others, "made": datetime.now(UTC)} | _of_session(request, lang)


def _of_session(request: Request, lang: Lang) -> dict[str, Any]:
    """Who signed in, and the alert that is on; on an error page too, which may say that the database is away."""
    try:
        with _session(request) as session:
            return {"signed_in": _signed_in(session, request), "alert": alert.told(session, lang)}
    except SQLAlchemyError:
        return {"signed_in": None, "alert": None}


@contextmanager
def _session(request: Request) -> Iterator[Session]:
    """The session of the route that makes the page, or where it has none one of its own."""
    if (given := getattr(request.state, "session", None)) is not None:
        yield given
        return
    with request.app.state.sessions.begin() as session:
        yield session


def _signed_in(session: Session, request: Request) -> dict[str, Any] | None:
    """The name of whoever signed in, and which of the inner pages are theirs."""
    if signed.COOKIE not in request.cookies:
        return None
    login = signed.login_of(session, request)
    if login is None or not login.complete:
        return None
    return {"name": login.user.name} | {
        part: login.user.role in MAY[part] for part in ("desk", "command", "exact", "administer")
    }
