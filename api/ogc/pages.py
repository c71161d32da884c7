"""The same documents as pages for people, with a map."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from api.deps import language
from api.ogc import links
from api.ogc.documents import title
from api.ogc.items import Found
from api.ogc.links import QUERYABLES
from api.ogc.params import ITEMS
from api.web import mapping
from api.web.render import page
from geo.errors import InvalidError
from geo.i18n import _, translate
from geo.settings import Settings
from maps.collections import areas, hot, reports, units
from maps.collections.collection import Collection, Column

TEXTS = {
    "map": _("Bản đồ các đối tượng của trang này"),
    "zoomIn": _("Phóng to"),
    "zoomOut": _("Thu nhỏ"),
    "failed": _("Không tải được các đối tượng cho bản đồ."),
    "nowhere": _("Các đối tượng ở đây không có vị trí."),
    "copied": _("Đã sao chép"),
}
_EXAMPLE = "category = 'giao-thong'"
TYPED = ("filter", "datetime", "bbox")  # the fields of the form
_SHORT = 4  # columns of a table
_SUMMARIES = {
    reports.ID: ("category_name", "state", "area_name", "created_at"),
    units.ID: ("name", "kind", "area"),
    hot.ID: ("place_name", "observed", "expected", "level"),
}
_OF_AREAS = ("name", "kind", "parent", "area_m2")
_SAMPLE = 200  # features on the map of a collection's page


def landing(request: Request, document: Mapping[str, Any], every: list[Collection]) -> Response:
    """The way in, with the address to paste into QGIS."""
    return page(
        request,
        "ogc_landing.html",
        **_frame(request, document),
        address=links.base(request),
        collections=[_listed(request, one) for one in every],
        config={"lang": language(request), "texts": {"copied": TEXTS["copied"]}},
    )


def conformance(request: Request, document: Mapping[str, Any]) -> Response:
    """The standards that are kept."""
    return page(request, "ogc_conformance.html", **_frame(request, document))


def api(request: Request, document: Mapping[str, Any]) -> Response:
    """The OpenAPI document to be read, without anybody else's program."""
    groups: dict[str, list[Any]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            known = [_resolved(document, one) for one in operation.get("parameters", ())]
            row = {"path": path, "method": method.upper(), "operation": operation, "parameters": known}
            groups.setdefault((operation.get("tags") or ["–"])[0], []).append(row)
    frame = _frame(request, {"links": [], "title": document["info"]["title"]})
    return page(request, "ogc_api.html", **frame, api=document, groups=groups, server=links.base(request))


def collections(request: Request, document: Mapping[str, Any]) -> Response:
    """The list of collections."""
    return page(request, "ogc_collections.html", **_frame(request, document), collections=document["collections"])


def collection(
    request: Request, session: Session, settings: Settings, one: Collection, document: Mapping[str, Any]
) -> Response:
    """One collection, with some of its features on a map."""
    here = f"{links.PATH}/collections/{one.id}"
    return page(
        request,
        "ogc_collection.html",
        **_frame(request, document),
        one=one,
        here=here,
        address=links.base(request),
        config=_config(request, session, settings, one, f"{here}/items?{urlencode({'limit': _SAMPLE, 'f': 'json'})}"),
    )


def queryables(request: Request, one: Collection, document: Mapping[str, Any]) -> Response:
    """What a collection can be asked."""
    return page(
        request,
        "ogc_queryables.html",
        **_frame(request, {"links": [], "title": document["title"]}),
        one=one,
        here=f"{links.PATH}/collections/{one.id}",
        queryables=document["properties"],
    )


def items(request: Request, session: Session, settings: Settings, one: Collection, found: Found) -> Response:
    """A page of features as a table and a map, with the filters that every collection has."""
    form = _form(request, one)
    sent, here = form["sent"], form["here"]
    limit = {"limit": sent.get("limit", str(max(found.document["numberReturned"], 1)))}
    return page(
        request,
        "ogc_items.html",
        **_frame(request, found.document | {"title": title(one, language(request))}),
        **form,
        columns=summary(one),
        features=found.document["features"],
        matched=found.document.get("numberMatched"),
        wrong={},
        config=_config(request, session, settings, one, f"{here}/items?{urlencode(sent | limit | {'f': 'json'})}"),
    )


def refused(request: Request, one: Collection, error: InvalidError) -> Response:
    """The form of a page of features as it was filled in, with what is wrong beside its field."""
    return page(
        request,
        "ogc_items.html",
        status=400,
        headers={"Cache-Control": "no-store"},
        **_frame(request, {"title": title(one, language(request)), "links": []}),
        **_form(request, one),
        wrong={error.field: translate(error.message, language(request), **error.values)},
    )


def _form(request: Request, one: Collection) -> dict[str, Any]:
    sent = {name: value for name, value in request.query_params.items() if name not in ("f", "crs", "lang")}
    texts = (name for name, column in one.asked().items() if column.kind == "text")
    return {
        "one": one,
        "here": f"{links.PATH}/collections/{one.id}",
        "sent": sent,
        "own": [name for name in sent if name not in ITEMS],
        "timed": one.begins is not None,
        "example": _EXAMPLE if one.id == reports.ID else next((f"{name} = '…'" for name in texts), None),
    }


def tidied(request: Request) -> Response:
    """The way to the address without the blanks that a form writes into it."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if value]
    return RedirectResponse(f"{request.url.path}?{urlencode(kept)}", 303)


def item(request: Request, session: Session, settings: Settings, one: Collection, found: Found) -> Response:
    """One feature, whole."""
    here = f"{links.PATH}/collections/{one.id}"
    feature = found.document
    data = f"{request.url.path}?f=json"
    return page(
        request,
        "ogc_item.html",
        **_frame(request, feature | {"title": str(feature["id"])}),
        one=one,
        here=here,
        collection=title(one, language(request)),
        feature=feature,
        columns=one.columns,
        config=_config(request, session, settings, one, data),
    )


def summary(one: Collection) -> list[Column]:
    """The columns of a collection's table."""
    usual = _OF_AREAS if one.columns == areas.COLUMNS else tuple(one.asked())[:_SHORT]
    return [column for name in _SUMMARIES.get(one.id, usual) if (column := one.column(name)) is not None]


def _listed(request: Request, one: Collection) -> dict[str, Any]:
    return {"id": one.id, "title": title(one, language(request)), "shape": one.shape}


def _frame(request: Request, document: Mapping[str, Any]) -> dict[str, Any]:
    """What all of these pages show: the document's title, and where its JSON and its neighbours are."""
    sent = {name: value for name, value in request.query_params.items() if name not in ("f", "lang")}
    found = {link["rel"]: link for link in document["links"] if link["rel"] in ("next", "prev", QUERYABLES)}
    return {
        "document": document,
        "json": f"{request.url.path}?{urlencode(sent | {'f': 'json'})}",
        "further": found["next"]["href"] if "next" in found else None,
        "before": found["prev"]["href"] if "prev" in found else None,
    }


def _config(request: Request, session: Session, settings: Settings, one: Collection, data: str) -> dict[str, Any]:
    lang = language(request)
    known = mapping.config(session, settings, lang, TEXTS)
    shown = {"data": data, "items": f"{links.PATH}/collections/{one.id}/items", "name": summary(one)[0].name}
    return known | shown | {"areas": one.shape not in ("Point", "MultiPoint")}


def _resolved(document: Mapping[str, Any], one: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in one:
        return one
    found: Any = document
    for step in one["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)
