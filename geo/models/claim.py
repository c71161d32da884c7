from datetime import datetime

from sqlalchemy import ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from geo.database import Base, Big
from geo.models.user import User


class Claim(Base):
    """Who has a report in hand, and until when the others keep their hands off it."""

    __tablename__ = "claims"

    report_id: Mapped[Big] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    until: Mapped[datetime]

    user: Mapped[User] = relationship()
