"""OGC API – Tiles, Part 1 (OGC 20-057): the tiles of `/tiles`, as the standard finds and addresses them."""

from typing import Any

import orjson
from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from api.deps import SessionDep
from api.ogc import tiles_documents as documents
from api.ogc.errors import OgcRoute
from api.ogc.tiles_asked import Asked, AskedDep
from api.ogc.tiles_documents import JSON, REL, TILEJSON, TMS
from api.ogc.tiles_openapi import openapi_paths
from api.ogc.tiles_parts import has_tiles
from api.routes.tiles import ASK, KEEP, answer
from geo.errors import NotFoundError
from geo.geometry import BBox
from geo.i18n import _
from maps import extents
from maps.grid import Tile

__all__ = ["CONFORMANCE", "collection_links", "landing_links", "openapi_paths", "router"]

router = APIRouter(prefix="/ogc", route_class=OgcRoute, include_in_schema=False)
NAME = "OGC API – Tiles"  # a name in every language
OUTSIDE = _("Ô bản đồ này nằm ngoài phạm vi dữ liệu.")
_CLASS = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
CONFORMANCE: tuple[str, ...] = (
    *(
        _CLASS + name
        for name in (
            "core",
            "tileset",
            "tilesets-list",
            "dataset-tilesets",
            "geodata-tilesets",
            "collections-selection",
            "mvt",
            "oas30",
        )
    ),
    "http://www.opengis.net/spec/tms/2.0/conf/tilematrixset",
    "http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
    "http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixsetlimits",
    "http://www.opengis.net/spec/tms/2.0/conf/json-tilesetmetadata",
)


def landing_links(base: str) -> list[dict[str, Any]]:
    """What the landing page at `base` says of tiles."""
    return [
        {"href": f"{base}/tiles", "rel": REL + "tilesets-vector", "type": JSON, "title": NAME},
        {"href": f"{base}/tileMatrixSets", "rel": REL + "tiling-schemes", "type": JSON, "title": "Tile matrix sets"},
    ]


def collection_links(base: str, collection_id: str) -> list[dict[str, Any]]:
    """What a collection says of its tiles; nothing where it is not drawn."""
    if not has_tiles(collection_id):
        return []
    address = f"{base}/collections/{collection_id}/tiles"
    return [{"href": address, "rel": REL + "tilesets-vector", "type": JSON, "title": NAME}]


@router.get("/tileMatrixSets")
def tile_matrix_sets(asked: AskedDep) -> Response:
    """The grids there are."""
    asked.format("json")
    return _document(documents.tile_matrix_sets(asked.base))


@router.get("/tileMatrixSets/{tms}")
def tile_matrix_set(asked: AskedDep, tms: str) -> Response:
    """A grid's definition."""
    _known(tms)
    asked.format("json")
    return _document(documents.tile_matrix_set())


@router.get("/tiles")
@router.get("/collections/{collection}/tiles")
def tilesets(asked: AskedDep) -> Response:
    """The tilesets of all data, or of a collection."""
    asked.format("json")
    return _document(documents.tilesets(asked.set()))


@router.get("/tiles/{tms}")
@router.get("/collections/{collection}/tiles/{tms}")
def tileset(asked: AskedDep, session: SessionDep, tms: str) -> Response:
    """What there is to know of the tiles of all data, or of a collection."""
    _known(tms)
    whole = asked.set(_box(session, asked))
    if asked.format("json", "tilejson", accepted={"tilejson": TILEJSON}) == "tilejson":
        return _document(documents.tilejson(whole), TILEJSON)
    return _document(documents.tileset(whole))


@router.get("/tiles/{tms}/{matrix}/{row}/{column}")
@router.get("/collections/{collection}/tiles/{tms}/{matrix}/{row}/{column}")
def tile(*, asked: AskedDep, session: SessionDep, tms: str, matrix: str, row: str, column: str) -> Response:
    """A tile of all data, or of a collection; NotFoundError outside the limits, no bytes where there is nothing."""
    _known(tms)
    asked.format("mvt")
    if not all(one.isascii() and one.isdigit() and len(one) < 10 for one in (matrix, row, column)):
        raise NotFoundError(OUTSIDE)
    place = Tile.checked(int(matrix), int(column), int(row))
    if not documents.inside(_box(session, asked), place):
        raise NotFoundError(OUTSIDE)
    content = b"".join(one.tile(session, place, asked.filters, asked.demo) for one in asked.parts)
    # As at /tiles/areas: a named edition in force stays as it is.
    settled = all(one.edition and one.level and one.edition.state == "active" for one in asked.parts)
    return answer(asked.request, content, KEEP if settled else ASK)


def _known(tms: str) -> None:
    if tms != TMS:
        raise NotFoundError(_("Không có lưới ô bản đồ {name}; chỉ có {known}."), name=tms[:80], known=TMS)


def _box(session: Session, asked: Asked) -> BBox | None:
    return extents.around([box for one in asked.parts if (box := one.box(session))])


def _document(value: dict[str, Any], kind: str = JSON) -> Response:
    return Response(orjson.dumps(value), media_type=kind, headers={"Cache-Control": "no-cache"})
