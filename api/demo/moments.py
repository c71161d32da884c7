"""When demonstration reports come: in the day, on working days, more and more of them, and most in a storm."""

from datetime import date, datetime, timedelta

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from geo.deadlines import ZONE

DAYS = 730
GROWTH_DAYS = 400  # in so many days the number of reports grows by e
STORM_SHARE = 0.1
STORM_DAYS = ((10, 9), (10, 18), (10, 28), (11, 7), (11, 19))  # month and day: the season in Quảng Nam
WEEKDAYS = (1.15, 1.1, 1.1, 1.05, 1.0, 0.75, 0.6)  # Monday to Sunday
HOURS = (1, 0.6, 0.4, 0.4, 0.6, 1.6, 4, 7, 8.5, 8.5, 7.5, 5.5, 4, 4.5, 6, 7, 7, 6.5, 5.5, 5.5, 5, 4, 2.8, 1.6)
Moments = NDArray[np.datetime64]


def draw(rng: Generator, count: int, now: datetime) -> tuple[Moments, NDArray[np.bool_]]:
    """UTC moments of the last two years, and which of them belong to a storm."""
    today = now.astimezone(ZONE).date()
    days = [today - timedelta(days=n) for n in range(DAYS)]
    usual = np.array([WEEKDAYS[day.weekday()] for day in days]) * np.exp(-np.arange(DAYS) / GROWTH_DAYS)
    storm = _storms(rng, days)
    stormy = rng.random(count) < (STORM_SHARE if storm.any() else 0)
    back = np.where(stormy, _choose(rng, count, storm if storm.any() else usual), _choose(rng, count, usual))
    hour = np.where(stormy, rng.integers(0, 24, count), _choose(rng, count, np.array(HOURS)))
    seconds = hour * 3600 + rng.integers(0, 3600, count)
    midnight = datetime.combine(today, datetime.min.time(), ZONE).timestamp()
    at = midnight - back * 86_400 + seconds  # no summer time here: every day has 24 hours
    # What would lie ahead of now came at the same hour of the day before.
    at = np.where(at > now.timestamp(), at - 86_400, at)
    return (at * 1e6).astype(np.int64).astype("datetime64[us]"), stormy


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
