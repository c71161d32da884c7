"""Open reports that follow an edition which an older release put in force without them: by the worker, once."""

from sqlalchemy.orm import Session, sessionmaker

from api.undoing import tried
from boundaries import activation, editions, lookup
from boundaries.models import Edition
from boundaries.scheduling import SWITCH
from geo import jobs
from geo.i18n import _
from geo.settings import Settings

REROUTE = "reroute edition"


def ask(session: Session, edition: Edition, user_id: int) -> None:
    """Asks for it; what hindered an earlier one is no longer said."""
    edition.problem = None
    jobs.defer(session, REROUTE, lock=SWITCH, code=edition.code, user_id=user_id)


def do(sessions: sessionmaker[Session], settings: Settings, code: str, user_id: int) -> None:
    """Moves them; where that is not possible the edition says why, and all stays as it was."""

    def work(session: Session) -> None:
        if editions.owes(session, editions.find(session, code), lookup.today()):  # else it was done before
            activation.activate(session, code, settings=settings, user_id=user_id)

    tried(
        sessions, code, work, _("Việc định tuyến lại bị ngắt giữa chừng; máy chủ thử lại vài lần, sau đó hãy bấm lại.")
    )
