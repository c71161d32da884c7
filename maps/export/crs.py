"""Coordinate reference systems of exports: which there are, and the way there from WGS 84 (`geo.crs`)."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from pyproj import CRS
from pyproj.enums import TransformDirection
from pyproj.exceptions import CRSError
from pyproj.transformer import AreaOfInterest

from geo.crs import way
from geo.errors import InvalidError
from geo.geometry import SRID, Floats
from geo.i18n import _

OFFERED = (SRID, 5899, 32648, 32649)  # WGS 84; VN-2000 / TM-3 107°45'; UTM zones 48N and 49N
_VIETNAM = AreaOfInterest(102.14, 8.33, 109.53, 23.4)  # the area of use of VN-2000 (EPSG:4756)
_ROUGH = 0.05  # degrees to which areas of use are known
_WRITTEN = re.compile(
    r"\[?(?:EPSG:)?(\d{1,7})\]?|https?://www\.opengis\.net/def/crs/EPSG/[^/]{1,9}/(\d{1,7})"
    r"|urn:ogc:def:crs:EPSG:[^:]{0,9}:(\d{1,7})",
    re.IGNORECASE,
)
_CRS84 = re.compile(
    r"(?:OGC:|https?://www\.opengis\.net/def/crs/OGC/1\.3/|urn:ogc:def:crs:OGC:1\.3:)CRS84", re.IGNORECASE
)
Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]


def code_of(text: str) -> int:
    """The EPSG code of `EPSG:5899`, `5899` or an OGC address of one; InvalidError for anything else."""
    if _CRS84.fullmatch(text):
        return SRID  # files have longitude first anyway
    found = _WRITTEN.fullmatch(text)
    if not found:
        raise InvalidError(_("crs phải là mã EPSG, ví dụ EPSG:5899 (VN-2000) hoặc 4326."), field="crs")
    return int(next(filter(None, found.groups())))


@lru_cache(maxsize=64)
def find(code: int) -> CRS:
    """The flat CRS of an EPSG code; InvalidError where there is none, or none that is used here."""
    try:
        found = CRS.from_epsg(code)
    except CRSError:
        raise InvalidError(_("Không có hệ tọa độ EPSG:{code}."), field="crs", code=code) from None
    if not (found.is_projected or found.is_geographic) or len(found.axis_info) != 2:
        raise InvalidError(_("EPSG:{code} không phải hệ tọa độ phẳng hai chiều."), field="crs", code=code)
    area = found.area_of_use
    if area is None or not _touches(area.west, area.south, area.east, area.north):
        raise InvalidError(
            _("EPSG:{code} ({name}) không dùng ở Việt Nam; hãy dùng EPSG:5899 (VN-2000), 32648, 32649 hoặc 4326."),
            field="crs",
            code=code,
            name=found.name,
        )
    return found


def covers(code: int, box: Sequence[float]) -> bool:
    """Whether a CRS that `find` knows is made for all of a box: west, south, east, north in degrees."""
    area = find(code).area_of_use
    if area is None or area.west > area.east:
        return True
    west, south, east, north = box
    within = area.west - _ROUGH <= west and east <= area.east + _ROUGH
    return within and area.south - _ROUGH <= south and north <= area.north + _ROUGH


def _touches(west: float, south: float, east: float, north: float) -> bool:
    there = _VIETNAM
    across = west <= there.east_lon_degree and east >= there.west_lon_degree
    if west > east:  # over the date line
        across = west <= there.east_lon_degree or east >= there.west_lon_degree
    return across and south <= there.north_lat_degree and north >= there.south_lat_degree


@lru_cache(maxsize=64)
def shift(code: int) -> Shift | None:
    """Longitudes and latitudes to x and y of a CRS, easting or longitude first; None where they are the same.

    InvalidError where no exact way is known; what comes out is finite or infinite, never a guess.
    """
    if code == SRID:
        return None
    found, best = find(code), way(SRID, code)
    if best is None:
        raise InvalidError(
            _("Không có phép chuyển chính xác từ WGS 84 sang EPSG:{code} ({name})."),
            field="crs",
            code=code,
            name=found.name,
        )

    def shifted(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        x, y = best.transform(lon, lat, direction=TransformDirection.FORWARD)
        return np.asarray(x, np.float64), np.asarray(y, np.float64)

    return shifted
