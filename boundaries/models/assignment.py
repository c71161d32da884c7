from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base, Big


class Assignment(Base):
    """The explanation of one routing of a report; the newest is the one in force."""

    __tablename__ = "assignments"

    id: Mapped[Big] = mapped_column(Identity(), primary_key=True)
    report_id: Mapped[Big] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), index=True)
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("editions.id"))
    area_code: Mapped[str | None]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    reason: Mapped[str]  # inside | border | uncertain | nearest | rule | ioc; person: kept by an edition
    distance: Mapped[float | None]  # metres, where the reason has one
    confidence: Mapped[float | None]  # how likely (0–1) the area is the true one, where the model tells that
    correction_id: Mapped[int | None] = mapped_column(ForeignKey("corrections.id"))  # that decided
    candidates: Mapped[list[dict[str, Any]] | None]  # [{"area", "unit", "share", "chosen"?}]
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("rules.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    # Few routings are uncertain, and of those the maps ask.
    __table_args__ = (
        Index("ix_assignments_confidence", "confidence", postgresql_where=text("confidence < 1")),
        Index("ix_assignments_rule_id", "rule_id", postgresql_where=text("rule_id IS NOT NULL")),
    )
