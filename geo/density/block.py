"""Counts as packed columns: a series of each, how often, and on which day."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.density.grid import Series

Counts = NDArray[np.int64]
_KINDS = {0: "<u1", 1: "<u1", 2: "<u2", 4: "<u4", 8: "<u8"}  # by bytes; none where all are the same
_HEAD = 5  # numbers: how many entries, then the least and the bytes of the days and of the counts


@dataclass(frozen=True)
class Entries:
    """What was counted: series, counts and days since EPOCH, all of one length, in the order of days and series."""

    series: Series
    count: Counts
    day: Counts

    @classmethod
    def of(cls, series: Series, count: Counts, day: Counts) -> "Entries":
        """Equal ones added up, in order, those that cancel out left away."""
        if not len(series):
            return cls(series, count, day)
        # One number sorts some ten times as fast as two columns.
        first = int(day.min())
        key = (day - first).astype(np.uint64) << np.uint64(32) | series.astype(np.uint64)
        order = np.argsort(key)
        key = key[order]
        starts = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
        total = np.add.reduceat(count[order], starts)
        kept = total != 0
        key = key[starts[kept]]
        return cls(key.astype(np.uint32), total[kept], (key >> np.uint64(32)).astype(np.int64) + first)

    def __len__(self) -> int:
        return len(self.series)

    def between(self, first: int, until: int) -> "Entries":
        """Those of the days from `first` until before `until`."""
        start, end = np.searchsorted(self.day, (first, until))
        return Entries(self.series[start:end], self.count[start:end], self.day[start:end])

    def dayless(self) -> "Entries":
        """The counts of each series over all days, as of day 0."""
        return Entries.of(self.series, self.count, np.zeros(len(self), np.int64))


NOTHING = Entries(np.zeros(0, np.uint32), np.zeros(0, np.int64), np.zeros(0, np.int64))


def joined(*parts: Entries) -> Entries:
    """The entries of all, added up."""
    columns = [[getattr(part, name) for part in parts] for name in ("series", "count", "day")]
    return Entries.of(*(np.concatenate(column) for column in columns))


def encode(entries: Entries) -> bytes:
    """Entries as bytes: a head, series, days and counts, the last two as what they are more than the least of them."""
    head, columns = [len(entries)], [entries.series.astype("<u4").tobytes()]
    for values in (entries.day, entries.count):
        least = int(values.min()) if len(values) else 0
        above = values - least
        size = next(size for size in _KINDS if not len(above) or int(above.max()) < 1 << 8 * size)
        head += [least, size]
        columns.append(above.astype(_KINDS[size]).tobytes() if size else b"")
    return b"".join((np.array(head, "<i8").tobytes(), *columns))


def decode(packed: bytes | memoryview) -> Entries:
    """What `encode` packed."""
    total, *heads = np.frombuffer(packed, "<i8", _HEAD).tolist()
    at = 8 * _HEAD
    series = np.frombuffer(packed, "<u4", total, at)
    at += 4 * total
    columns = []
    for least, size in (heads[:2], heads[2:]):
        above = np.frombuffer(packed, _KINDS[size], total, at) if size else np.zeros(total, np.uint8)
        at += size * total
        columns.append(above + np.int64(least))
    return Entries(series, columns[1], columns[0])
