from sqlalchemy import Identity, Index, LargeBinary, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base, Big


class DensityDelta(Base):
    """One report more (n = 1) or less (-1) at a place of the finest grid; written by a trigger on reports alone."""

    __tablename__ = "density_deltas"

    id: Mapped[Big] = mapped_column(Identity(), primary_key=True)
    x: Mapped[int]  # column and row of the grid of `geo.density.grid.DEEPEST`, of the public point
    y: Mapped[int]
    day: Mapped[int]  # of the report, in Vietnam, since EPOCH
    category_id: Mapped[int]
    state: Mapped[str]
    unit_id: Mapped[int]
    area_code: Mapped[str | None]
    commune_code: Mapped[str | None]
    demo: Mapped[bool]
    n: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = {  # noqa: RUF012 (SQLAlchemy's own form)
        # Rows come and go by thousands; what they leave behind is cleared before it grows.
        "postgresql_with": {"autovacuum_vacuum_scale_factor": "0", "autovacuum_vacuum_threshold": "5000"}
    }


class DensityOwner(Base):
    """Who answers where: a unit with the routed area and the commune, as one small number of the counts."""

    __tablename__ = "density_owners"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    unit_id: Mapped[int]
    area_code: Mapped[str | None]
    commune_code: Mapped[str | None]

    __table_args__ = (
        Index(
            "uq_density_owners_unit_id_area_code_commune_code",
            "unit_id",
            text("coalesce(area_code, '')"),
            text("coalesce(commune_code, '')"),
            unique=True,
        ),
    )


class DensityBlock(Base):
    """Counts of one part of the grid in a span of days: those of all days before, and those of each day within.

    Columns of numbers as `geo.density.block` packs them; `category_id` 0 is all categories together.
    """

    __tablename__ = "density_blocks"

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    category_id: Mapped[int] = mapped_column(primary_key=True)
    x: Mapped[int] = mapped_column(primary_key=True)
    y: Mapped[int] = mapped_column(primary_key=True)
    first_day: Mapped[int] = mapped_column(primary_key=True)
    until_day: Mapped[int]  # exclusive
    before: Mapped[bytes] = mapped_column(LargeBinary)
    within: Mapped[bytes] = mapped_column(LargeBinary)
