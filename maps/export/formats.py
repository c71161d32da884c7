"""The formats that reports and areas go out in."""

from typing import NamedTuple

from geo.i18n import _


class Format(NamedTuple):
    """A format: whether it leaves as it is made (`streamed`), and whether its standard leaves the CRS open."""

    name: str
    title: str
    media_type: str
    ending: str
    streamed: bool
    any_crs: bool


_ALL = (Format("geojson", _("GeoJSON"), "application/geo+json", "geojson", streamed=True, any_crs=False),)
FORMATS: dict[str, Format] = {one.name: one for one in _ALL}
