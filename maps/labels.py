"""The sea, and the names that public maps of Vietnam carry where they reach it."""

from typing import NamedTuple

from geo.i18n import _


class Label(NamedTuple):
    """A name at a place in degrees."""

    name: str
    lon: float
    lat: float


SEA = (
    Label(_("Biển Đông"), 108.82, 15.8),
    Label(_("Quần đảo Hoàng Sa (Việt Nam)"), 112.0, 16.5),
    Label(_("Quần đảo Trường Sa (Việt Nam)"), 114.0, 10.0),
)

# Vietnam's coast from north to south as (lon, lat), to some 20 km and drawn beneath the provinces: only to tell sea
# from land where there is no base map.
COAST = (
    (108.0, 21.5), (107.1, 20.9), (106.6, 20.3), (105.9, 19.7), (105.7, 18.8), (106.1, 18.3),
    (106.5, 17.9), (106.7, 17.4), (107.1, 17.0), (107.5, 16.5), (108.0, 16.1), (108.3, 15.6),
    (108.7, 15.1), (108.9, 14.6), (109.2, 13.8), (109.3, 13.1), (109.2, 12.2), (109.1, 11.6),
    (108.1, 10.9), (107.1, 10.4), (106.6, 9.8), (105.8, 9.2), (104.8, 8.6), (104.8, 0.0),
)  # fmt: skip
OPEN_SEA = ((125.0, 0.0), (125.0, 21.5))
