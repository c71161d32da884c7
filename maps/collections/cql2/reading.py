"""CQL2 as a tree: read, and kept small enough for whoever walks over it and for the database."""

from typing import Any

import orjson

from geo.errors import InvalidError
from geo.i18n import _
from maps.collections.cql2 import text
from maps.collections.cql2.tokens import TooMuchError, UnreadableError
from maps.collections.cql2.words import DEEPEST

LANGUAGES = ("cql2-text", "cql2-json")
LONGEST = 10_000  # characters, some 500 corners of a polygon
NODES = 60  # expressions, of which each may be worked out for every row
VALUES = 200  # of lists and functions
CORNERS = 2_000  # numbers in geometries
LISTS = 5  # lists within one another: a MultiPolygon has four


def read(written: str, language: str) -> Any:
    """The tree of a filter, as CQL2 JSON has it; InvalidError says what is wrong."""
    if language not in LANGUAGES:
        raise unknown_language()
    if len(written) > LONGEST:
        raise InvalidError(_("Bộ lọc dài quá {most} ký tự."), field="filter", most=LONGEST)
    tree = _text(written) if language == "cql2-text" else _json(written)
    _measure(tree)
    return tree


def unknown_language() -> InvalidError:
    """For another `filter-lang`."""
    return InvalidError(_("filter-lang phải là một trong: {known}."), field="filter-lang", known=", ".join(LANGUAGES))


def _text(written: str) -> Any:
    try:
        return text.parse(written)
    except TooMuchError:
        raise _too_much() from None
    except UnreadableError as error:
        raise InvalidError(
            _("Không đọc được bộ lọc CQL2 từ ký tự thứ {place}."), field="filter", place=error.place
        ) from None


def _json(written: str) -> Any:
    try:
        return orjson.loads(written)
    except orjson.JSONDecodeError as error:
        raise InvalidError(_("Không đọc được bộ lọc CQL2: {reason}"), field="filter", reason=str(error)) from None


def _measure(tree: Any) -> None:
    """Refuses a tree that is too deep or has too much in it, without recursion."""
    waiting: list[tuple[Any, int, int, bool]] = [(tree, 0, 0, False)]
    nodes = values = corners = 0
    while waiting:
        node, deep, lists, place = waiting.pop()
        if isinstance(node, dict):
            nodes += 1
            waiting += [(inner, deep + 1, 0, name in ("coordinates", "bbox")) for name, inner in node.items()]
        elif isinstance(node, list):
            waiting += [(inner, deep, lists + 1, place) for inner in node]
        elif place:
            corners += 1
        else:
            values += 1
        if deep > DEEPEST or lists > LISTS or nodes > NODES or values > VALUES or corners > CORNERS:
            raise _too_much()


def _too_much() -> InvalidError:
    return InvalidError(_("Bộ lọc lồng nhau quá sâu hoặc có quá nhiều điều kiện."), field="filter")
