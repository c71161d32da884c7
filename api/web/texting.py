"""What a page needs to write a report as a text message."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.sms.tokens import tokens
from geo.models import Category
from geo.settings import Settings


def config(session: Session, settings: Settings) -> dict[str, Any] | None:
    """The number that takes messages and the short words for the categories; None where no number does."""
    if not settings.sms_number:
        return None
    codes = session.scalars(select(Category.code).where(Category.active).order_by(Category.position)).all()
    return {"number": settings.sms_number, "tokens": tokens(codes)}
