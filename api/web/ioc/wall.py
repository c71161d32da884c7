"""/ioc: the wall screen of the control room."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api import mapping, signed
from api.deps import LangDep, SessionDep, SettingsDep
from api.filters import FiltersDep
from api.parameters import as_said
from api.routes.overview import DemoDep, told
from api.web import alert
from api.web.desk.lists import units
from api.web.headers import fresh_nonce, security
from api.web.ioc import telling
from geo import cursor
from geo.i18n import LANGUAGES, Lang
from maps.frame import Site
from maps.style import asset_url
from maps.wall import FILTERS, wall

router = APIRouter(include_in_schema=False)
_YEAR = 31_536_000  # seconds


@router.get("/ioc")
def show(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    filters: FiltersDep,
    tab: Annotated[str, Query(max_length=20)] = "newest",
    demo: DemoDep = None,
) -> Response:
    """The page; everything that is chosen on it stands in its address, so that a wall starts again as it was."""
    who = signed.actor(signed.needed(session, request, "watch"))
    query = as_said(request)
    nonce = fresh_nonce()
    written = {key: query[key] for key in FILTERS if key in query}
    around = mapping.frame(session, settings, "ioc", lang=lang, site=_site(lang, query, nonce), filters=written)
    if said := alert.told(session, lang):
        around = replace(around, alert=(said.text, said.lang))
    # Before the data are asked for: what comes meanwhile comes again, and nothing is missed.
    stands = str(cursor.here(session))
    found = told(request, session, filters, who, lang, tab=tab, demo=demo)
    text = wall(
        replace(around, demo=found["demo"], cursor=stands),
        found,
        units=[(one.code, one.name) for one in units(session)],
        tabs=telling.tabs(lang),
        measures=telling.MEASURES,
    )
    response = Response(text, media_type="text/html")
    headers = {"Content-Language": lang, "Cache-Control": "no-store"}
    response.headers.update(security(settings, nonce) | headers)
    if query.get("lang") in LANGUAGES:
        response.set_cookie("lang", lang, max_age=_YEAR, path="/", samesite="lax")
    return response


def _site(lang: Lang, query: Mapping[str, str], nonce: str) -> Site:
    other: Lang = "en" if lang == "vi" else "vi"
    return Site(
        asset=asset_url,
        maps={},
        home="/",
        report="/queue/",
        api="/api/v1",
        here="/ioc",
        language=(other, "/ioc?" + urlencode({**query, "lang": other})),
        nonce=nonce,
    )
