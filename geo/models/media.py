from datetime import datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import ForeignKey, Identity, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base, Big


class Media(Base):
    """A picture or a film of a report, as a copy made here; what its EXIF said is kept here and nowhere in the file."""

    __tablename__ = "media"

    id: Mapped[Big] = mapped_column(Identity(), primary_key=True)
    report_id: Mapped[Big] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(unique=True)  # random, so that an address cannot be guessed
    kind: Mapped[str] = mapped_column(default="photo", server_default="photo")  # photo | video
    event_id: Mapped[Big | None] = mapped_column(ForeignKey("events.id"), index=True)  # the step it came with
    public_key: Mapped[str | None] = mapped_column(unique=True)  # of the blurred copy, where that is what is public
    withheld: Mapped[bool] = mapped_column(default=False, server_default="false")  # no copy of it is public
    seconds: Mapped[float | None]  # of a video
    width: Mapped[int]
    height: Mapped[int]
    taken_at: Mapped[datetime | None]
    taken_point: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", 4326, spatial_index=False))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
