"""Answers that cost much and may be a minute old, kept in the process."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """The last `most` answers, each for `seconds`; made one at a time, so that many askers cost one core at most."""

    def __init__(self, seconds: float, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._most, self._clock = seconds, most, clock
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, tuple[float, Value]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The answer to a key, made anew where it is too old."""
        with self._lock:
            moment, value = self._kept.get(key, (None, None))
            if moment is None or value is None or self._clock() - moment >= self._seconds:
                value = make()
                self._kept[key] = (self._clock(), value)
            self._kept.move_to_end(key)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return value
