from datetime import datetime

from sqlalchemy import ForeignKey, Identity, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base, Big


class Delivery(Base):
    """One message of one event to one receiver, named by id; its number is the same whenever it is tried again."""

    __tablename__ = "deliveries"

    id: Mapped[Big] = mapped_column(Identity(), primary_key=True)
    event_id: Mapped[Big] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    channel: Mapped[str]  # email | sms | push | webhook | link
    target: Mapped[str]  # "sender", "user:7", "subscription:12", "webhook:3", "unit:4": never an address
    state: Mapped[str] = mapped_column(default="waiting", server_default="waiting", index=True)  # | sent | dead
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    fault: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("event_id", "channel", "target"),)
