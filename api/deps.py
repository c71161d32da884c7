"""What a route asks for: a session, settings, the reader's language."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, cast

from fastapi import Depends, Query, Request
from sqlalchemy.orm import Session, sessionmaker

from geo.i18n import LANGUAGES, Lang
from geo.settings import Settings


# What does not wait is async: each plain dependency costs a trip to a thread and back.
async def get_settings(request: Request) -> Settings:
    """The settings the application was made with."""
    return cast(Settings, request.app.state.settings)


async def get_sessions(request: Request) -> sessionmaker[Session]:
    """What makes sessions, for a route that opens its own: quicker by two trips to a thread."""
    return cast(sessionmaker[Session], request.app.state.sessions)


def get_session(request: Request) -> Iterator[Session]:
    """A session that is committed when the route returns, before the answer is sent, and rolled back on an error."""
    with request.app.state.sessions.begin() as session:
        # For what surrounds every page: a second connection for it might have to wait for the first ones of others.
        request.state.session = session
        try:
            yield session
        finally:
            del request.state.session


opened = contextmanager(get_session)  # for a route whose work has transactions of its own, before and after them


def language(request: Request) -> Lang:
    """The reader's language: `lang=` in the address, then the cookie, then Vietnamese."""
    for wish in (request.query_params.get("lang"), request.cookies.get("lang")):
        if wish in LANGUAGES:
            return wish
    return "vi"


# Any other language falls back too: an address that somebody was sent must open, whatever stands behind lang=.
async def _language(
    request: Request,
    _lang: Annotated[
        str, Query(alias="lang", description="vi or en; any other is Vietnamese too", examples=list(LANGUAGES))
    ] = "vi",
) -> Lang:
    return language(request)


# "function": the default scope would commit after the response is sent, and so acknowledge what may still fail.
SessionDep = Annotated[Session, Depends(get_session, scope="function")]
SessionsDep = Annotated[sessionmaker[Session], Depends(get_sessions)]
SettingsDep = Annotated[Settings, Depends(get_settings)]
LangDep = Annotated[Lang, Depends(_language)]
