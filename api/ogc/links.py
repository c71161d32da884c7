"""Links of the OGC's documents, whole addresses throughout."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request

from api.deps import language
from api.geojson import MEDIA_TYPE as GEOJSON
from geo.i18n import Lang, translate
from geo.settings import Settings

PATH = "/ogc"
JSON_TYPE, HTML_TYPE = "application/json", "text/html"
SCHEMA_TYPE = "application/schema+json"
OPENAPI_TYPE = "application/vnd.oai.openapi+json;version=3.0"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
Link = dict[str, Any]

__all__ = ["GEOJSON", "HTML_TYPE", "JSON_TYPE", "OPENAPI_TYPE", "PATH", "QUERYABLES", "SCHEMA_TYPE", "Link"]


def site(request: Request) -> str:
    """The address of the site as its readers know it, without a slash at the end."""
    settings: Settings = request.app.state.settings
    return (settings.public_url or str(request.base_url)).rstrip("/")


def base(request: Request) -> str:
    """The address of the landing page."""
    return site(request) + PATH


def of_collection(root: str, name: str) -> str:
    """The address of a collection."""
    return f"{root}/collections/{quote(name)}"


def link(rel: str, kind: str, title: str, href: str, lang: Lang, **values: str) -> Link:
    """One link, its title in the reader's language."""
    return {"rel": rel, "type": kind, "title": translate(title, lang, **values), "href": href}


def both(request: Request, address: str, kind: str, titles: tuple[str, str], query: Mapping[str, str]) -> list[Link]:
    """A document's link to itself and to its page, in whichever form it is asked for; `titles` of JSON and HTML."""
    lang = language(request)
    kept = {name: value for name, value in query.items() if name != "f"}
    asked_html = query.get("f") == "html"
    found = []
    for name, its_kind, title in (("json", kind, titles[0]), ("html", HTML_TYPE, titles[1])):
        rel = "self" if (name == "html") is asked_html else "alternate"
        found.append(link(rel, its_kind, title, f"{address}?{urlencode(kept | {'f': name})}", lang))
    return found


def header(links: list[Link]) -> str:
    """Links as the header of that name."""
    return ", ".join(f'<{one["href"]}>; rel="{one["rel"]}"; type="{one["type"]}"' for one in links)
