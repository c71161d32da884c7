from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base


class Rule(Base):
    """Category × area → unit for some time: a suggestion to forward, or the default where an administrator says so."""

    __tablename__ = "rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"), index=True)
    area_code: Mapped[str | None]  # plain text; none for the whole province
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    replaces: Mapped[bool] = mapped_column(default=False, server_default="false")
    priority: Mapped[int] = mapped_column(default=0, server_default="0")  # the higher one wins, whatever its area
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]  # exclusive

    # A rule may end on the day it began: it was one for some hours.
    __table_args__ = (CheckConstraint("valid_from <= valid_until", name="days"),)
