"""Pins that may be near a border or in no area: what lies around each decides, as `routing.route` decides for one."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from boundaries import reasons
from boundaries.atlas import Sheet
from boundaries.metric import Floats, to_metric
from boundaries.pieces import TOUCH, Indices, Pairs
from boundaries.shares import DIGITS, masses, radii
from geo.settings import Settings

if TYPE_CHECKING:
    from boundaries.batch import Committees, Routings

Objects = NDArray[np.object_]


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
        accuracy: Floats,
        radius: Floats,
        settings: Settings,
    ) -> None:
        self._sheet, self._neighbours, self._rows, self._settings = sheet, neighbours, rows, settings
        self._x, self._y = to_metric(lon[rows], lat[rows])
        self._own = sheet.pieces.near(self._x, self._y, radius[rows])
        self._next = neighbours.pieces.near(self._x, self._y, radius[rows])
        self._share = self._shares(radii(accuracy[rows], settings.border_uncertainty))

    def judge(self, result: "Routings", area: Indices) -> Indices:
        """Writes the area, reason, distance in metres, confidence or refusal of each of the pins into the columns.

        The rows of those that lie outside the area they are given to.
        """
        count = len(self._rows)
        hit = self._own.where(self._own.distance <= TOUCH)
        lies = np.full(count, -1, np.intp)
        lies[hit.pin[::-1]] = hit.area[::-1]  # pairs are sorted: the first area by code is written last
        covered = np.bincount(hit.pin, minlength=count)
        outer = np.flatnonzero(covered == 0)
        beyond = np.full(count, np.nan)
        beyond[outer], lies[outer] = self._beyond(outer, result.refusal)
        # The likeliest; of equal ones where the pin lies, then the smallest code.
        order = np.lexsort((self._own.area, self._own.area != lies[self._own.pin], -self._share, self._own.pin))
        order = order[lies[self._own.pin[order]] >= 0][::-1]
        chosen, distance, confidence = lies.copy(), beyond, np.full(count, np.nan)
        pin = self._own.pin[order]
        chosen[pin], confidence[pin] = self._own.area[order], self._share[order]
        distance[pin] = self._own.distance[order]
        rival = np.full(count, np.inf)
        others = self._own.where(self._own.area != chosen[self._own.pin])
        np.minimum.at(rival, others.pin, others.distance)
        np.minimum.at(rival, self._next.pin, self._next.distance)
        inside = covered > 0
        found = np.where(covered > 1, "border", np.where(rival < np.inf, "uncertain", "inside")).astype(object)
        found[~inside] = np.where(lies[~inside] >= 0, "nearest", "")
        area[self._rows] = chosen
        result.reason[self._rows] = found
        result.distance[self._rows] = np.where(inside, np.where(rival < np.inf, rival, np.nan), distance)
        result.confidence[self._rows] = confidence
        return self._rows[(lies >= 0) & ~(distance <= TOUCH)]

    def _beyond(self, pins: Indices, refusal: Objects) -> tuple[Floats, Indices]:
        """The metres to the area nearest to each pin in none, and that area, -1 where it is refused."""
        pairs = self._sheet.pieces.closest(self._x[pins], self._y[pins])
        least, nearest = np.full(len(pins), np.inf), np.zeros(len(pins), np.intp)
        least[pairs.pin[::-1]], nearest[pairs.pin[::-1]] = pairs.distance[::-1], pairs.area[::-1]
        there = np.full(len(self._rows), -1, np.intp)
        over = self._next.where(self._next.distance <= TOUCH)
        there[over.pin[::-1]] = over.area[::-1]
        reach = np.where(self._sheet.coastal[nearest], self._settings.coast_distance, 0.0)
        taken = (least <= np.maximum(reach, self._settings.border_uncertainty)) & (there[pins] < 0)
        for row, metres, province in zip(self._rows[pins[~taken]], least[~taken], there[pins][~taken], strict=True):
            name = self._neighbours.full_name(province) if province >= 0 else None
            refusal[row] = str(reasons.outside(float(metres), name))
        return np.where(taken, least, np.nan), np.where(taken, nearest, -1)

    def list_candidates(self, units: "Committees", area: Indices, result: "Routings") -> None:
        """Writes the candidates of each pin that has two areas or more within its radius, the greatest share first.

        Where all of them have one unit and no other province is near, there is nothing to be confirmed about it.
        """
        several = np.bincount(self._own.pin, minlength=len(self._rows)) > 1
        several &= area[self._rows] >= 0
        kept = several[self._own.pin]
        pairs, share = self._own.where(kept), self._share[kept]
        if not len(pairs.pin):
            return
        foreign = np.bincount(self._next.pin, minlength=len(self._rows)) > 0
        order = np.lexsort((pairs.area, -share, pairs.pin))
        pin, place, share = pairs.pin[order], pairs.area[order], share[order]
        starts = np.flatnonzero(np.append(True, pin[1:] != pin[:-1]))
        code, unit, ids = self._sheet.code[place], units.codes[place], units.ids[place].tolist()
        listed = [
            {"area": a, "unit": u, "share": s} for a, u, s in zip(code, unit, share.tolist(), strict=True)
        ]  # fmt: skip
        for start, stop in zip(starts.tolist(), [*starts[1:].tolist(), len(pin)], strict=True):
            row = self._rows[pin[start]]
            result.candidates[row] = listed[start:stop]
            mine = units.ids[area[row]]
            rest = [one for one in dict.fromkeys(ids[start:stop]) if one != mine]
            result.others[row] = rest or None
            if not rest and not foreign[pin[start]]:
                result.needs_confirmation[row] = False

    def _shares(self, discs: Floats) -> Floats:
        """How likely each pair of the areas is, of all areas and provinces within the radius of its pin."""
        count = len(self._rows)
        own = np.bincount(self._own.pin, minlength=count)
        open_ = np.flatnonzero((own > 0) & (own + np.bincount(self._next.pin, minlength=count) > 1))
        mine = self._masses(self._sheet, self._own, open_, discs)
        theirs = self._masses(self._neighbours, self._next, open_, discs)
        total = np.bincount(self._own.pin, mine, count) + np.bincount(self._next.pin, theirs, count)
        total, all_ = total[self._own.pin], own[self._own.pin]
        share = np.where(total > 0, mine / np.where(total > 0, total, 1), 1 / all_)
        return np.asarray(np.round(share, DIGITS), np.float64)

    def _masses(self, sheet: Sheet, pairs: Pairs, pins: Indices, discs: Floats) -> Floats:
        """What each pair has of the discs around its pin, for some of the pins; 0 for others."""
        if not len(pins) or not len(pairs.pin):
            return np.zeros(len(pairs.pin))
        x, y, discs = self._x[pins], self._y[pins], discs[pins]
        pin, part = sheet.pieces.parts(x, y, discs.max(axis=1))
        width = len(sheet.code)
        known = pairs.pin * width + pairs.area  # sorted, as pairs are
        wanted = pins[pin] * width + sheet.pieces.owner[part]
        place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        kept = np.flatnonzero(known[place] == wanted)  # the discs may reach areas beyond the radius
        pin, part = pin[kept], part[kept]
        found = masses(x[pin], y[pin], discs[pin], sheet.pieces.polygons[part])
        return np.asarray(np.bincount(place[kept], found, len(known)), np.float64)
