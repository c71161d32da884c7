"""Editions: loaded as drafts, activated, never changed."""

from sqlalchemy.orm import Session


def load_defaults(session: Session) -> None:
    """Loads the three editions of history where there is no edition yet, and activates `2020`."""
