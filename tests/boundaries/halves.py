"""An edition of two areas, the north and the south of the province."""

from datetime import UTC, datetime

import shapely
from shapely import MultiPolygon, box
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import importing
from boundaries.importing import NewArea
from boundaries.models import Edition


def halves(session: Session, code: str, *, recoded: bool = False) -> None:
    """A draft of two areas, the north and the south; or the same written anew with other codes."""
    edition = session.scalars(select(Edition).where(Edition.code == code)).one_or_none() or Edition(
        code=code,
        name="Hai nửa",
        state="draft",
        valid_from=datetime(2027, 1, 1, tzinfo=UTC).date(),
        routing_level="district",
        source="",
        licence="",
        attribution="",
        redistributable=True,
    )
    session.add(edition)
    # Corners a kilometre apart, as real borders have them: long lines are not the same in degrees and in metres.
    north, south = shapely.segmentize([box(107.2, 15.6, 108.8, 16.1), box(107.2, 14.9, 108.8, 15.6)], 0.01)
    names = ("901", "902") if recoded else ("801", "802")
    importing.write(
        session,
        edition,
        [
            NewArea("district", name, name, "huyện", None, False, MultiPolygon([shape]))
            for name, shape in zip(names, (north, south), strict=True)
        ],
    )
