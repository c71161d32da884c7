from datetime import datetime

from sqlalchemy import ForeignKey, Identity, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base, Big


class WorkLink(Base):
    """The e-mailed link by which a unit without accounts works on one report while it is responsible for it."""

    __tablename__ = "work_links"

    id: Mapped[Big] = mapped_column(Identity(), primary_key=True)
    report_id: Mapped[Big] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
