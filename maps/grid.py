"""The tiles of the web mercator grid (XYZ) and where they lie."""

import math
from typing import NamedTuple

from geo.errors import NotFoundError
from geo.geometry import BBox
from geo.i18n import _

FINEST = 18  # zoom; a map that goes deeper enlarges these
AROUND = 2 * math.pi * 6_378_137  # metres of web mercator, EPSG 3857


class Tile(NamedTuple):
    """A tile of the grid: zoom, column from the west, row from the north."""

    z: int
    x: int
    y: int

    @classmethod
    def checked(cls, z: int, x: int, y: int) -> "Tile":
        """A tile that is served; NotFoundError for any other."""
        if not (0 <= z <= FINEST and 0 <= x < 1 << z and 0 <= y < 1 << z):
            raise NotFoundError(_("Không có ô bản đồ này; mức phóng từ 0 đến {finest}."), finest=FINEST)
        return cls(z, x, y)

    def box(self, margin: float = 0.0) -> BBox:
        """The tile and `margin` tiles around it, in degrees; at the grid's upper and lower edge to the poles."""
        west, north = corner(self.z, self.x - margin, self.y - margin)
        east, south = corner(self.z, self.x + 1 + margin, self.y + 1 + margin)
        return BBox(
            max(west, -180.0),
            -90.0 if self.y + 1 + margin >= 1 << self.z else south,
            min(east, 180.0),
            90.0 if self.y - margin <= 0 else north,
        )


def corner(zoom: int, column: float, row: float) -> tuple[float, float]:
    """Longitude and latitude of a place in the grid of a zoom; the formula of the OpenStreetMap wiki."""
    across = 1 << zoom
    return column / across * 360 - 180, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / across))))
