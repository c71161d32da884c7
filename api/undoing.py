"""An activation undone by the worker, because somebody pressed a button and should not wait for it with a page open."""

import logging
from collections.abc import Callable

from sqlalchemy.orm import Session, sessionmaker

from boundaries import activation, editions, turns
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
    """Undoes it; where that is not possible the edition says why, and all stays as it was."""

    def work(session: Session) -> None:
        if editions.find(session, code).state == "active":  # else it was done before the worker died
            activation.undo(session, code, settings=settings, user_id=user_id)

    tried(sessions, code, work, _("Việc hoàn tác bị ngắt giữa chừng; máy chủ thử lại vài lần, sau đó hãy bấm lại."))


def tried(sessions: sessionmaker[Session], code: str, work: Callable[[Session], None], broken: str) -> None:
    """Does a work on an edition; where that is not possible the edition says why.

    What breaks it off is raised as well, so that the job is tried again; the edition then says `broken`, or that
    somebody holds a report.
    """
    try:
        with sessions.begin() as session:
            work(session)
            editions.find(session, code).problem = None
    except turns.HeldError as error:
        _failed(sessions, code, str(error))
        raise
    except ConflictError as error:
        _failed(sessions, code, str(error))
    except Exception:
        _log.exception("The work on the edition %s was broken off", code)
        _failed(sessions, code, broken)
        raise


def _failed(sessions: sessionmaker[Session], code: str, problem: str) -> None:
    with sessions.begin() as session:
        editions.find(session, code).problem = problem
