"""Public reports as an Atom feed (RFC 4287) with their places (GeoRSS Simple)."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from sqlalchemy import Row

ATOM, GEORSS = "http://www.w3.org/2005/Atom", "http://www.georss.org/georss"
MEDIA_TYPE = "application/atom+xml"
NOTHING_YET = datetime(1970, 1, 1, tzinfo=UTC)  # when a feed without entries last changed, which it must say
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 has no way to write them
register_namespace("", ATOM)
register_namespace("georss", GEORSS)


class Words(NamedTuple):
    """What a feed says of a report in one language."""

    category: Callable[[str, str], str]  # of its code and Vietnamese name
    summary: Callable[[Row[Any]], str]


class Head(NamedTuple):
    """A feed as a whole: its permanent address, title, author, language, and its links by relation."""

    id: str
    title: str
    author: str
    lang: str
    links: dict[str, tuple[str, str]]  # relation: address and media type


def atom(head: Head, rows: Sequence[Row[Any]], words: Words, site: str) -> bytes:
    """Rows of `select_public` with `updated_at` as a feed; `site` is the address that theirs begin with."""
    feed = Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": head.lang})
    _text(feed, "id", head.id)
    _text(feed, "title", head.title)
    _text(feed, "updated", _moment(max((row.updated_at for row in rows), default=NOTHING_YET)))
    _text(SubElement(feed, f"{{{ATOM}}}author"), "name", head.author)
    for relation, (address, kind) in head.links.items():
        _link(feed, relation, address, kind)
    for row in rows:
        _entry(feed, row, words, site)
    return bytes(tostring(feed, encoding="utf-8", xml_declaration=True))


def _entry(feed: Element, row: Row[Any], words: Words, site: str) -> None:
    entry = SubElement(feed, f"{{{ATOM}}}entry")
    address = f"{site}/reports/{row.code}"
    category = words.category(row.category, row.category_name)
    _text(entry, "id", address)
    _text(entry, "title", f"{category} – {row.area_name or row.unit_name}")
    _text(entry, "published", _moment(row.created_at))
    _text(entry, "updated", _moment(row.updated_at))
    _link(entry, "alternate", address, "text/html")
    for key in row.photos or ():
        _link(entry, "enclosure", f"{site}/media/{key}.jpg", "image/jpeg")
    for key in row.videos or ():
        _link(entry, "enclosure", f"{site}/media/{key}.mp4", "video/mp4")
    SubElement(entry, f"{{{ATOM}}}category", {"term": row.category, "label": _clean(category)})
    _text(entry, "summary", words.summary(row))
    if row.content is not None:
        _text(entry, "content", row.content)
    point = SubElement(entry, f"{{{GEORSS}}}point")
    point.text = f"{row.lat:.6f} {row.lon:.6f}"


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, f"{{{ATOM}}}{name}").text = _clean(text)


def _link(parent: Element, relation: str, address: str, kind: str) -> None:
    SubElement(parent, f"{{{ATOM}}}link", {"rel": relation, "type": kind, "href": address})


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
