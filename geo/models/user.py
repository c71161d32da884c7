from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from geo.database import Base
from geo.models.unit import Unit


class User(Base):
    """Somebody who signs in; officers and heads work for a unit, the others for the whole province."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)  # lower case; what they sign in with
    name: Mapped[str]
    role: Mapped[str]  # officer | head | operator | planner | administrator
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    password_hash: Mapped[str | None]  # argon2; none until the one-time link was used
    totp_key: Mapped[str | None]  # the second factor's secret, sealed; none where there is no second factor
    totp_step: Mapped[int] = mapped_column(default=0, server_default="0")  # the last one used: a code works once
    link_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)  # SHA-256 of the one-time link's token
    link_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0, server_default="0")  # wrong passwords or codes in a row
    locked_until: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    absent: Mapped[bool] = mapped_column(default=False, server_default="false")  # gets no new reports
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    unit: Mapped[Unit | None] = relationship()

    __table_args__ = (
        CheckConstraint("role IN ('officer', 'head', 'operator', 'planner', 'administrator')", name="role"),
        CheckConstraint("(role IN ('officer', 'head')) = (unit_id IS NOT NULL)", name="unit"),
    )
