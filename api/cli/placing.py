"""What commands that bring many reports, or areas, do at their end: each report is placed in every edition."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.cli.progress import progress
from boundaries import placing
from geo.database import build_sessions
from geo.settings import Settings


def place(engine: Engine, settings: Settings, edition: str | None = None) -> None:
    """Places what is to be placed in all editions, or in one; what a worker is at already is left to it."""
    with Session(engine) as session:
        total = placing.due(session, edition)
    done = 0
    with progress(total, "Xếp theo địa giới") as advance:

        def looked(code: str, some: int) -> None:
            nonlocal done
            done += some
            advance(done, f"Xếp theo địa giới {code}")

        placing.keep(build_sessions(engine), settings, edition=edition, progress=looked)
