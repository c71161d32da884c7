from datetime import datetime

from sqlalchemy import ForeignKey, Identity, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.database import Base, Big


class DataRequest(Base):
    """A sender's request about their own data (access, correction, erasure), with its due time and what came of it.

    It is kept when the report goes.
    """

    __tablename__ = "data_requests"

    id: Mapped[Big] = mapped_column(Identity(), primary_key=True)
    report_id: Mapped[Big | None] = mapped_column(ForeignKey("reports.id", ondelete="SET NULL"), index=True)
    code: Mapped[str]  # of the report, wherever that is
    kind: Mapped[str]  # access | correction | erasure
    text: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # who settled it
