from datetime import datetime

from sqlalchemy import ForeignKey, Identity, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base, Big


class Subscription(Base):
    """A browser that wants to be told by web push when something happens to a report."""

    __tablename__ = "subscriptions"

    id: Mapped[Big] = mapped_column(Identity(), primary_key=True)
    report_id: Mapped[Big] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), index=True)
    endpoint: Mapped[str]
    p256dh: Mapped[str]
    auth: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
