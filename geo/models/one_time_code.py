from datetime import datetime

from sqlalchemy import LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base


class OneTimeCode(Base):
    """A code sent to a phone, both as keyed hashes; the newest for a number is the only one that works."""

    __tablename__ = "one_time_codes"

    phone_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    tries: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
