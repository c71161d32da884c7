"""The landing page, the conformance declaration and the description of collections, as JSON."""

from datetime import date, datetime
from typing import Any

from fastapi import Request

from api.deps import language
from api.ogc import links
from api.ogc.links import GEOJSON, HTML_TYPE, JSON_TYPE, OPENAPI_TYPE, QUERYABLES, SCHEMA_TYPE, Link, link
from api.ogc.parts import PARTS
from geo.deadlines import ZONE
from geo.i18n import Lang, _, translate
from maps.collections.collection import Collection
from maps.collections.crs import CRS84, offered, stored

TITLE = _("Quảng Nam trực tuyến: dữ liệu mở")
ABOUT = _(
    "Phản ánh hiện trường, địa giới, đơn vị xử lý và điểm nóng của Quảng Nam theo các chuẩn OGC API: "
    "mở bằng QGIS, GDAL hoặc trình duyệt, trong hệ tọa độ nào cũng được, không cần xin phép."
)
_FEATURES = "http://www.opengis.net/spec/ogcapi-features-{part}/1.0/conf/{name}"
_CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf/{name}"
CONFORMANCE = (
    *(_FEATURES.format(part=1, name=name) for name in ("core", "oas30", "html", "geojson")),
    _FEATURES.format(part=2, name="crs"),
    *(
        _FEATURES.format(part=3, name=name)
        for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")
    ),
    *(
        _CQL2.format(name=name)
        for name in (
            *("cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators"),
            *("case-insensitive-comparison", "accent-insensitive-comparison"),
            *("basic-spatial-functions", "basic-spatial-functions-plus", "spatial-functions"),
            *("temporal-functions", "property-property"),
        )
    ),
)


def landing(request: Request) -> dict[str, Any]:
    """Where everything else is."""
    root, lang = links.base(request), language(request)
    found = [
        *links.both(request, root, JSON_TYPE, (_("Trang này, JSON"), _("Trang này, HTML")), request.query_params),
        link("service-desc", OPENAPI_TYPE, _("Mô tả API, OpenAPI 3.0"), f"{root}/api?f=json", lang),
        link("service-doc", HTML_TYPE, _("Mô tả API, HTML"), f"{root}/api?f=html", lang),
        link("conformance", JSON_TYPE, _("Các chuẩn được tuân theo"), f"{root}/conformance", lang),
        link("data", JSON_TYPE, _("Các bộ dữ liệu"), f"{root}/collections", lang),
        *(one for part in PARTS for one in part.landing_links(root)),
    ]
    return {"title": translate(TITLE, lang), "description": translate(ABOUT, lang), "links": found}


def conformance(request: Request) -> dict[str, Any]:
    """The classes of the standards that are kept in full."""
    titles = (_("Các chuẩn được tuân theo, JSON"), _("Các chuẩn được tuân theo, HTML"))
    classes = [*CONFORMANCE, *(one for part in PARTS for one in part.CONFORMANCE)]
    return {
        "links": links.both(request, f"{links.base(request)}/conformance", JSON_TYPE, titles, request.query_params),
        "conformsTo": classes,
    }


def collections(request: Request, every: list[Collection]) -> dict[str, Any]:
    """The list of collections."""
    titles = (_("Các bộ dữ liệu, JSON"), _("Các bộ dữ liệu, HTML"))
    return {
        "links": links.both(request, f"{links.base(request)}/collections", JSON_TYPE, titles, request.query_params),
        "crs": [one.uri for one in offered(stored(every[0].srid).code)],
        "collections": [collection(request, one) for one in every],
    }


def collection(request: Request, one: Collection) -> dict[str, Any]:
    """What a collection is, where it lies, in which systems it can be had."""
    lang = language(request)
    found = {
        "id": one.id,
        "title": title(one, lang),
        "description": translate(one.description, lang, **one.values),
        "itemType": "feature",
        "extent": _extent(one),
        "crs": [system.uri for system in offered(one.srid)],
        "storageCrs": stored(one.srid).uri,
        "links": collection_links(request, one),
    }
    return found | ({"attribution": one.attribution} if one.attribution else {})


def title(one: Collection, lang: Lang) -> str:
    """A collection's title in the reader's language."""
    return translate(one.title, lang, **one.values)


def collection_links(request: Request, one: Collection) -> list[Link]:
    """The links of a collection: itself, its features, what can be asked of them."""
    root, lang = links.base(request), language(request)
    here = links.of_collection(root, one.id)
    # In the list of all they lead to each one's own document, whichever form the list is in.
    query = request.query_params if request.url.path.endswith(f"/{one.id}") else {}
    return [
        *links.both(request, here, JSON_TYPE, (_("Bộ dữ liệu này, JSON"), _("Bộ dữ liệu này, HTML")), query),
        link("items", GEOJSON, _("Các đối tượng, GeoJSON"), f"{here}/items?f=json", lang),
        link("items", HTML_TYPE, _("Các đối tượng, HTML"), f"{here}/items?f=html", lang),
        link(QUERYABLES, SCHEMA_TYPE, _("Các thuộc tính để lọc"), f"{here}/queryables?f=json", lang),
        *(other for part in PARTS for other in part.collection_links(root, one.id)),
    ]


def _extent(one: Collection) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if one.extent.box:
        found["spatial"] = {"bbox": [[round(edge, 5) for edge in one.extent.box]], "crs": CRS84}
    if one.extent.timed:
        interval = [[_written(one.extent.begin), _written(one.extent.end)]]
        found["temporal"] = {
            "interval": interval,
            "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
        }
    return found


def _written(moment: datetime | date | None) -> str | None:
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=ZONE)
    return moment.isoformat(timespec="seconds")
