"""True places, the border's error and the phone's, drawn as nature might; what then was the true area of each pin."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import stats
from sqlalchemy.orm import Session

from boundaries import atlas
from boundaries.atlas import Sheet
from boundaries.batch import Routings, route_many
from boundaries.metric import to_degrees, to_metric
from boundaries.models import Edition
from geo.settings import Settings
from tests.boundaries import points

# Student's t has a tail as heavy as the borders' (26 m and 150 m) and is not what the model takes for it.
FREEDOM = 1.7913
MEDIAN = 26.0
NEAR = 1_500.0  # metres: farther from every border no error of these makes a pin uncertain
ACCURACIES = np.array([np.nan, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0])


@dataclass(frozen=True)
class Drawn:
    """Pins as they were answered, and of each the code of the area that it truly happened in, "" outside of all."""

    answers: Routings
    true: NDArray[np.object_]
    accuracy: NDArray[np.float64]

    def pairs(self) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """The probability of every candidate of the pins that are not certain, and whether it was the true one."""
        chance, right = [], []
        answers = self.answers
        open_ = np.flatnonzero((answers.refusal == "") & np.isin(answers.reason, ["uncertain", "border", "nearest"]))
        for row in open_:
            if np.isnan(answers.confidence[row]):
                continue
            listed = answers.candidates[row] or [{"area": answers.area_code[row], "share": answers.confidence[row]}]
            for one in listed:
                chance.append(one["share"])
                right.append(one["area"] == self.true[row])
        return np.array(chance), np.array(right)


def draw(session: Session, settings: Settings, edition: Edition, rng: Generator, count: int) -> Drawn:
    """So many pins of true places that lie alike everywhere on land at most NEAR metres from a border of the edition.

    Our map is the true one, and a place on it lies elsewhere by the border's error; the phone adds its own error.
    """
    sheet = atlas.sheet(session, edition, edition.routing_level)
    beyond = atlas.sheet(session, edition, "neighbour")
    x, y = _places(rng, sheet, count)  # on our map
    own, around = sheet.pieces.covering(x, y), beyond.pieces.covering(x, y)
    land = (own >= 0) | (around >= 0)
    true = np.where(own >= 0, np.append(sheet.code, "")[own], "")
    accuracy = rng.choice(ACCURACIES, count)
    phone = rng.normal(size=(2, count)) * np.nan_to_num(accuracy) / np.sqrt(2 * np.log(20))
    # A vector alike in all directions whose part along any one is Student's.
    tail = np.sqrt(FREEDOM / rng.chisquare(FREEDOM, count))
    border = rng.normal(size=(2, count)) * tail * MEDIAN / stats.t.ppf(0.75, FREEDOM)
    px, py = to_degrees(x + phone[0] + border[0], y + phone[1] + border[1])
    answers = route_many(session, px[land], py[land], accuracy=accuracy[land], edition=edition.code, settings=settings)
    return Drawn(answers, true[land].astype(object), accuracy[land])


def _places(rng: Generator, sheet: Sheet, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    lines = shapely.get_parts(shapely.boundary(sheet.polygons))
    near = shapely.STRtree(shapely.transform(lines, lambda c: np.column_stack(to_metric(*c.T))))
    x, y = np.empty(0), np.empty(0)
    while len(x) < count:
        more = to_metric(*points.beyond(rng, sheet.polygons, count))
        kept = np.unique(near.query(shapely.points(*more), predicate="dwithin", distance=NEAR)[0])
        x, y = np.append(x, more[0][kept]), np.append(y, more[1][kept])
    return x[:count], y[:count]


def deciles(chance: NDArray[np.float64], right: NDArray[np.bool_]) -> list[tuple[int, float, float]]:
    """For each tenth of the probabilities: how many pairs, what was said on average, how often it was so."""
    place = np.minimum((chance * 10).astype(int), 9)
    found = []
    for tenth in range(10):
        mine = place == tenth
        found.append((int(mine.sum()), float(chance[mine].mean()), float(right[mine].mean())))
    return found


__all__ = ["ACCURACIES", "Drawn", "deciles", "draw"]
