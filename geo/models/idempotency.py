from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base, Big


class IdempotencyKey(Base):
    """The hash of a key that a sender's program made, the hash of what it sent, and what came of it."""

    __tablename__ = "idempotency_keys"

    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    report_id: Mapped[Big] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), index=True)
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)  # without the private link; JSON keeps the order
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
