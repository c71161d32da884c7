"""When demonstration reports come: in the day, on working days, more and more of them, and most in a storm."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from geo.deadlines import ZONE

DAYS = 730
HISTORY = 3_652  # days of as many reports as gather in ten years
MANY = 100_000  # from so many on
GROWTH = 0.55  # of the days: in so long the number of reports grows by e
STORM_SHARE = 0.1
STORM_DAYS = ((10, 9), (10, 18), (10, 28), (11, 7), (11, 19))  # month and day: the season in Quảng Nam
WEEKDAYS = (1.15, 1.1, 1.1, 1.05, 1.0, 0.75, 0.6)  # Monday to Sunday
HOURS = (1, 0.6, 0.4, 0.4, 0.6, 1.6, 4, 7, 8.5, 8.5, 7.5, 5.5, 4, 4.5, 6, 7, 7, 6.5, 5.5, 5.5, 5, 4, 2.8, 1.6)
Moments = NDArray[np.datetime64]
Counts = NDArray[np.int64]


def draw(rng: Generator, count: int, now: datetime, most: int) -> Iterator[tuple[Moments, NDArray[np.bool_]]]:
    """UTC moments, the oldest first, and which of them belong to a storm, in batches of whole days, `most` or a day."""
    today = now.astimezone(ZONE).date()
    usual, stormy = _days(rng, count, today)
    day = 0
    while day < len(usual):
        sizes = np.cumsum(usual[day:] + stormy[day:])
        end = day + max(int(np.searchsorted(sizes, most, "right")), 1)
        if (usual[day:end] + stormy[day:end]).any():
            yield _within(rng, now, len(usual) - np.arange(day, end) - 1, usual[day:end], stormy[day:end])
        day = end


def _days(rng: Generator, count: int, today: date) -> tuple[Counts, Counts]:
    """How many usual and how many storm's reports each day has, the oldest first."""
    length = HISTORY if count >= MANY else DAYS
    days = [today - timedelta(days=n) for n in range(length)][::-1]
    usual = np.array([WEEKDAYS[day.weekday()] for day in days]) * np.exp(np.arange(length) / (GROWTH * length))
    storm = _storms(rng, days)
    stormy = rng.binomial(count, STORM_SHARE) if storm.any() else 0
    weights = storm if storm.any() else usual
    return (
        rng.multinomial(count - stormy, usual / usual.sum()),
        rng.multinomial(stormy, weights / weights.sum()),
    )


def _within(
    rng: Generator, now: datetime, back: Counts, usual: Counts, stormy: Counts
) -> tuple[Moments, NDArray[np.bool_]]:
    """Moments within days that lie so many days back."""
    days = np.concatenate([np.repeat(back, usual), np.repeat(back, stormy)])
    storm = np.arange(len(days)) >= usual.sum()
    hour = np.where(storm, rng.integers(0, 24, len(days)), _choose(rng, len(days), np.array(HOURS)))
    seconds = hour * 3600 + rng.integers(0, 3600, len(days))
    midnight = datetime.combine(now.astimezone(ZONE).date(), datetime.min.time(), ZONE).timestamp()
    at = midnight - days * 86_400 + seconds  # no summer time here: every day has 24 hours
    # What would lie ahead of now came at the same hour of the day before.
    at = np.where(at > now.timestamp(), at - 86_400, at)
    order = np.argsort(at, kind="stable")
    return (at[order] * 1e6).astype(np.int64).astype("datetime64[us]"), storm[order]


def _storms(rng: Generator, days: list[date]) -> NDArray[np.float64]:
    force = np.zeros(len(days))
    for index, day in enumerate(days):
        for month, begin in STORM_DAYS:
            after = (day - date(day.year, month, begin)).days
            if 0 <= after < 3:
                force[index] += (0.6, 1.0, 0.4)[after]
    return force * rng.uniform(0.5, 1.5, len(days))


def _choose(rng: Generator, count: int, weights: NDArray[np.float64]) -> NDArray[np.int64]:
    return rng.choice(len(weights), count, p=weights / weights.sum())
