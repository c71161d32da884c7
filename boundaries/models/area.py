from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from boundaries.models.edition import Edition
from geo.database import Base

METRIC_SRID = 32648  # UTM 48N: metres, within 0.2 % over the province, and the same in every PROJ release


class Area(Base):
    """A polygon with an official code; a `neighbour` is a province around, known only to say where a pin lies."""

    __tablename__ = "areas"

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id", ondelete="CASCADE"))
    level: Mapped[str]
    code: Mapped[str]
    parent_code: Mapped[str | None]
    name: Mapped[str]  # without the kind: "Hội An"
    kind: Mapped[str]  # thành phố | thị xã | huyện | phường | xã | thị trấn | tỉnh
    coastal: Mapped[bool]
    area_m2: Mapped[float]  # on the WGS 84 ellipsoid
    geometry: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", 4326, spatial_index=False))
    outline: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", 4326, spatial_index=False))

    edition: Mapped[Edition] = relationship()

    __table_args__ = (
        UniqueConstraint("edition_id", "level", "code"),
        CheckConstraint("level IN ('district', 'commune', 'neighbour')", name="level"),
        Index("ix_areas_geometry", "geometry", postgresql_using="gist"),
    )


class AreaPart(Base):
    """A piece of an area with few vertices, in metres: lookup reads these, and never scans a whole coast."""

    __tablename__ = "area_parts"

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id", ondelete="CASCADE"), index=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id", ondelete="CASCADE"), index=True)
    level: Mapped[str]
    geometry: Mapped[WKBElement] = mapped_column(Geometry("POLYGON", METRIC_SRID, spatial_index=False))

    __table_args__ = (Index("ix_area_parts_geometry", "geometry", postgresql_using="gist"),)
