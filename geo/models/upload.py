from datetime import datetime

from sqlalchemy import ForeignKey, Identity, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base, Big


class Upload(Base):
    """A file on its way here in parts; of its token and of whoever sends it the table has hashes only."""

    __tablename__ = "uploads"

    id: Mapped[Big] = mapped_column(Identity(), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    length: Mapped[Big] = mapped_column()  # bytes of the whole, as it was announced
    received: Mapped[Big] = mapped_column(default=0, server_default="0")
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)  # of the whole, once it is here
    device: Mapped[str | None] = mapped_column(index=True)  # `limits.subject`, as is the address
    address: Mapped[str | None] = mapped_column(index=True)
    # The report that took the bytes; the row stays until it expires, so that the same request is known again.
    report_id: Mapped[Big | None] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)


class UploadPart(Base):
    """Some bytes of an upload, from `start` on."""

    __tablename__ = "upload_parts"

    upload_id: Mapped[Big] = mapped_column(ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True)
    start: Mapped[Big] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
