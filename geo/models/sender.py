from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base, Big


class Sender(Base):
    """Who sent a report, sealed, and apart from the report so that no public query can reach it by accident.

    After an erasure the row says only that there was somebody.
    """

    __tablename__ = "senders"

    report_id: Mapped[Big] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[bytes | None] = mapped_column(LargeBinary)  # the sender's own, sealed with the installation's
    contact: Mapped[bytes | None] = mapped_column(LargeBinary)  # name, phone, organisation, e-mail under that key
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)  # keyed, of the phone in E.164
    phone_checked: Mapped[bool] = mapped_column(default=False)
    notice_version: Mapped[str]
    # SHA-256 of the private link's token; none where nobody was given a link.
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
