"""An activation undone by the worker, because somebody pressed a button and should not wait for it with a page open."""

from sqlalchemy.orm import Session, sessionmaker

from boundaries import activation, editions
from boundaries.models import Edition
from boundaries.scheduling import SWITCH
from geo import jobs
from geo.errors import ConflictError
from geo.settings import Settings

UNDO = "undo edition"


def ask(session: Session, edition: Edition, user_id: int) -> None:
    """Asks for it; what hindered an earlier one is no longer said."""
    edition.problem = None
    jobs.defer(session, UNDO, lock=SWITCH, code=edition.code, user_id=user_id)


def do(sessions: sessionmaker[Session], settings: Settings, code: str, user_id: int) -> None:
    """Undoes it; where that is not possible the edition says why, and all stays as it was."""
    try:
        with sessions.begin() as session:
            if editions.find(session, code).state == "active":  # else it was done before the worker died
                activation.undo(session, code, settings=settings, user_id=user_id)
    except ConflictError as error:
        with sessions.begin() as session:
            editions.find(session, code).problem = str(error)
