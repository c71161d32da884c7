"""An activation undone by the worker, because somebody pressed a button and should not wait for it with a page open."""

import logging

from sqlalchemy.orm import Session, sessionmaker

from boundaries import activation, editions
from boundaries.models import Edition
from boundaries.scheduling import SWITCH
from geo import jobs
from geo.errors import ConflictError
from geo.i18n import _
from geo.settings import Settings

_log = logging.getLogger(__name__)
UNDO = "undo edition"


def ask(session: Session, edition: Edition, user_id: int) -> None:
    """Asks for it; what hindered an earlier one is no longer said."""
    edition.problem = None
    jobs.defer(session, UNDO, lock=SWITCH, code=edition.code, user_id=user_id)


def do(sessions: sessionmaker[Session], settings: Settings, code: str, user_id: int) -> None:
    """Undoes it; where that is not possible the edition says why, and all stays as it was.

    What breaks it off, such as a lock that somebody holds, is raised as well, so that the job is tried again.
    """
    try:
        with sessions.begin() as session:
            if editions.find(session, code).state == "active":  # else it was done before the worker died
                activation.undo(session, code, settings=settings, user_id=user_id)
            editions.find(session, code).problem = None
    except ConflictError as error:
        _failed(sessions, code, str(error))
    except Exception:
        _log.exception("The edition %s could not be undone", code)
        _failed(sessions, code, _("Việc hoàn tác bị ngắt giữa chừng; máy chủ thử lại vài lần, sau đó hãy bấm lại."))
        raise


def _failed(sessions: sessionmaker[Session], code: str, problem: str) -> None:
    with sessions.begin() as session:
        editions.find(session, code).problem = problem
