"""The job that brings a report's picture from where it lies."""

import logging

from sqlalchemy.orm import Session, sessionmaker

from api.delivery import fetching
from api.delivery.outbound import UnreachableError
from geo import elsewhere, media
from geo.errors import InvalidError
from geo.settings import Settings

MOST_TRIES = 6  # the last about half an hour after the first
_log = logging.getLogger(__name__)


def bring(sessions: sessionmaker[Session], settings: Settings, fetch_id: int, *, last: bool) -> None:
    """Brings one picture and keeps it with its report; given up where it is none, or on the `last` try.

    UnreachableError where nobody answered and another try may help. No session is open while the other one is waited
    for.
    """
    with sessions.begin() as session:
        url = elsewhere.wanted(session, fetch_id)
    if url is None:
        return
    try:
        pictures = media.decode_all([fetching.get(url, settings)], settings)
    except InvalidError as error:
        # Without the address, which may name somebody.
        _log.warning("the picture of fetch %s is not taken: %s", fetch_id, error.message)
        with sessions.begin() as session:
            elsewhere.give_up(session, fetch_id)
        return
    except UnreachableError:
        if last:
            with sessions.begin() as session:
                elsewhere.give_up(session, fetch_id)
        raise
    with sessions.begin() as session:
        elsewhere.arrived(session, settings, fetch_id, pictures)
