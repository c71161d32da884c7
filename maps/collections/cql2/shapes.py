"""Geometries in a filter's text (WKT) as GeoJSON has them."""

from typing import Any

from maps.collections.cql2.words import Words

# What GeoJSON calls it, and how many brackets are around its positions.
SHAPES = {
    "point": ("Point", 0),
    "linestring": ("LineString", 1),
    "polygon": ("Polygon", 2),
    "multipoint": ("MultiPoint", 1),
    "multilinestring": ("MultiLineString", 2),
    "multipolygon": ("MultiPolygon", 3),
    "geometrycollection": ("GeometryCollection", 1),
}


def shape(words: Words, name: str) -> dict[str, Any]:
    """The geometry of a name that was taken; UnreadableError, TooMuchError."""
    words.take("z")
    kind, deep = SHAPES[name]
    if kind == "Point":
        return {"type": kind, "coordinates": _bracketed(words)}
    if kind == "MultiPoint":
        points = words.between_brackets(lambda: _bracketed(words) if words.sign() == "(" else _position(words))
        return {"type": kind, "coordinates": points}
    if kind == "GeometryCollection":
        with words.deeper():
            return {"type": kind, "geometries": words.between_brackets(lambda: _inner(words))}
    return {"type": kind, "coordinates": _nested(words, deep)}


def _inner(words: Words) -> dict[str, Any]:
    token = words.next()
    if token.kind != "word" or token.value.lower() not in SHAPES:
        raise words.wrong(token)
    return shape(words, token.value.lower())


def _nested(words: Words, deep: int) -> list[Any]:
    return words.between_brackets(lambda: _nested(words, deep - 1) if deep > 1 else _position(words))


def _bracketed(words: Words) -> list[float]:
    words.expect("(")
    found = _position(words)
    words.expect(")")
    return found


def _position(words: Words) -> list[float]:
    """Two numbers or three."""
    found = [words.number(), words.number()]
    if words.sign() not in (",", ")"):
        found.append(words.number())
    return found
