from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base


class Category(Base):
    """What a report is about; deadlines are in working hours and working days."""

    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str]
    icon: Mapped[str]  # a name in the lucide set
    colour: Mapped[str]
    position: Mapped[int]
    sensitive: Mapped[bool] = mapped_column(default=False)
    urgent: Mapped[bool] = mapped_column(default=False)
    accept_hours: Mapped[int] = mapped_column(default=4)
    resolve_days: Mapped[int] = mapped_column(default=5)
    visible: Mapped[bool] = mapped_column(default=False, server_default="false")  # a result can be photographed, and is
    active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
