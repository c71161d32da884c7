from datetime import datetime

from sqlalchemy import ARRAY, ForeignKey, Index, Text, func
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base


class Storm(Base):
    """A time in which the province is on alert: what everybody reads, and which categories are urgent meanwhile."""

    __tablename__ = "storms"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    text_en: Mapped[str | None]
    categories: Mapped[list[str]] = mapped_column(ARRAY(Text))  # codes
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    started_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    # One at a time, whoever presses first.
    __table_args__ = (Index("uq_storms_on", sql("(true)"), unique=True, postgresql_where=sql("ended_at IS NULL")),)
