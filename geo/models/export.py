from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, LargeBinary, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from geo.database import Base, Big
from geo.models.user import User


class Export(Base):
    """One file of reports that somebody took: who, which reports and which of their columns; of a reader no trace.

    What was ordered has a token too, by whose hash alone it is found, and stays here when its file is gone.
    """

    __tablename__ = "exports"

    id: Mapped[Big] = mapped_column(Identity(), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # none: anybody
    door: Mapped[str]  # download | order
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    format: Mapped[str]
    crs: Mapped[int]
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text))
    filters: Mapped[dict[str, Any]]  # as an address has them, moments whole
    exact: Mapped[bool] = mapped_column(default=False, server_default="false")
    state: Mapped[str]
    total: Mapped[Big | None]  # how many rows there would be, as far as the counts know
    done: Mapped[Big] = mapped_column(default=0, server_default="0")  # rows written so far, in the end all
    size: Mapped[Big | None]  # bytes; of an order that is not ready yet, about
    ended_at: Mapped[datetime | None]
    following: Mapped[datetime | None]  # the moment that whoever mirrors asks from next
    # Of what was ordered alone.
    nonce: Mapped[bytes | None] = mapped_column(LargeBinary)
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    filename: Mapped[str | None]
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    mail: Mapped[bool] = mapped_column(default=False, server_default="false")
    expires_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()

    __table_args__ = (
        CheckConstraint("door IN ('download', 'order')", name="door"),
        CheckConstraint("state IN ('waiting', 'running', 'ready', 'failed', 'cancelled', 'expired')", name="state"),
        Index("ix_exports_user_id", "user_id", postgresql_where=text("user_id IS NOT NULL")),
        Index("ix_exports_open", "id", postgresql_where=text("state IN ('waiting', 'running')")),
        Index("ix_exports_expires_at", "expires_at", postgresql_where=text("state = 'ready'")),
    )
