"""What stands under /ogc besides Features: each part brings its routes, links, conformance classes and paths."""

from typing import Any, Protocol

from fastapi import APIRouter

from api.ogc import tiles
from api.ogc.links import Link


class Part(Protocol):
    """A module that serves another standard of the OGC below the same landing page."""

    CONFORMANCE: tuple[str, ...]
    router: APIRouter

    def landing_links(self, base: str) -> list[Link]:
        """Its links on the landing page; `base` is that page's address without a slash."""

    def collection_links(self, base: str, collection_id: str) -> list[Link]:
        """Its links of a collection; none for one that it does not serve."""

    def openapi_paths(self) -> dict[str, Any]:
        """Its paths for the OpenAPI 3.0 document, relative to the landing page."""


PARTS: tuple[Part, ...] = (tiles,)
