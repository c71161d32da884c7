from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base


class Edition(Base):
    """A complete set of areas, valid from a date; immutable while active."""

    __tablename__ = "editions"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")  # draft → (scheduled) → active; an undo makes it a draft again
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]  # exclusive; None without an end
    routing_level: Mapped[str]  # district | commune: the level whose committee answers
    source: Mapped[str]
    licence: Mapped[str]
    attribution: Mapped[str]
    redistributable: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    activated_at: Mapped[datetime | None]
    activate_at: Mapped[datetime | None]  # when the worker shall activate it
    scheduled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # none for the command line
    problem: Mapped[str | None]  # why it could not the last time, in Vietnamese

    __table_args__ = (
        CheckConstraint("state IN ('draft', 'scheduled', 'active')", name="state"),
        CheckConstraint("(activate_at IS NOT NULL) = (state = 'scheduled')", name="activate_at"),
    )
