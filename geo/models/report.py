from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import FetchedValue, ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from geo.database import Base, Big
from geo.models.category import Category
from geo.models.unit import Unit

# As the columns' states are compared in SQL, for the indexes that hold a part of the reports.
_OPEN = "state IN ('received', 'needs_info', 'in_progress')"
_ENDED = "state IN ('resolved', 'rejected', 'merged', 'closed', 'withdrawn')"


class Report(Base):
    """One citizen's statement about one place; nothing here names the sender."""

    __tablename__ = "reports"

    id: Mapped[Big] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="received")
    version: Mapped[int] = mapped_column(default=1)
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    # The routed area and the finest area around the point, as codes: boundaries live one storey up.
    area_code: Mapped[str | None]
    commune_code: Mapped[str | None]
    needs_confirmation: Mapped[bool] = mapped_column(default=False)
    content: Mapped[str]
    words: Mapped[str] = mapped_column(server_default="", deferred=True)  # of the content, by `geo.search.plain`
    point: Mapped[WKBElement] = mapped_column(Geometry("POINT", 4326, spatial_index=False))
    public_point: Mapped[WKBElement] = mapped_column(Geometry("POINT", 4326, spatial_index=False))
    accuracy: Mapped[float | None]  # metres
    happened_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    # The begin of the transaction that last changed anything of it or of its pictures; triggers keep it.
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), server_onupdate=FetchedValue())
    published_at: Mapped[datetime | None]  # set by the first accept; content and pictures are public from then on
    accept_due: Mapped[datetime | None]
    resolve_due: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]  # when the sender was last asked for more
    questions: Mapped[int] = mapped_column(default=0, server_default="0")
    forwards: Mapped[int] = mapped_column(default=0, server_default="0")
    extensions: Mapped[int] = mapped_column(default=0, server_default="0")
    settled_at: Mapped[datetime | None]  # when it became resolved, rejected, withdrawn or closed
    stars: Mapped[int | None]
    fixed: Mapped[bool | None]  # the sender's own answer to "Đã sửa thật chưa?"
    urgent: Mapped[bool | None]  # an officer's word; without it the category's
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    second_of_id: Mapped[Big | None] = mapped_column(ForeignKey("reports.id"), unique=True)  # the report it disputes
    lead_id: Mapped[Big | None] = mapped_column(ForeignKey("reports.id"), index=True)  # the report it is merged into
    hidden_at: Mapped[datetime | None]  # taken off the public view, whatever its state
    redacted: Mapped[str | None]  # the content as the public may read it; none where it is as it was sent
    waiting: Mapped[dict[str, Any] | None]  # a step that the head has still to approve
    recurrence: Mapped[int] = mapped_column(default=1, server_default="1")  # how often here, with this one
    door: Mapped[str]  # web | api | sms | phone | import | demo
    demo: Mapped[bool] = mapped_column(default=False)

    category: Mapped[Category] = relationship()
    unit: Mapped[Unit] = relationship()

    __table_args__ = (
        Index("ix_reports_public_point", "public_point", postgresql_using="gist"),
        Index("ix_reports_point", "point", postgresql_using="gist"),
        Index("ix_reports_created_at_id", text("created_at DESC"), text("id DESC")),
        Index("ix_reports_updated_at_id", "updated_at", "id"),
        Index("ix_reports_unit_id_state", "unit_id", "state"),
        Index("ix_reports_area_code", "area_code"),
        Index("ix_reports_commune_code_unit_id", "commune_code", "unit_id"),
        # Of each of the two kinds there may be none at all, and that must be known at once.
        Index("ix_reports_demo", "demo"),
        Index(
            "ix_reports_not_closed",
            text("created_at DESC"),
            text("id DESC"),
            postgresql_where=text("state <> 'closed'"),
        ),
        # Of millions few are open: what counts those reads nothing else.
        Index(
            "ix_reports_open",
            *("unit_id", "area_code", "category_id"),
            postgresql_where=text(_OPEN),
            postgresql_include=[
                *("id", "state", "created_at", "accept_due", "resolve_due", "questions"),
                *("urgent", "needs_confirmation", "second_of_id", "demo"),
            ],
        ),
        Index("ix_reports_to_close", "id", "settled_at", postgresql_where=text("state IN ('resolved', 'rejected')")),
        Index(
            "ix_reports_settled_at_id",
            text("settled_at DESC NULLS LAST"),
            text("id DESC"),
            postgresql_where=text(_ENDED),
        ),
    )
