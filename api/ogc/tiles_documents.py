"""What OGC API – Tiles says about tiles: tile matrix sets (OGC 17-083r4), tilesets, and the same as TileJSON 3.0."""

from functools import cache
from typing import Any, NamedTuple

import morecantile

from api.ogc.tiles_parts import Part, layers
from api.routes.tiles import MEDIA_TYPE
from geo.geometry import BBox
from geo.i18n import Lang, translate
from maps.density import touched
from maps.grid import FINEST, Tile

TMS = "WebMercatorQuad"
JSON, TILEJSON = "application/json", "application/vnd.mapbox.tile+json"
REL = "http://www.opengis.net/def/rel/ogc/1.0/"
_WORLD = BBox(-180.0, -85.0511, 180.0, 85.0511)
Document = dict[str, Any]


class Set(NamedTuple):
    """A tileset: the address of `/ogc`, that above its own `/tiles`, the query it keeps, what it holds and how far."""

    base: str
    origin: str
    query: str
    parts: list[Part]
    lang: Lang
    box: BBox | None = None  # None for all of the grid

    @property
    def title(self) -> str:
        """What tiles of these are called."""
        return "; ".join(one.title(self.lang) for one in self.parts)


@cache
def tile_matrix_set() -> Document:
    """The definition of the grid, as everybody has it."""
    found: Document = morecantile.tms.get(TMS).model_dump(mode="json", by_alias=True, exclude_none=True)
    return found


def tile_matrix_sets(base: str) -> Document:
    """The list of tile matrix sets, of one."""
    grid = tile_matrix_set()
    entry = {"id": TMS, "title": grid["title"], "uri": grid["uri"], "crs": grid["crs"]}
    links = [_link(f"{base}/tileMatrixSets/{TMS}", "self", JSON)]
    return {"tileMatrixSets": [entry | {"links": links}], "links": [_link(f"{base}/tileMatrixSets", "self", JSON)]}


def tilesets(whole: Set) -> Document:
    """The list of the tilesets of an origin, of one."""
    links = [_link(f"{whole.origin}/tiles/{TMS}{whole.query}", "self", JSON), _scheme(whole.base)]
    return {
        "links": [_link(f"{whole.origin}/tiles{whole.query}", "self", JSON)],
        "tilesets": [{"title": whole.title} | _kind() | {"links": links}],
    }


def tileset(whole: Set) -> Document:
    """A tileset in the data model of OGC 17-083r4; its query goes on into the addresses of the tiles."""
    address = f"{whole.origin}/tiles/{TMS}"
    here = whole.box or _WORLD
    return {
        "title": whole.title,
        **_kind(),
        "tileMatrixSetLimits": [
            {"tileMatrix": str(zoom)}
            | dict(zip(("minTileCol", "maxTileCol", "minTileRow", "maxTileRow"), touched(here, zoom), strict=True))
            for zoom in range(FINEST + 1)
        ],
        "boundingBox": {
            "lowerLeft": [here.west, here.south],
            "upperRight": [here.east, here.north],
            "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        },
        "layers": [
            {
                "id": one["id"],
                "title": translate(one["description"], whole.lang),
                "dataType": "vector",
                "geometryDimension": one["dimension"],
                "minTileMatrix": "0",
                "maxTileMatrix": str(FINEST),
                "propertiesSchema": {
                    "type": "object",
                    "properties": {name: {"type": kind.lower()} for name, kind in one["fields"].items()},
                },
            }
            for one in layers(whole.parts)
        ],
        "links": [
            _link(address + whole.query, "self", JSON),
            _link(address + whole.query + ("&" if whole.query else "?") + "f=tilejson", "alternate", TILEJSON),
            _scheme(whole.base),
            _link(_template(address, whole.query), "item", MEDIA_TYPE) | {"templated": True},
        ],
    }


def tilejson(whole: Set) -> Document:
    """The same in the words of TileJSON 3.0.0, which MapLibre opens."""
    here = whole.box or _WORLD
    template = _template(f"{whole.origin}/tiles/{TMS}", whole.query)
    for ours, theirs in (("tileMatrix", "z"), ("tileRow", "y"), ("tileCol", "x")):
        template = template.replace(f"{{{ours}}}", f"{{{theirs}}}")
    credit = dict.fromkeys(one.edition.attribution for one in whole.parts if one.edition)
    return {
        "tilejson": "3.0.0",
        "name": whole.title,
        "scheme": "xyz",
        "tiles": [template],
        "minzoom": 0,
        "maxzoom": FINEST,
        "bounds": [here.west, here.south, here.east, here.north],
        "center": [(here.west + here.east) / 2, (here.south + here.north) / 2, 8],
        "attribution": "; ".join(credit),
        "vector_layers": [
            {
                "id": one["id"],
                "description": translate(one["description"], whole.lang),
                "minzoom": 0,
                "maxzoom": FINEST,
                "fields": one["fields"],
            }
            for one in layers(whole.parts)
        ],
    }


def inside(box: BBox | None, tile: Tile) -> bool:
    """Whether a tile is within the limits of a tileset."""
    left, right, top, bottom = touched(box or _WORLD, tile.z)
    return left <= tile.x <= right and top <= tile.y <= bottom


def _kind() -> Document:
    grid = tile_matrix_set()
    return {"dataType": "vector", "crs": grid["crs"], "tileMatrixSetURI": grid["uri"]}


def _template(address: str, query: str) -> str:
    return f"{address}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}{query}"


def _scheme(base: str) -> Document:
    return _link(f"{base}/tileMatrixSets/{TMS}", REL + "tiling-scheme", JSON)


def _link(href: str, rel: str, kind: str) -> Document:
    return {"href": href, "rel": rel, "type": kind}
