"""Small editions of squares, for what the three of history do not have."""

from datetime import date

from shapely import MultiPolygon, Polygon
from sqlalchemy.orm import Session

from boundaries import importing
from boundaries.importing import NewArea
from boundaries.models import Edition


def edition(session: Session, code: str, *areas: NewArea, level: str = "district") -> Edition:
    """A draft with areas, which routes by a level and may be given to everybody."""
    made = Edition(
        code=code,
        name=f"Thử {code}",
        state="draft",
        valid_from=date(2030, 1, 1),
        routing_level=level,
        source="thử",
        licence="CC0",
        attribution="Thử nghiệm",
        redistributable=True,
    )
    session.add(made)
    importing.write(session, made, areas)
    return made


def area(code: str, name: str, *shapes: Polygon, level: str = "district", parent: str | None = None) -> NewArea:
    """An area of polygons in WGS 84."""
    kind = "huyện" if level == "district" else "xã"
    return NewArea(level, code, name, kind, parent, coastal=False, polygon=MultiPolygon(list(shapes)))
