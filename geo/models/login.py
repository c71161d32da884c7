from datetime import datetime

from sqlalchemy import ForeignKey, Identity, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from geo.database import Base, Big
from geo.models.user import User


class Login(Base):
    """A browser in which somebody signed in; deleting it ends the session there."""

    __tablename__ = "logins"

    id: Mapped[Big] = mapped_column(Identity(), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)  # SHA-256 of the cookie
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    complete: Mapped[bool] = mapped_column(default=False)  # the second factor was shown, or is not asked for
    agent: Mapped[str]  # the browser in its own words, shortened
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]

    user: Mapped[User] = relationship()
