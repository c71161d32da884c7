"""The features of a collection, and one of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from sqlalchemy.orm import Session

from api.deps import language
from api.ogc import links, params
from api.ogc.documents import collection_links
from api.ogc.links import GEOJSON, JSON_TYPE, QUERYABLES, Link, link
from geo.errors import NotFoundError
from geo.i18n import _
from maps.collections import asking
from maps.collections.collection import Collection
from maps.collections.crs import Crs
from maps.collections.writing import features

TITLES = (_("Các đối tượng này, GeoJSON"), _("Các đối tượng này, HTML"))
TITLES_OF_ONE = (_("Đối tượng này, GeoJSON"), _("Đối tượng này, HTML"))


@dataclass(frozen=True)
class Found:
    """A document, the system of its coordinates, and its links once more for the header."""

    document: dict[str, Any]
    crs: Crs

    @property
    def links(self) -> list[Link]:
        """The links of the document."""
        return list(self.document["links"])


def items(request: Request, session: Session, one: Collection, usual: int) -> Found:
    """A page of features as a FeatureCollection."""
    asked = params.items(request, one, usual)
    asking.patient(session)
    page = asking.page(session, one, asked.rows, asked.question)
    matched = asking.matched(session, one, asked.rows, asked.question)
    found = list(_features(request, one, page.rows, asked.crs))
    document: dict[str, Any] = {"type": "FeatureCollection", "timeStamp": _now()}
    if matched is not None:
        document["numberMatched"] = matched
    document |= {"numberReturned": len(found), "links": _links(request, one, page), "features": found}
    return Found(document, asked.crs)


def item(request: Request, session: Session, one: Collection, identity: str) -> Found:
    """One feature; NotFoundError."""
    sent = params.only(request, *params.ONE)
    system = params.crs(sent, one)
    asking.patient(session)
    row = asking.one(session, one, identity)
    if row is None:
        raise NotFoundError(_("Không có đối tượng nào mang mã này trong bộ dữ liệu."))
    (feature,) = _features(request, one, [row], system)
    here = links.of_collection(links.base(request), one.id)
    its = [
        *links.both(request, f"{here}/items/{quote(identity, safe='')}", GEOJSON, TITLES_OF_ONE, sent),
        link("collection", JSON_TYPE, _("Bộ dữ liệu của đối tượng này"), here, language(request)),
    ]
    return Found(feature | {"links": its}, system)


def _features(request: Request, one: Collection, rows: Any, system: Crs) -> Iterator[dict[str, Any]]:
    site = links.site(request)
    for feature in features(one, rows, system):
        for name in ("photos", "videos"):
            # Whole addresses: who reads this in QGIS is on no page of ours.
            if isinstance(addresses := feature["properties"].get(name), list):
                feature["properties"][name] = [
                    site + one if isinstance(one, str) and one.startswith("/") else one for one in addresses
                ]
        yield feature


def _links(request: Request, one: Collection, page: asking.Page) -> list[Link]:
    lang = language(request)
    here = f"{links.of_collection(links.base(request), one.id)}/items"
    sent = dict(request.query_params)
    found = links.both(request, here, GEOJSON, TITLES, sent)
    kind = found[0]["type"] if sent.get("f") != "html" else "text/html"
    for rel, title, cursor in (("next", _("Trang sau"), page.next), ("prev", _("Trang trước"), page.previous)):
        if cursor:
            found.append(link(rel, kind, title, f"{here}?{urlencode(sent | {'cursor': cursor})}", lang))
    others = [other for other in collection_links(request, one) if other["rel"] == QUERYABLES]
    collection = link("collection", JSON_TYPE, _("Bộ dữ liệu của các đối tượng này"), here.removesuffix("/items"), lang)
    return [*found, collection, *others]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
