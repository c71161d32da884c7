from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base


class ArchivedReport(Base):
    """The code of a report that now lies in a file of the archive, and in which; nothing else of it is here."""

    __tablename__ = "archived_reports"

    code: Mapped[str] = mapped_column(primary_key=True)
    file: Mapped[str]  # its path in the store
    at: Mapped[datetime] = mapped_column(server_default=func.now())
