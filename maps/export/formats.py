"""The formats that reports and areas go out in."""

from typing import NamedTuple

from geo.i18n import _


class Format(NamedTuple):
    """A format: whether it leaves as it is made (`streamed`), and whether its standard leaves the CRS open.

    `most` is how many rows it can hold, where there is an end.
    """

    name: str
    title: str
    media_type: str
    ending: str
    streamed: bool
    any_crs: bool
    most: int | None = None


SHEET_ROWS = 1_048_575  # of a worksheet, less the heads
# 2 GB is all that readers of a .dbf agree on; a row of ours takes 740 bytes at most.
SHAPEFILE_ROWS = 2_500_000
_ALL = (
    Format("geojson", _("GeoJSON"), "application/geo+json", "geojson", streamed=True, any_crs=False),
    Format("geojsonseq", _("GeoJSON, mỗi dòng một phản ánh"), "application/geo+json-seq", "geojsons", True, False),
    Format("gpkg", _("GeoPackage (QGIS)"), "application/geopackage+sqlite3", "gpkg", streamed=False, any_crs=True),
    Format("geoparquet", _("GeoParquet"), "application/vnd.apache.parquet", "parquet", streamed=True, any_crs=True),
    Format("fgb", _("FlatGeobuf"), "application/vnd.flatgeobuf", "fgb", streamed=False, any_crs=True),
    Format("shp", _("Shapefile (nén zip)"), "application/zip", "zip", False, True, SHAPEFILE_ROWS),
    Format("csv", _("CSV"), "text/csv; charset=utf-8", "csv", streamed=True, any_crs=True),
    Format("xlsx", _("Bảng tính Excel"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx",
           False, True, SHEET_ROWS),
    Format("kml", _("KML (Google Earth)"), "application/vnd.google-earth.kml+xml", "kml", streamed=True, any_crs=False),
)  # fmt: skip
FORMATS: dict[str, Format] = {one.name: one for one in _ALL}
