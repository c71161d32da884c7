"""Exports read by other people's programs, as one table whatever the format."""

import io
from pathlib import Path

import geopandas
import openpyxl
import pandas as pd
import pyogrio
from shapely import wkt
from sqlalchemy import Connection

from maps.export import FORMATS, Asked, write

# GDAL's own columns in a KML, beside the fields.
_KML_OWN = ["id", "Name", "description", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude",
            "visibility", "drawOrder", "icon"]  # fmt: skip
_LONG = {"cat_name": "category_name", "to_confirm": "needs_confirmation", "happened": "happened_at",
         "created": "created_at"}  # fmt: skip


def written(connection: Connection, asked: Asked, name: str, folder: Path) -> Path:
    path = folder / f"out-{name}-{asked.crs}.{FORMATS[name].ending}"
    write(connection, asked, name, path)
    return path


def read(path: Path, name: str, crs: int = 4326) -> geopandas.GeoDataFrame:
    """A file as a frame by code: fields by their long names, places as geometry."""
    if name == "geoparquet":
        frame = geopandas.read_parquet(path)
    elif name in ("csv", "xlsx"):
        frame = _placed(_table(path, name), crs)
    elif name == "shp":
        frame = pyogrio.read_dataframe(f"/vsizip/{path}").rename(columns=_LONG)
    else:
        frame = pyogrio.read_dataframe(path)
        if name == "kml":
            named = {"name": frame["Name"]} if "kind" in frame else {}  # GDAL takes an area's name for the placemark's
            frame = frame.drop(columns=_KML_OWN).assign(**named)
        if name in ("geojson", "geojsonseq"):
            frame = frame.rename(columns={"id": "code"})
    return frame.set_index("code").sort_index()


def _table(path: Path, name: str) -> pd.DataFrame:
    if name == "csv":
        return pd.read_csv(io.BytesIO(path.read_bytes()), encoding="utf-8-sig", dtype={"area": str, "commune": str})
    sheet = openpyxl.load_workbook(path).worksheets[0]
    heads, *lines = sheet.iter_rows(values_only=True)
    return pd.DataFrame(lines, columns=heads)


def _placed(table: pd.DataFrame, crs: int) -> geopandas.GeoDataFrame:
    if "wkt" in table:
        return geopandas.GeoDataFrame(table.drop(columns="wkt"), geometry=table["wkt"].map(wkt.loads), crs=crs)
    x, y = ("lon", "lat") if "lon" in table else ("x", "y")
    places = geopandas.points_from_xy(table[x], table[y])
    return geopandas.GeoDataFrame(table.drop(columns=[x, y]), geometry=places, crs=crs)
