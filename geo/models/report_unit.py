from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base, Big


class ReportUnit(Base):
    """A unit beside the responsible one: `candidate` by an uncertain border, `claimant` if it says so, `watching`."""

    __tablename__ = "report_units"

    report_id: Mapped[Big] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(primary_key=True)

    __table_args__ = (CheckConstraint("role IN ('candidate', 'claimant', 'watching')", name="role"),)
