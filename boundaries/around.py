"""Pins that may be near a border or in no area: what lies around each decides, as `routing.route` decides for one."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from boundaries import reasons
from boundaries.atlas import Sheet
from boundaries.metric import Floats, to_metric
from boundaries.pieces import TOUCH, Indices, Pairs
from boundaries.shares import overlaps
from geo.settings import Settings

if TYPE_CHECKING:
    from boundaries.batch import Committees

Objects = NDArray[np.object_]
DIGITS = 4  # of a share, as it is kept and compared


class Around:
    """The areas and provinces within the radius of chosen pins; `rows` are the places of these pins in the arrays."""

    def __init__(
        self,
        sheet: Sheet,
        neighbours: Sheet,
        rows: Indices,
        *,
        lon: Floats,
        lat: Floats,
        radius: Floats,
        settings: Settings,
    ) -> None:
        self._sheet, self._neighbours, self._rows, self._settings = sheet, neighbours, rows, settings
        self._x, self._y = to_metric(lon[rows], lat[rows])
        self._radius = radius[rows]
        self._own = sheet.pieces.near(self._x, self._y, self._radius)
        self._next = neighbours.pieces.near(self._x, self._y, self._radius)

    def judge(self, area: Indices, reason: Objects, distance: Floats, refusal: Objects) -> None:
        """Writes the area, reason, distance in metres or refusal of each of the pins into the columns."""
        count = len(self._rows)
        covers = self._own.distance <= TOUCH
        chosen = np.full(count, -1, np.intp)
        hit = self._own.where(covers)
        chosen[hit.pin[::-1]] = hit.area[::-1]  # pairs are sorted: the first area by code is written last
        covered = np.bincount(hit.pin, minlength=count)
        rival = np.full(count, np.inf)
        others = self._own.where(self._own.area != chosen[self._own.pin])
        np.minimum.at(rival, others.pin, others.distance)
        np.minimum.at(rival, self._next.pin, self._next.distance)
        inside = covered > 0
        found = np.where(covered > 1, "border", np.where(rival < np.inf, "uncertain", "inside")).astype(object)
        area[self._rows[inside]] = chosen[inside]
        reason[self._rows[inside]] = found[inside]
        distance[self._rows[inside]] = np.where(rival < np.inf, rival, np.nan)[inside]
        self._judge_beyond(np.flatnonzero(~inside), area, reason, distance, refusal)

    def _judge_beyond(self, pins: Indices, area: Indices, reason: Objects, distance: Floats, refusal: Objects) -> None:
        pairs = self._sheet.pieces.closest(self._x[pins], self._y[pins])
        least, nearest = np.full(len(pins), np.inf), np.zeros(len(pins), np.intp)
        least[pairs.pin[::-1]], nearest[pairs.pin[::-1]] = pairs.distance[::-1], pairs.area[::-1]
        there = np.full(len(self._rows), -1, np.intp)
        over = self._next.where(self._next.distance <= TOUCH)
        there[over.pin[::-1]] = over.area[::-1]
        reach = np.where(self._sheet.coastal[nearest], self._settings.coast_distance, 0.0)
        taken = (least <= np.maximum(reach, self._settings.border_uncertainty)) & (there[pins] < 0)
        rows = self._rows[pins]
        area[rows] = np.where(taken, nearest, -1)
        reason[rows[taken]] = "nearest"
        distance[rows[taken]] = least[taken]
        for row, metres, province in zip(rows[~taken], least[~taken], there[pins][~taken], strict=True):
            name = self._neighbours.full_name(province) if province >= 0 else None
            refusal[row] = str(reasons.outside(float(metres), name))

    def list_candidates(self, units: "Committees", area: Indices, candidates: Objects, others: Objects) -> None:
        """Writes the candidates of each pin that has two areas or more within its radius, the greatest share first."""
        several = np.bincount(self._own.pin, minlength=len(self._rows)) > 1
        several &= area[self._rows] >= 0
        pairs = self._own.where(several[self._own.pin])
        if not len(pairs.pin):
            return
        share = np.round(self._shares(pairs, np.flatnonzero(several)), DIGITS)
        order = np.lexsort((pairs.area, -share, pairs.pin))
        pin, place, share = pairs.pin[order], pairs.area[order], share[order]
        starts = np.flatnonzero(np.append(True, pin[1:] != pin[:-1]))
        code, unit, ids = self._sheet.code[place], units.codes[place], units.ids[place].tolist()
        listed = [
            {"area": a, "unit": u, "share": s} for a, u, s in zip(code, unit, share.tolist(), strict=True)
        ]  # fmt: skip
        for start, stop in zip(starts.tolist(), [*starts[1:].tolist(), len(pin)], strict=True):
            row = self._rows[pin[start]]
            candidates[row] = listed[start:stop]
            mine = units.ids[area[row]]
            rest = [one for one in dict.fromkeys(ids[start:stop]) if one != mine]
            others[row] = rest or None

    def _shares(self, pairs: Pairs, pins: Indices) -> Floats:
        """The share of each pair of what the circle of its pin has in all areas."""
        x, y, radius = self._x[pins], self._y[pins], self._radius[pins]
        pin, part = self._sheet.pieces.parts(x, y, radius)
        pieces = overlaps(x[pin], y[pin], radius[pin], self._sheet.pieces.polygons[part])
        width = len(self._sheet.code)
        wanted = pairs.pin * width + pairs.area  # sorted, as pairs are
        place = np.searchsorted(wanted, pins[pin] * width + self._sheet.pieces.owner[part])
        sums = np.bincount(place, pieces, len(wanted))
        total = np.bincount(pairs.pin, sums, len(self._rows))[pairs.pin]
        count = np.bincount(pairs.pin, minlength=len(self._rows))[pairs.pin]
        return np.where(total > 0, sums / np.where(total > 0, total, 1), 1 / count)
