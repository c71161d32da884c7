from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, func
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base, Big, TransactionId


class Event(Base):
    """One append-only line of a report's history; it carries ids, never a name or a phone.

    Without a report it says that an edition of the boundaries came or went: one line for however many reports.
    """

    __tablename__ = "events"

    id: Mapped[Big] = mapped_column(Identity(), primary_key=True)
    report_id: Mapped[Big | None] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    action: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    actor: Mapped[str]  # the role
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    door: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    text: Mapped[str | None]
    data: Mapped[dict[str, Any] | None]
    # Whose commit made it readable: numbers of rows are given out of that order.
    transaction_id: Mapped[int] = mapped_column(TransactionId, server_default=func.pg_current_xact_id())

    __table_args__ = (
        CheckConstraint("(report_id IS NULL) = (action = 'edition')", name="report_id"),
        Index("ix_events_transaction_id_id", "transaction_id", "id"),
        # What ends the waiting, what begins it anew, and ratings: the last month's are read for the control room.
        Index(
            "ix_events_settling",
            "at",
            postgresql_where=sql_text("action IN ('resolve', 'reject', 'merge', 'withdraw', 'split', 'rate')"),
        ),
    )
