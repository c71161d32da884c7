"""Answers that cost much and may be a minute old, kept in the process."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Condition
from typing import Generic, TypeVar

from geo.errors import OverloadedError
from geo.i18n import _

Value = TypeVar("Value")
PATIENCE = 5.0  # seconds that an asker waits for the answer another is making
WAITING = 8  # askers at once: each takes a thread from all other pages
OLDEST = 10  # times as old as it should be, an answer is still better than none
RETRY = 5  # seconds after which whoever was sent away may ask again


class Remembered(Generic[Value]):
    """The last `most` answers, each for `seconds`; made one at a time, so that many askers cost one core at most.

    Who asks for what is at hand never waits. Nobody should hold a connection to the database while asking.
    """

    def __init__(self, seconds: float, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._most, self._clock = seconds, most, clock
        self._turn = Condition()
        self._making, self._waiting = False, 0
        self._kept: OrderedDict[Hashable, tuple[float, Value]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The answer to a key, made anew where it is too old; while another is made the old one.

        OverloadedError where there is none and it takes too long, or too many wait already.
        """
        with self._turn:
            at_hand = self._at_hand(key)
            if at_hand is None and self._making:
                self._wait(key)
                at_hand = self._at_hand(key)
            if at_hand is not None:
                self._kept.move_to_end(key)
                return at_hand[0]
            self._making = True
        try:
            value = make()
            with self._turn:
                self._keep(key, value)
        finally:
            with self._turn:
                self._making = False
                self._turn.notify_all()
        return value

    def _at_hand(self, key: Hashable) -> tuple[Value] | None:
        if key not in self._kept:
            return None
        moment, value = self._kept[key]
        believed = self._seconds * (OLDEST if self._making else 1)
        return (value,) if self._clock() - moment < believed else None

    def _wait(self, key: Hashable) -> None:
        if self._waiting >= WAITING:
            raise _overloaded()
        self._waiting += 1
        try:
            if not self._turn.wait_for(lambda: not self._making or self._at_hand(key) is not None, PATIENCE):
                raise _overloaded()
        finally:
            self._waiting -= 1

    def _keep(self, key: Hashable, value: Value) -> None:
        self._kept[key] = (self._clock(), value)
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)


def _overloaded() -> OverloadedError:
    return OverloadedError(_("Đang có nhiều người xem; xin thử lại sau ít giây."), details={"retry_after": RETRY})
