from datetime import datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from boundaries.models.area import METRIC_SRID
from geo.database import Base


class Correction(Base):
    """A small place that people settled to be of an area, whatever the borders of its edition, which stay as they are.

    Of that edition alone: another one is asked anew.
    """

    __tablename__ = "corrections"

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id", ondelete="CASCADE"), index=True)
    area_code: Mapped[str]
    geometry: Mapped[WKBElement] = mapped_column(Geometry("POLYGON", METRIC_SRID, spatial_index=False))
    reports: Mapped[int]  # settled there
    senders: Mapped[int]  # different ones of these
    state: Mapped[str]

    __table_args__ = (
        CheckConstraint("state IN ('accepted', 'declined', 'undone')", name="state"),
        # In force are few, and every pin asks for them.
        Index(
            "ix_corrections_geometry", "geometry", postgresql_using="gist", postgresql_where=text("state = 'accepted'")
        ),
    )


class CorrectionStep(Base):
    """One decision of an administrator about a correction; only added to."""

    __tablename__ = "correction_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    correction_id: Mapped[int] = mapped_column(ForeignKey("corrections.id", ondelete="CASCADE"), index=True)
    state: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
