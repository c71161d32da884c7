from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base, Big


class ReportArea(Base):
    """Where a report lies in one edition, whichever edition routed it; `boundaries.placing` writes these."""

    __tablename__ = "report_areas"

    # In this order a row is 48 bytes; ids of areas instead of codes would make it no smaller.
    report_id: Mapped[Big] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True)
    area_code: Mapped[str]  # of the level that the edition routes to
    commune_code: Mapped[str | None]

    # A commune is asked for with the area that it lies in; the keys repeat, so entries are six bytes.
    __table_args__ = (Index("ix_report_areas_edition_id_area_code", "edition_id", "area_code", "commune_code"),)
