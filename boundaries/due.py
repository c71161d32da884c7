"""Editions whose moment has come: activated by the worker, whatever it missed while away; and who lags behind."""

import logging
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from boundaries import activation, readiness, scheduling, stragglers, turns
from boundaries.models import Edition
from geo.errors import QuangnamError
from geo.i18n import _
from geo.settings import Settings

_log = logging.getLogger(__name__)


def activate(sessions: sessionmaker[Session], settings: Settings, now: datetime) -> list[str]:
    """Activates what is due, the oldest edition first and each in a transaction of its own; the codes of these.

    What fails leaves everything as it was, says why in the edition's `problem`, and is tried again the next time. Open
    reports that a switch missed follow then.
    """
    due = select(Edition.code).where(Edition.activate_at <= now).order_by(Edition.valid_from)
    with sessions() as session:
        waiting = session.scalars(due).all()
    done = [code for code in waiting if _one(sessions, settings, code, now)]
    stragglers.keep(sessions, settings)
    return done


def _one(sessions: sessionmaker[Session], settings: Settings, code: str, now: datetime) -> bool:
    try:
        with sessions.begin() as session:
            turns.alone(session)
            # While another one was at work somebody may have cancelled this one or put it off.
            edition = scheduling.due(session, code, now)
            if edition is None:
                return False
            made = activation.activate(session, code, settings=settings, user_id=edition.scheduled_by_id)
            for unit, reports in readiness.after(session, made, settings):
                _log.warning("%s: %s open reports came to %s, which has no account", code, reports, unit.code)
    except turns.HeldError as error:
        _failed(sessions, code, str(error))
        return False
    except turns.BusyError:
        return False
    except QuangnamError as error:
        _failed(sessions, code, str(error))
        return False
    except Exception:
        _log.exception("The edition %s could not be activated", code)
        _failed(sessions, code, _("Việc kích hoạt bị ngắt giữa chừng và sẽ được thử lại; xem nhật ký của worker."))
        return False
    return True


def _failed(sessions: sessionmaker[Session], code: str, problem: str) -> None:
    with sessions.begin() as session:
        # Of two workers the second one comes too late, and nothing is wrong.
        mine = update(Edition).where(Edition.code == code, Edition.state == "scheduled")
        session.execute(mine.values(problem=problem))
