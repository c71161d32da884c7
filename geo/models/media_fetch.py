from datetime import datetime

from sqlalchemy import ForeignKey, Identity, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base, Big


class MediaFetch(Base):
    """A picture of a report that lies elsewhere and is still to be brought here; gone once it was, or was given up."""

    __tablename__ = "media_fetches"

    id: Mapped[Big] = mapped_column(Identity(), primary_key=True)
    report_id: Mapped[Big] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), index=True)
    url: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
