from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base


class Day(Base):
    """An administrator's word on one day, against the calendar: a swapped Saturday or a late decision on a holiday."""

    __tablename__ = "days"

    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    name: Mapped[str]
