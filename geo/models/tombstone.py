from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base


class ReportTombstone(Base):
    """The code of a report that left the database, and when, for whoever keeps a copy; demonstrations leave none."""

    __tablename__ = "report_tombstones"

    code: Mapped[str] = mapped_column(primary_key=True)
    removed_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
