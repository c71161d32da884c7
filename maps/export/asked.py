"""What somebody wants of an export."""

from dataclasses import dataclass, field
from datetime import datetime

from geo.filters import Filters
from geo.geometry import SRID
from maps.features import COLUMNS

IN_EDITION = ("edition", "edition_area", "edition_area_name")


@dataclass(frozen=True)
class Asked:
    """Which reports, which of COLUMNS, and in which CRS (an EPSG code).

    With an edition among the filters also IN_EDITION: all three beside all of COLUMNS, else those that are named.

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

    @property
    def possible(self) -> tuple[str, ...]:
        """The fields that may be asked for."""
        return (*COLUMNS, *IN_EDITION) if self.filters.edition or "edition" in self.said else COLUMNS

    @property
    def given(self) -> tuple[str, ...]:
        """The fields that the file has."""
        return self.possible if self.fields == COLUMNS else self.fields
