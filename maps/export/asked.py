"""What somebody wants of an export."""

from dataclasses import dataclass, field
from datetime import datetime

from geo.filters import Filters
from geo.geometry import SRID
from maps.features import COLUMNS


@dataclass(frozen=True)
class Asked:
    """Which reports, which of COLUMNS, and in which CRS (an EPSG code).

    `exact` gives the exact point in place of the public one: only doors that have checked the right set it.
    `changed_since` leaves what changed at or after a moment, for whoever keeps a copy. `wkt` is how CSV writes a place:
    as one column of text, not as two of numbers. `said` is how the filters are written and `address` where the file
    comes from: both only to be told inside it.
    """

    filters: Filters = field(default_factory=Filters)
    fields: tuple[str, ...] = COLUMNS
    crs: int = SRID
    exact: bool = False
    changed_since: datetime | None = None
    wkt: bool = False
    said: dict[str, str] = field(default_factory=dict)
    address: str = ""
