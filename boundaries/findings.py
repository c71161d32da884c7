"""What was found in a file of areas, in sentences."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from boundaries.checks import Coverage
from boundaries.importing import NewArea
from geo.i18n import _

_AT = re.compile(r"\[(-?[\d.]+) (-?[\d.]+)\]")  # as GEOS ends its reasons: "Self-intersection[108.4 15.5]"
MOST = 200  # of a kind are told one by one: nobody reads more, and a page has to hold them


@dataclass(frozen=True)
class Finding:
    """A Vietnamese sentence about a file, with its values; a serious one forbids the import."""

    message: str
    values: dict[str, Any]
    serious: bool = True

    def __str__(self) -> str:
        return self.message.format(**self.values)

    @property
    def count(self) -> int:
        """How many it stands for: one, or as many as were left out."""
        return int(self.values.get("more", 1))

    @property
    def place(self) -> tuple[float, float] | None:
        """Longitude and latitude of what the sentence is about, where it names a point."""
        if "lon" in self.values and "lat" in self.values:
            return float(self.values["lon"]), float(self.values["lat"])
        found = _AT.search(str(self.values.get("reason", "")))
        return (float(found[1]), float(found[2])) if found else None


@dataclass
class Reading:
    """The areas of a file, what was found in it, and how the polygons of each level fit together."""

    source: str  # the name of the file
    areas: list[NewArea] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    coverages: list[Coverage] = field(default_factory=list)
    knows_coast: bool = False  # the file itself says which areas lie by the sea
    aside: list[NewArea] = field(default_factory=list)  # have a polygon, but are refused for something else
    _told: Counter[str] = field(default_factory=Counter, init=False, repr=False, compare=False)
    _rest: dict[str, Finding] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def serious(self) -> bool:
        """Whether the file must not be imported as it is."""
        return any(finding.serious for finding in self.findings)

    @property
    def levels(self) -> list[str]:
        """The levels of its areas, in the order in which they first come."""
        return list(dict.fromkeys(area.level for area in self.areas))

    def add(self, message: str, *, serious: bool = True, **values: Any) -> None:
        """Notes a finding; those of a kind beyond MOST are only counted, in a finding behind the last of them."""
        self._told[message] += 1
        if self._told[message] <= MOST:
            self.findings.append(Finding(message, values, serious))
            return
        if message not in self._rest:
            last = max(place for place, one in enumerate(self.findings) if one.message == message)
            self._rest[message] = Finding(_("… và {more} điều như vậy nữa."), {"more": 0}, serious)
            self.findings.insert(last + 1, self._rest[message])
        self._rest[message].values["more"] += 1
