from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Identity, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base, Big


class SmsMessage(Base):
    """A text message that came in and what was answered; neither its words nor, once replied to, whose it was."""

    __tablename__ = "sms_messages"

    id: Mapped[Big] = mapped_column(Identity(), primary_key=True)
    number_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)  # SHA-256 of the gateway's number of it
    reference: Mapped[str | None] = mapped_column(index=True)  # `geo.idempotency.reference` of the draft on the phone
    report_id: Mapped[Big | None] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), index=True)
    # SHA-256 of the private link's token that the reply holds; none where the message made no report.
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    reply_to: Mapped[str | None]  # the sender of what was refused, sealed, until they are told
    at: Mapped[datetime] = mapped_column(server_default=func.now())
