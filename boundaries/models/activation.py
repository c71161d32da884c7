from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Integer

from boundaries.models.edition import Edition
from geo.database import Base, Big


class Activation(Base):
    """One switch of the editions: an edition came into force, or its activation was undone."""

    __tablename__ = "activations"

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"), index=True)
    kind: Mapped[str]  # activate | undo
    # The edition that was in force on that day before; none where there was none.
    before_id: Mapped[int | None] = mapped_column(ForeignKey("editions.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # none for the command line and the clock
    counts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))  # as `Preview.counts`

    edition: Mapped[Edition] = relationship(foreign_keys=edition_id)

    __table_args__ = (CheckConstraint("kind IN ('activate', 'undo')", name="kind"),)


class Moved(Base):
    """What an activation changed of a report, as it was before: an undo puts it back."""

    __tablename__ = "moved_reports"

    activation_id: Mapped[int] = mapped_column(ForeignKey("activations.id"), primary_key=True)
    report_id: Mapped[Big] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    area_code: Mapped[str | None]
    commune_code: Mapped[str | None]
    needs_confirmation: Mapped[bool]
    candidates: Mapped[list[int]] = mapped_column(ARRAY(Integer))  # ids of units
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    assignment_id: Mapped[Big | None] = mapped_column()  # the explanation that was in force
    event_id: Mapped[Big] = mapped_column()  # the step that moved it

    __table_args__ = (Index("ix_moved_reports_report_id", "report_id"),)
