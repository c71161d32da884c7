"""The folium pages."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from api import mapping
from api.deps import LangDep, SessionDep, SettingsDep
from api.filters import FiltersDep
from api.parameters import as_said, known
from api.web import alert
from api.web.headers import fresh_nonce, security
from geo import cursor
from geo.errors import NotFoundError
from geo.i18n import LANGUAGES, Lang, _, translate
from maps import samples
from maps.film import By
from maps.frame import ASIDE, NAMES, Site
from maps.style import asset_url

router = APIRouter(prefix="/maps", include_in_schema=False, dependencies=[Depends(known)])
FILTERS = ("bbox", "category", "unit", "area", "state", "since", "until", "q", "edition")
LIVE = ("incidents", "heatmap")  # the maps on which one sees what happens
_YEAR = 31_536_000  # seconds


@router.get("/{name}")
def page(  # noqa: PLR0917 (FastAPI names them all)
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    filters: FiltersDep,
    name: str,
    by: Annotated[By | None, Query()] = None,
    demo: Annotated[bool | None, Query()] = None,
) -> Response:
    """One of the maps with the filters of the API; `by` is the timeline's, `demo` shows or hides those reports."""
    if name not in (*NAMES, *ASIDE):
        raise NotFoundError(_("Không có bản đồ này; có bốn bản đồ: {names}."), names=", ".join(NAMES))
    query = as_said(request)
    written = {key: query[key] for key in (*FILTERS, "by", "demo") if key in query}
    # Before the data are asked for: what comes meanwhile comes again, and nothing is missed.
    stands = str(cursor.here(session)) if name in LIVE else None
    nonce = fresh_nonce()
    site = _site(name, lang, written, nonce)
    around = replace(mapping.frame(session, settings, name, lang=lang, site=site, filters=written), cursor=stands)
    if said := alert.told(session, lang):
        around = replace(around, alert=(said.text, said.lang))
    if name != "incidents":
        around = replace(around, other=_other(samples.present(session), name, lang, written, demo))
    text = mapping.draw(session, around, filters, by=by, demo=demo if name != "incidents" else None)
    response = Response(text, media_type="text/html")
    headers = security(settings, nonce) | {"Content-Language": lang, "Cache-Control": "private, no-cache"}
    response.headers.update(headers)
    if query.get("lang") in LANGUAGES:
        response.set_cookie("lang", lang, max_age=_YEAR, path="/", samesite="lax")
    return response


def _site(name: str, lang: Lang, written: Mapping[str, str], nonce: str) -> Site:
    other: Lang = "en" if lang == "vi" else "vi"
    # The timeline's frames mean nothing elsewhere.
    kept = {key: value for key, value in written.items() if key in FILTERS}
    return Site(
        asset=asset_url,
        maps={one: _address(one, kept) for one in NAMES} | {"editions": "/maps/editions"},
        home="/",
        send="/reports/new",
        report="/reports/",
        export="/api/v1/export?" + urlencode({"format": "csv", **kept}),
        api="/api/v1",
        here=f"/maps/{name}",
        language=(other, _address(name, {**written, "lang": other})),
        nonce=nonce,
    )


def _other(
    present: samples.Present, name: str, lang: Lang, written: Mapping[str, str], demo: bool | None
) -> tuple[str, str] | None:
    """The way to the same map of the other kind of reports, where there are both."""
    if not all(present):
        return None
    with_demo = demo if name == "districts" else demo is not False
    if with_demo:
        text, choice = _("Ẩn dữ liệu mẫu"), "0"
    else:
        text, choice = _("Xem dữ liệu mẫu"), "1"
    return translate(text, lang), _address(name, {**written, "demo": choice})


def _address(name: str, query: Mapping[str, str]) -> str:
    return f"/maps/{name}" + (f"?{urlencode(query)}" if query else "")
