from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base


class Rate(Base):
    """How often a subject (a keyed hash, never the number itself) came within an hour."""

    __tablename__ = "rates"

    subject: Mapped[str] = mapped_column(primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    count: Mapped[int]
