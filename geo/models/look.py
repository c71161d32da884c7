from datetime import datetime

from sqlalchemy import ForeignKey, Identity, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base, Big


class Look(Base):
    """Who saw a sender's name and phone, and when; shown to the sender who asks, and kept when the report goes."""

    __tablename__ = "looks"

    id: Mapped[Big] = mapped_column(Identity(), primary_key=True)
    report_id: Mapped[Big | None] = mapped_column(ForeignKey("reports.id", ondelete="SET NULL"), index=True)
    code: Mapped[str]  # of the report, wherever that is
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)  # none: a unit by its e-mailed link
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    why: Mapped[str]
