"""What is asked of an export, as it is written in an address: the same for downloads and for orders."""

from typing import Annotated

from fastapi import Depends, Query

from api.filters import FiltersDep
from geo.errors import InvalidError
from geo.geometry import SRID
from geo.i18n import _
from maps.export import Asked, crs
from maps.features import COLUMNS

CRS_HELP = "EPSG:5899 (VN-2000), 32648, 32649, 4326 or any other EPSG code, also as an OGC address"


def fields_of(text: str | None) -> tuple[str, ...]:
    """Field names with commas between them, each once; all of them where nothing is written."""
    if text is None:
        return COLUMNS
    return tuple(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))


def crs_of(text: str | None) -> int:
    """The EPSG code of a CRS as people and programs write it; WGS 84 where nothing is written."""
    return crs.code_of(text) if text else SRID


def asked_of(filters: FiltersDep, *, fields: str | None, crs: str | None, geometry: str | None) -> Asked:
    """What is asked in words of an address; InvalidError for what means nothing."""
    if geometry not in (None, "", "wkt", "lonlat"):
        raise InvalidError(_("geometry là lonlat (hai cột số) hoặc wkt (một cột chữ)."), field="geometry")
    return Asked(filters, fields_of(fields), crs_of(crs), wkt=geometry == "wkt")


def _from_query(
    filters: FiltersDep,
    fields: Annotated[str | None, Query(description="names of properties with commas between; all without it")] = None,
    crs: Annotated[str | None, Query(description=CRS_HELP)] = None,
    geometry: Annotated[str | None, Query(description="of CSV: lonlat (two columns) or wkt")] = None,
) -> Asked:
    return asked_of(filters, fields=fields, crs=crs, geometry=geometry)


AskedDep = Annotated[Asked, Depends(_from_query)]
