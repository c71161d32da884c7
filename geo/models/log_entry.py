from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, ForeignKey, Identity, Text, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from geo.database import Base, Big
from geo.models.user import User


class LogEntry(Base):
    """One line of the handover log; the database itself refuses to change or remove it."""

    __tablename__ = "log_entries"

    id: Mapped[Big] = mapped_column(Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp(), index=True)
    kind: Mapped[str]  # note | correction | storm_on | storm_off | shift_on | shift_off
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    text: Mapped[str]
    codes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")  # of reports
    corrects_id: Mapped[Big | None] = mapped_column(ForeignKey("log_entries.id"))
    data: Mapped[dict[str, Any] | None]  # the figures of a shift

    user: Mapped[User] = relationship()
