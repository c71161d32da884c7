from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base


class Template(Base):
    """A reply that officers need often, for one action; of all units or one, of all categories or one."""

    __tablename__ = "templates"

    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True)
