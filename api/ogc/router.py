"""The addresses under /ogc."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import orjson
from fastapi import APIRouter, FastAPI, Request, Response
from sqlalchemy.orm import Session

from api.deps import SessionsDep, SettingsDep, language
from api.etags import tag_of, unchanged
from api.ogc import costly, documents, openapi, pages, params
from api.ogc import items as features
from api.ogc import links as addresses
from api.ogc import queryables as schemas
from api.ogc.cors import OpenToAll
from api.ogc.errors import OgcRoute
from api.ogc.links import GEOJSON, JSON_TYPE, OPENAPI_TYPE, PATH, SCHEMA_TYPE
from api.ogc.negotiation import HTML, form
from api.ogc.parts import PARTS
from api.remembered import Remembered
from geo.errors import InvalidError, NotFoundError
from geo.filters import Filters
from geo.i18n import _
from geo.settings import Settings
from maps.collections import catalogue, hot
from maps.collections.catalogue import Sources
from maps.collections.collection import Collection
from maps.hotspots import Hotspots, hotspots

router = APIRouter(prefix=PATH, route_class=OgcRoute, include_in_schema=False)
MINUTES = 300  # seconds that a description may be kept


# The other parts come first, for what nobody serves ends here.
ROUTERS = (*(part.router for part in PARTS), router)


def install(app: FastAPI) -> None:
    """Opens everything under /ogc to pages of other hosts."""
    app.add_middleware(OpenToAll)


@router.get("")
@router.get("/")
def landing(request: Request, sessions: SessionsDep, settings: SettingsDep) -> Response:
    """Where everything else is."""
    params.only(request, *params.COMMON)
    document = documents.landing(request)
    if form(request) == HTML:
        with sessions() as session:
            return pages.landing(request, document, catalogue.every(session, _sources(request, settings)))
    return _json(request, document, JSON_TYPE)


@router.get("/conformance")
def conformance(request: Request) -> Response:
    """The standards that are kept."""
    params.only(request, *params.COMMON)
    document = documents.conformance(request)
    return pages.conformance(request, document) if form(request) == HTML else _json(request, document, JSON_TYPE)


@router.get("/api")
def api(request: Request, sessions: SessionsDep, settings: SettingsDep) -> Response:
    """The description of all this in OpenAPI 3.0."""
    params.only(request, *params.COMMON)
    with sessions() as session:
        document = openapi.document(request, catalogue.every(session, _sources(request, settings)))
    return pages.api(request, document) if form(request) == HTML else _json(request, document, OPENAPI_TYPE)


@router.get("/collections")
def collections(request: Request, sessions: SessionsDep, settings: SettingsDep) -> Response:
    """The collections."""
    params.only(request, *params.COMMON)
    with sessions() as session:
        every = catalogue.every(session, _sources(request, settings))
        document = documents.collections(request, every)
        return pages.collections(request, document) if form(request) == HTML else _json(request, document, JSON_TYPE)


@router.get("/collections/{name}")
def collection(request: Request, sessions: SessionsDep, settings: SettingsDep, name: str) -> Response:
    """One collection."""
    params.only(request, *params.COMMON)
    with sessions() as session:
        one = catalogue.find(session, _sources(request, settings), name)
        document = documents.collection(request, one)
        if form(request) == HTML:
            return pages.collection(request, session, settings, one, document)
    return _json(request, document, JSON_TYPE)


@router.get("/collections/{name}/queryables")
def queryables(request: Request, sessions: SessionsDep, settings: SettingsDep, name: str) -> Response:
    """What can be asked of a collection."""
    params.only(request, *params.COMMON)
    with sessions() as session:
        one = catalogue.find(session, _sources(request, settings), name)
    document = schemas.queryables(request, one)
    if form(request) == HTML:
        return pages.queryables(request, one, document)
    return _json(request, document, SCHEMA_TYPE)


@router.get("/collections/{name}/items")
def items(request: Request, sessions: SessionsDep, settings: SettingsDep, name: str) -> Response:
    """A page of features."""
    html = form(request) == HTML
    if html and not all(request.query_params.values()):
        return pages.tidied(request)
    found = _hotspots(request, sessions) if name == hot.ID else None
    # The turn comes before the connection: who waits for none holds none.
    with costly.turn(request.query_params), sessions.begin() as session:
        one = catalogue.find(session, _sources(request, settings, found), name)
        try:
            page = features.items(request, session, one, params.ON_A_PAGE if html else params.USUAL)
        except InvalidError as refused:
            if not html or refused.field not in pages.TYPED:
                raise
            return pages.refused(request, one, refused)
        if html:
            return pages.items(request, session, settings, one, page)
    stable = {name: value for name, value in page.document.items() if name != "timeStamp"}
    return _features(request, page, one, stable)


@router.get("/collections/{name}/items/{identity:path}")
def item(request: Request, sessions: SessionsDep, settings: SettingsDep, name: str, identity: str) -> Response:
    """One feature."""
    html = form(request) == HTML
    found = _hotspots(request, sessions) if name == hot.ID else None
    with sessions.begin() as session:
        one = catalogue.find(session, _sources(request, settings, found), name)
        feature = features.item(request, session, one, identity)
        if html:
            return pages.item(request, session, settings, one, feature)
    return _features(request, feature, one, feature.document)


@router.get("/{rest:path}")
def nothing() -> Response:
    """Says in the standards' own shape that there is nothing here."""
    raise NotFoundError(_("Không có gì ở địa chỉ này; hãy bắt đầu từ /ogc."))


def _sources(request: Request, settings: Settings, found: Hotspots | None = None) -> Sources:
    tables = cast(tuple[Collection, ...], request.app.state.tables)
    return Sources(tables, settings.coast_distance, found)


def _hotspots(request: Request, sessions: Callable[[], Session]) -> Hotspots:
    kept: Remembered[Hotspots] = request.app.state.hotspots

    def make() -> Hotspots:
        with sessions() as session:
            return hotspots(session, Filters(), days=hot.DAYS)

    return kept.get((Filters(), hot.DAYS, None), make)


def _features(request: Request, found: features.Found, one: Collection, stable: Mapping[str, Any]) -> Response:
    headers = {"Content-Crs": f"<{found.crs.uri}>", "Link": addresses.header(found.links)}
    return _json(request, found.document, GEOJSON, headers, seconds=one.seconds, stable=stable)


def _json(
    request: Request,
    document: Mapping[str, Any],
    kind: str,
    headers: Mapping[str, str] | None = None,
    *,
    seconds: int = MINUTES,
    stable: Mapping[str, Any] | None = None,
) -> Response:
    """A document with its tag, that of its `stable` part where one changes with every asking."""
    body = orjson.dumps(document, option=orjson.OPT_UTC_Z)
    tag = tag_of(body if stable is None else orjson.dumps(stable, option=orjson.OPT_UTC_Z))
    all_headers = dict(headers or {}) | {
        "ETag": tag,
        "Cache-Control": f"public, max-age={seconds}" if seconds else "public, no-cache",
        "Vary": "Accept, Cookie",
        "Content-Language": language(request),
    }
    if known := unchanged(request, tag, all_headers):
        return known
    # A browser that opens a document of ours as a page must not take it for one.
    all_headers["X-Content-Type-Options"] = "nosniff"
    return Response(body, 200, all_headers, kind)
