from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base


class Rule(Base):
    """Category × area → unit: a suggestion to forward, or the default where an administrator says so."""

    __tablename__ = "rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    area_code: Mapped[str | None]  # plain text; none for the whole province
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    replaces: Mapped[bool] = mapped_column(default=False, server_default="false")

    __table_args__ = (
        UniqueConstraint(
            "category_id", "area_code", name="uq_rules_category_id_area_code", postgresql_nulls_not_distinct=True
        ),
    )
