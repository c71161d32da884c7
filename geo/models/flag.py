from datetime import datetime

from sqlalchemy import ForeignKey, Identity, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base, Big


class Flag(Base):
    """A reader's objection to a publication, until the unit or the IOC has looked at it."""

    __tablename__ = "flags"

    id: Mapped[Big] = mapped_column(Identity(), primary_key=True)
    report_id: Mapped[Big] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), index=True)
    subject: Mapped[str]  # a keyed hash of the browser's mark
    text: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    settled_at: Mapped[datetime | None]
