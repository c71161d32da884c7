"""What was found in a file of areas, in sentences."""

import re
from dataclasses import dataclass, field
from typing import Any

from boundaries.checks import Coverage
from boundaries.importing import NewArea

_AT = re.compile(r"\[(-?[\d.]+) (-?[\d.]+)\]")  # as GEOS ends its reasons: "Self-intersection[108.4 15.5]"


@dataclass(frozen=True)
class Finding:
    """A Vietnamese sentence about a file, with its values; a serious one forbids the import."""

    message: str
    values: dict[str, Any]
    serious: bool = True

    def __str__(self) -> str:
        return self.message.format(**self.values)

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

    @property
    def serious(self) -> bool:
        """Whether the file must not be imported as it is."""
        return any(finding.serious for finding in self.findings)

    @property
    def levels(self) -> list[str]:
        """The levels of its areas, in the order in which they first come."""
        return list(dict.fromkeys(area.level for area in self.areas))

    def add(self, message: str, *, serious: bool = True, **values: Any) -> None:
        """Notes a finding."""
        self.findings.append(Finding(message, values, serious))
