"""The density views and tiles that are measured: places × filters, as addresses."""

import math
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

# name: zoom, west, south, east, north; the last two are what a desktop's screen shows.
PLACES = {
    "province z8": (8, 107.2, 14.9, 108.8, 16.1),
    "dense town z13": (13, 108.30, 15.86, 108.36, 15.90),
    "dense town z16": (16, 108.322, 15.874, 108.340, 15.884),
    "mountain z11": (11, 107.5, 15.1, 107.9, 15.4),
}


def filters(now: datetime) -> dict[str, dict[str, str]]:
    """The filters by name, as an address has them."""
    month = (now - timedelta(days=30)).date().isoformat()
    return {
        "none": {},
        "category": {"category": "giao-thong"},
        "state": {"state": "in_progress"},
        "unit": {"unit": "ubnd-503"},
        "30 days": {"since": month},
        "2019": {"since": "2019-01-01", "until": "2019-12-31"},
        "several": {"category": "giao-thong,cay-xanh", "state": "closed", "unit": "ubnd-503", "since": "2019-01-01"},
    }


def tile(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Column and row of the tile of a zoom that holds a point."""
    across = 1 << zoom
    row = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * across
    return int((lon + 180) / 360 * across), int(row)


def addresses() -> dict[str, str]:
    """Each view's name and address: the cells of each place and its tile, under each filter."""
    found = {}
    for place, (zoom, west, south, east, north) in PLACES.items():
        x, y = tile((west + east) / 2, (south + north) / 2, zoom)
        for name, query in filters(datetime.now(UTC)).items():
            box = {"zoom": str(zoom), "bbox": f"{west},{south},{east},{north}"}
            found[f"cells, {place}, {name}"] = f"/api/v1/density?{urlencode(box | query, safe=',')}"
            found[f"tile, {place}, {name}"] = f"/tiles/reports/{zoom}/{x}/{y}.mvt?{urlencode(query, safe=',')}"
    return found
