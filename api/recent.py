"""The newest lines of the history in memory, the same for all who read them."""

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from fastapi.sse import ServerSentEvent

from geo.cursor import Cursor


class Told(NamedTuple):
    """A line as it goes out."""

    at: Cursor
    event: ServerSentEvent
    code: str | None  # of its report; none of an edition
    last: bool  # the sender has taken the report back
    since: float  # by the loop's clock


class Recent:
    """All lines from `start` to `end`, bounded in number and age.

    A reader is but a cursor into it: one that reads slowly holds nothing up and takes no room. What fell out is read
    from the database, which also knows what has become hidden since. Before `floor` there was too much to tell.
    """

    def __init__(self, end: Cursor, *, most: int, seconds: float) -> None:
        self._lines: deque[Told] = deque()
        self._most, self._seconds = most, seconds
        self.start = self.end = self.floor = end
        self._changed = asyncio.Event()

    def add(self, lines: Sequence[Told], end: Cursor, now: float) -> None:
        """Takes lines up to a new end, lets go of the oldest, and wakes those who wait."""
        if gone := {one.code for one in lines if one.last}:
            self._lines = deque(one for one in self._lines if one.code not in gone)
        self._lines.extend(lines)
        self.end = end
        while self._lines and (len(self._lines) > self._most or self._lines[0].since < now - self._seconds):
            self.start = self._lines.popleft().at
        if lines:
            self.wake()

    def jump(self, end: Cursor) -> None:
        """Forgets all lines and goes on at a cursor: whoever stands before it is to begin anew."""
        self._lines.clear()
        self.start = self.end = self.floor = end
        self.wake()

    def after(self, at: Cursor, most: int) -> Sequence[Told]:
        """The first lines behind a cursor that is not before `start`."""
        if not self._lines or self._lines[-1].at <= at:
            return ()
        first = bisect_right(self._lines, at, key=lambda one: one.at)
        return tuple(islice(self._lines, first, first + most))

    def wake(self) -> None:
        """Wakes all who wait for a change."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def change(self) -> None:
        """Waits for the next change."""
        await self._changed.wait()
