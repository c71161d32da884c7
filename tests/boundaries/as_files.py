"""An edition as a file that an office would bring, whole or damaged."""

import io
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries.models import Area, Edition

LAKE = (107.55, 15.65)  # well inside one district, for a hole


def frame(session: Session, edition: str, level: str = "district") -> gpd.GeoDataFrame:
    """The areas of a level with the columns that such files have."""
    query = select(Area).join(Edition).where(Edition.code == edition, Area.level == level).order_by(Area.code)
    areas = session.scalars(query).all()
    columns = {
        "MA": [area.code for area in areas],
        "TEN": [area.name for area in areas],
        "LOAI": [area.kind for area in areas],
    }
    if level == "commune":
        columns["MACHA"] = [area.parent_code for area in areas]
    return gpd.GeoDataFrame(columns, geometry=[to_shape(area.geometry) for area in areas], crs=4326)


def with_a_hole(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The same with about a square kilometre that is nobody's, at LAKE."""
    x, y = LAKE
    lake = shapely.box(x - 0.005, y - 0.005, x + 0.005, y + 0.005)
    return areas.assign(geometry=[shapely.difference(one, lake) for one in areas.geometry])


def geopackage(areas: gpd.GeoDataFrame, folder: Path) -> bytes:
    """The bytes of a GeoPackage."""
    areas.to_file(folder / "areas.gpkg")
    return (folder / "areas.gpkg").read_bytes()


def shapefile(areas: gpd.GeoDataFrame, folder: Path, *, without: tuple[str, ...] = ()) -> bytes:
    """The bytes of a zip with the parts of a Shapefile, in a folder as Windows packs one."""
    areas.to_file(folder / "areas.shp", encoding="utf-8")
    parts = {
        f"Địa giới/{path.name}": path.read_bytes()
        for path in sorted(folder.glob("areas.*"))
        if path.suffix not in (".gpkg", *without)
    }
    return zipped(parts)


def zipped(members: dict[str, Any]) -> bytes:
    """The bytes of a zip with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in members.items():
            opened.writestr(name, data)
    return out.getvalue()
