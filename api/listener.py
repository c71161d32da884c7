"""One ear on the database for all live streams of a process."""

import asyncio
import logging
from contextlib import suppress
from typing import Any, NoReturn

import orjson
import psycopg
from fastapi.sse import ServerSentEvent
from psycopg import AsyncConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from api.recent import Recent, Told
from geo import cursor
from geo.cursor import Cursor
from geo.workflow import CHANNEL
from maps import steps
from maps.steps import Step, Steps

POLL = 5.0  # seconds after which it looks without being told
SOON, LATER = 0.05, 1.0  # the same where something is committed and cannot be read yet: doubled from one to the other
GAP = 0.02  # between two looks: what comes in a crowd goes out in one
RETRY = 0.5  # while the database is away
PAGE = 500  # lines in one read
MOST = 10_000  # lines that are told one by one; who is further behind begins anew
KEPT, AGE = 2_000, 600.0  # lines in memory, and the seconds that they stay there
OLDER = 2  # threads for those who come back: a thousand at once must leave connections to others
# A connection whose other end has vanished without a word is found out in a minute.
_ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "connect_timeout": 10}
_log = logging.getLogger(__name__)


class Listener:
    """Reads each new line of the history once, whatever the number of streams; NOTIFY only wakes it.

    It begins with the first stream, and goes on where it was after the database was away.
    """

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self.open = 0  # streams
        self._sessions = sessions
        self._recent: Recent | None = None
        self._begun = self._done = 0  # looks
        self._stir, self._looked = asyncio.Event(), asyncio.Event()
        self._room = asyncio.Semaphore(OLDER)
        self._tasks: list[asyncio.Task[NoReturn]] = []

    async def recent(self) -> Recent:
        """The newest lines, once the database has been asked for the first time."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._hear()), asyncio.create_task(self._go_on())]
        while self._recent is None:
            await self._looked.wait()
        return self._recent

    async def look(self) -> None:
        """Waits for a look that begins after this moment."""
        wanted = self._begun + 1
        self._stir.set()
        while self._done < wanted:
            await self._looked.wait()

    async def older(self, after: Cursor, most: int) -> Steps | None:
        """The lines behind a cursor from the database, None where there are too many; waits while it is away."""
        while True:
            try:
                async with self._room:
                    return await asyncio.to_thread(self._read, after, most)
            except SQLAlchemyError:
                await asyncio.sleep(RETRY)

    async def stop(self) -> None:
        """Ends its tasks and its connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def _hear(self) -> NoReturn:
        """Is woken by the database, and connects again as often as it takes."""
        with self._sessions() as session:
            url = session.get_bind().engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        options: dict[str, Any] = {"autocommit": True, "application_name": "quangnam listener"} | _ALIVE
        while True:
            try:
                async with await AsyncConnection.connect(url, **options) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._stir.set()  # for what was said while nobody listened
                    async for _notice in connection.notifies():
                        self._stir.set()
            except psycopg.Error as error:
                _log.warning("The live stream has lost the database and tries again: %s", error)
            await asyncio.sleep(RETRY)

    async def _go_on(self) -> NoReturn:
        """Looks when it is woken, and every few seconds where a notice was lost."""
        soon = SOON
        while True:
            self._stir.clear()
            self._begun += 1
            try:
                waiting = await self._look()
            except SQLAlchemyError:
                pause = RETRY
            except Exception:
                # Whatever it is: a task that ends says nothing, and every stream would stand still.
                _log.exception("The live stream could not look and tries again")
                pause = RETRY
            else:
                self._done = self._begun
                self._looked.set()
                self._looked = asyncio.Event()
                pause = soon if waiting else POLL
                soon = min(soon * 2, LATER) if waiting else SOON
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stir.wait(), pause)
            await asyncio.sleep(GAP)

    async def _look(self) -> bool:
        """Takes in all that can be read now; whether something is committed that cannot."""
        recent = self._recent
        if recent is None:
            recent = Recent(await asyncio.to_thread(self._back), most=KEPT, seconds=AGE)
        while True:
            found = await asyncio.to_thread(self._read, recent.end, PAGE)
            now = asyncio.get_running_loop().time()
            if found is None or found.upto.mark != recent.end.mark:
                recent.jump(await asyncio.to_thread(self._here))
            else:
                recent.add([told(one, now) for one in found.found], found.upto, now)
            if found is None or found.whole:
                self._recent = recent
                return found is not None and found.waiting

    # In a thread, and each in a transaction of its own: no stream ever holds a connection.
    def _read(self, after: Cursor, most: int) -> Steps | None:
        with self._sessions() as session:
            found = steps.read(session, after, most)
            return None if not found.whole and steps.far(session, after, MOST) else found

    def _back(self) -> Cursor:
        with self._sessions() as session:
            return steps.back(session, KEPT)

    def _here(self) -> Cursor:
        with self._sessions() as session:
            return cursor.here(session)


def told(step: Step, now: float) -> Told:
    """A line of the history as an event of the stream, made once for all who read it."""
    event = ServerSentEvent(event=step.kind, id=str(step.at), raw_data=orjson.dumps(step.data).decode())
    return Told(step.at, event, step.data.get("code"), step.data.get("state") == "withdrawn", now)
