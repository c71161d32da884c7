from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base, Big


class Follower(Base):
    """Somebody else's interest in a report, by a keyed hash of their browser's mark: no name, no phone."""

    __tablename__ = "followers"

    report_id: Mapped[Big] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    me_too: Mapped[bool] = mapped_column(default=False)  # "this concerns me too", beside following
    fixed: Mapped[bool | None]  # the answer to "Đã sửa thật chưa?"
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (CheckConstraint("subject <> ''", name="subject"),)
