from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from geo.database import Base


class Unit(Base):
    """An authority that answers; `area_code` is plain text, for boundaries live one storey up."""

    __tablename__ = "units"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]  # committee | ioc | department | police | company
    area_code: Mapped[str | None] = mapped_column(index=True)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]  # exclusive
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))  # who goes on with its work from then
    email: Mapped[str | None]  # where reports go by e-mail while the unit has no accounts
    approves_results: Mapped[bool] = mapped_column(
        default=False, server_default="false"
    )  # its head, before publication
    approves_extensions: Mapped[bool] = mapped_column(default=False, server_default="false")

    merged_into: Mapped["Unit | None"] = relationship(remote_side="Unit.id")

    # A committee that only drafts know ends on the day it begins.
    __table_args__ = (
        CheckConstraint("valid_from <= valid_until", name="days"),
        CheckConstraint("merged_into_id IS NULL OR (valid_until IS NOT NULL AND merged_into_id <> id)", name="merged"),
    )
