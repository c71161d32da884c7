from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base, Big


class Sender(Base):
    """Who sent a report, apart from the report so that no public query can reach it by accident."""

    __tablename__ = "senders"

    report_id: Mapped[Big] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str]
    organisation: Mapped[str | None]
    phone: Mapped[str] = mapped_column(index=True)  # E.164
    phone_checked: Mapped[bool] = mapped_column(default=False)
    email: Mapped[str | None]
    notice_version: Mapped[str]
    # SHA-256 of the private link's token; none where nobody was given a link.
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
