"""The folium page of what one edition changes of another."""

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from api import comparing
from api.deps import LangDep, SettingsDep, opened
from api.parameters import known
from api.web import alert
from api.web.headers import fresh_nonce, security
from boundaries.difference import pairs
from geo.errors import InvalidError
from geo.i18n import LANGUAGES, Lang, _
from maps.export.parts import PARTS
from maps.frame import NAMES, Site
from maps.style import asset_url

router = APIRouter(include_in_schema=False, dependencies=[Depends(known)])
ADDRESS = "/maps/editions"
_YEAR = 31_536_000  # seconds


@router.get(ADDRESS)
def page(
    *,
    request: Request,
    settings: SettingsDep,
    lang: LangDep,
    first: Annotated[str | None, Query(alias="from", max_length=64)] = None,
    second: Annotated[str | None, Query(alias="to", max_length=64)] = None,
    level: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """The difference from one edition (`from`) to another (`to`) by a level, or by the levels that answer."""
    said = {name: value for name, value in (("from", first), ("to", second), ("level", level)) if value}
    nonce = fresh_nonce()
    with opened(request) as session:
        both = comparing.chosen(session, said.get("from"), said.get("to"))
        views = comparing.views(pairs(session, *both))
        view = _view(said.get("level"), views)
        demo = comparing.only_demo(session)
        site = _site(lang, said, nonce)
        around = comparing.frame(session, settings, both, lang, site)
        if warning := alert.told(session, lang):
            around = replace(around, alert=(warning.text, warning.lang))
        choice = comparing.choice_of(session, both, views, view, lang)
    found = comparing.laid(request, both, views[view], demo=demo)
    text = comparing.draw(around, found, choice, _links(found, demo=demo), demo=demo)
    headers = security(settings, nonce) | {"Content-Language": lang, "Cache-Control": "private, no-cache"}
    response = Response(text, media_type="text/html", headers=headers)
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie("lang", lang, max_age=_YEAR, path="/", samesite="lax")
    return response


def _view(said: str | None, views: dict[str, tuple[str, str]]) -> str:
    """The view asked for, else what routes: whoever chooses other editions may keep a view that these do not have."""
    if said is not None and said not in comparing.VIEWS:
        told = _("Không có cách so sánh {level}; có: {levels}.")
        raise InvalidError(told, field="level", level=said[:20], levels=", ".join(comparing.VIEWS))
    return said if said in views else next(iter(views))


def _site(lang: Lang, written: dict[str, str], nonce: str) -> Site:
    other: Lang = "en" if lang == "vi" else "vi"
    return Site(
        asset=asset_url,
        maps={**{name: f"/maps/{name}" for name in NAMES}, "editions": ADDRESS},
        home="/",
        send="/reports/new",
        api="/api/v1",
        here=ADDRESS,
        language=(other, f"{ADDRESS}?{urlencode({**written, 'lang': other})}"),
        nonce=nonce,
    )


def _links(found: comparing.Laid, *, demo: bool) -> dict[str, str]:
    first, second = found.editions
    query = {"level": found.levels[0], "to": found.levels[1], **({"demo": "true"} if demo else {})}
    address = f"/api/v1/boundaries/{first.code}/correspondence/{second.code}"
    return {name.upper(): f"{address}?{urlencode({**query, 'format': name})}" for name in PARTS}
