"""What became of demonstration reports by now: most were answered and closed, the last weeks' are still open."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from api.demo.moments import Moments

REJECTED = 0.07  # a share; none is withdrawn, for those nobody sees
STUCK = 0.012  # never end, however old
NEVER_TAKEN = 0.25  # of these, not even accepted
ASKED = 0.08  # of what is open: the sender has to tell more
RATED = 0.3
STARS = (0.08, 0.06, 0.13, 0.29, 0.44)  # one to five
CLOSES = 15 * 24.0  # hours; options.OPTIONS has the same default
NEVER = np.datetime64("NaT", "us")
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Lives:
    """Columns with an element a report; NaT for what has not happened. `end` is how it ended: "" where it is open."""

    state: NDArray[np.object_]
    end: NDArray[np.object_]  # resolve | reject
    accepted_at: Moments
    asked_at: Moments
    ended_at: Moments
    rated_at: Moments
    closed_at: Moments
    stars: NDArray[np.int64]  # 0 where nobody rated


def draw(rng: Generator, created: Moments, *, urgent: Flags, now: np.datetime64) -> Lives:
    """A life for each report that came at a moment; what is urgent is answered within hours, the rest within days."""
    count = len(created)
    chance = rng.random(count)
    end = np.where(chance < REJECTED, "reject", "resolve").astype(object)
    stuck = rng.random(count) < STUCK
    answered = _later(created, rng.lognormal(1.2, 1.0, count))
    accepted = np.where(end == "resolve", answered, NEVER)
    accepted = np.where(stuck, np.where(rng.random(count) < NEVER_TAKEN, NEVER, answered), accepted)
    accepted = np.where(accepted > now, NEVER, accepted)
    work = np.where(urgent, rng.lognormal(2.3, 0.9, count), rng.lognormal(4.35, 0.85, count))
    ended = np.where(end == "resolve", _later(answered, work), answered)
    ended = np.where(stuck | (ended > now), NEVER, ended)
    open_ = np.isnat(ended)
    end = np.where(open_, "", end)
    asked = open_ & (created < now - np.timedelta64(1, "D")) & (rng.random(count) < ASKED)
    asked_at = np.where(asked, np.where(np.isnat(accepted), created, accepted) + np.timedelta64(90, "m"), NEVER)
    asked_at = np.where(asked_at > now, NEVER, asked_at)
    rated = _later(ended, np.minimum(rng.exponential(50, count), 14 * 24))
    rated = np.where((end == "resolve") & (rng.random(count) < RATED) & (rated <= now), rated, NEVER)
    closed = _later(ended, np.full(count, CLOSES))
    closed = np.where(np.isin(end, ("resolve", "reject")) & (closed <= now), closed, NEVER)
    stars = np.where(np.isnat(rated), 0, rng.choice(5, count, p=STARS) + 1)
    state = _states(end, accepted, asked_at, closed)
    return Lives(state, end, accepted, asked_at, ended, rated, closed, stars)


def _states(end: NDArray[np.object_], accepted: Moments, asked: Moments, closed: Moments) -> NDArray[np.object_]:
    state = np.where(np.isnat(accepted), "received", "in_progress").astype(object)
    state[~np.isnat(asked)] = "needs_info"
    for how, name in (("resolve", "resolved"), ("reject", "rejected")):
        state[end == how] = name
    state[~np.isnat(closed)] = "closed"
    return state


def _later(at: Moments, hours: NDArray[np.float64]) -> Moments:
    moved: Moments = at + (hours * 3600).astype(np.int64).astype("timedelta64[s]").astype("timedelta64[us]")
    return moved
