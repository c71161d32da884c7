from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from geo.database import Base
from geo.models.unit import Unit
from geo.models.user import User


class ApiKey(Base):
    """What a program shows instead of a password: a user's, for what they may do, or one that an administrator made.

    One without a user is an agency's or another program's own; it acts for the units it is scoped to and no others.
    """

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scope: Mapped[str]  # read | send | steps, each with what stands before it
    per_minute: Mapped[int | None]  # requests; a user's key has the limit of the settings
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()
    units: Mapped[list[Unit]] = relationship(secondary="api_key_units", order_by=Unit.name)

    __table_args__ = (
        CheckConstraint("scope IN ('read', 'send', 'steps')", name="scope"),
        CheckConstraint("(user_id IS NULL) = (per_minute IS NOT NULL)", name="program"),
    )


class ApiKeyUnit(Base):
    """A unit that a program's key acts for."""

    __tablename__ = "api_key_units"

    key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True)
