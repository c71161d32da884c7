"""The kept counts, read: what was folded and what was appended since, in one statement and so in one moment."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.database import driver
from geo.density.block import Entries, decode
from geo.density.grid import (
    CELLS,
    DEEPEST,
    NEVER,
    SIDE,
    STATES,
    cell_and_demo,
    demo_of,
    kept,
    owner_of,
    pack,
    state_of,
)
from geo.filters import Filters
from geo.models import Category, DensityOwner, Unit

Window = tuple[int, int, int, int]  # first and last column, first and last row of cells of a level, inclusive
ALL = 0  # the category of the counts of all categories together
_INSIDE = (1 << SIDE) - 1
# The blocks in which the days before the first and the last day lie; of every chunk one or two.
_BLOCKS = """
    SELECT x, y, category_id, first_day, until_day, before, within,
        NULL::text, NULL::boolean, NULL::integer, NULL::text, NULL::text
    FROM density_blocks
    WHERE level = %(level)s AND category_id = ANY(%(categories)s)
        AND x BETWEEN %(west)s >> 5 AND %(east)s >> 5 AND y BETWEEN %(north)s >> 5 AND %(south)s >> 5
        AND {days}
    """
_INSIDE_OF = "first_day <= {day} AND until_day > {day}"
_DELTAS = """
    SELECT x >> %(shift)s, y >> %(shift)s, category_id, {day}, sum(n)::integer, NULL, NULL,
        state, demo, unit_id, area_code, commune_code
    FROM density_deltas
    WHERE day >= %(first)s AND day < %(until)s
        AND x >> %(shift)s BETWEEN %(west)s AND %(east)s AND y >> %(shift)s BETWEEN %(north)s AND %(south)s
        AND (%(all)s OR category_id = ANY(%(categories)s))
    GROUP BY 1, 2, 3, 4, state, demo, unit_id, area_code, commune_code
    """


class Part(NamedTuple):
    """Counts of one chunk of a kept level and one category (ALL for all together)."""

    x: int
    y: int
    category: int
    entries: Entries

    def cells(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Columns and rows of the entries in the grid of the level."""
        cell = (self.entries.series & np.uint32(CELLS - 1)).astype(np.int64)
        return (self.x << SIDE) + (cell & _INSIDE), (self.y << SIDE) + (cell >> SIDE)


@dataclass
class Owners:
    """Who answers where, by the numbers that the counts use: unit id, area and commune of each."""

    known: dict[tuple[int, str | None, str | None], int] = field(default_factory=dict)
    _matching: dict[tuple[Any, ...], NDArray[np.bool_]] = field(default_factory=dict)

    def read(self, session: Session) -> None:
        """Gets to know all that there are; after the counts, for a fold in between may have added one."""
        columns = (DensityOwner.id, DensityOwner.unit_id, DensityOwner.area_code, DensityOwner.commune_code)
        for number, unit, area, commune in session.execute(select(*columns)):
            self.known[unit, area, commune] = number

    def number(self, unit: int, area: str | None, commune: str | None) -> int:
        """The number of an owner; of one who came a moment ago a new one, which only this object knows."""
        owner = (unit, area, commune)
        if owner not in self.known:
            self.known[owner] = max(self.known.values(), default=0) + 1
        return self.known[owner]

    def columns(self, numbers: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Unit ids, areas and communes of owners by their numbers."""
        table = np.empty((max(self.known.values(), default=0) + 1, 3), object)
        for owner, number in self.known.items():
            table[number] = owner
        return dict(zip(("unit", "area", "commune"), table[numbers].T, strict=True))

    def matching(self, unit: int | None, area: str | None, *, sensitive: bool) -> NDArray[np.bool_]:
        """Which numbers pass a unit and an area; the commune of a sensitive report is nobody's business."""
        key = (unit, area, sensitive, len(self.known))
        if key not in self._matching:
            self._matching[key] = self._match(unit, area, sensitive=sensitive)
        return self._matching[key]

    def _match(self, unit: int | None, area: str | None, *, sensitive: bool) -> NDArray[np.bool_]:
        found = np.zeros(max(self.known.values(), default=0) + 1, bool)
        for (its_unit, its_area, its_commune), number in self.known.items():
            near = area is None or its_area == area or (its_commune == area and not sensitive)
            found[number] = near and unit in (None, its_unit)
        return found


@dataclass(frozen=True)
class Asked:
    """A question to the counts: ids instead of codes, whole days since EPOCH, everything else as in Filters."""

    first: int
    until: int
    categories: tuple[int, ...]
    sensitive: frozenset[int]
    state: int | None
    unit: int | None
    area: str | None
    demo: bool | None

    def passes(self, category: int, entries: Entries, owners: Owners) -> Entries:
        """Those of a category's entries that pass state, unit, area and kind."""
        series = entries.series
        keep = np.ones(len(series), bool)
        if self.state is not None:
            keep &= state_of(series) == self.state
        if self.demo is not None:
            keep &= demo_of(series) == self.demo
        if self.unit is not None or self.area is not None:
            keep &= owners.matching(self.unit, self.area, sensitive=category in self.sensitive)[owner_of(series)]
        return entries if keep.all() else Entries(series[keep], entries.count[keep], entries.day[keep])


def asked(
    session: Session, filters: Filters, days: tuple[int, int], *, demo: bool | None, by_category: bool = False
) -> Asked:
    """The question that filters ask about the days from the first until before the second."""
    rows = session.execute(select(Category.id, Category.code, Category.sensitive)).all()
    chosen = [row.id for row in rows if not filters.category or row.code in filters.category]
    apart = bool(filters.category) or filters.area is not None or by_category
    unit = session.scalar(select(Unit.id).where(Unit.code == filters.unit)) if filters.unit else None
    # A withdrawn report is in no count: a number that no state has.
    state = (*STATES, filters.state).index(filters.state) if filters.state else None
    return Asked(
        *days,
        tuple(chosen) if apart else (ALL,),
        frozenset(row.id for row in rows if row.sensitive),
        state,
        unit,
        filters.area,
        demo,
    )


def parts(
    session: Session,
    question: Asked,
    level: int,
    window: Window | None,
    *,
    owners: Owners | None = None,
    daily: bool = False,
) -> Iterator[Part]:
    """The counts that a question asks for, at a kept level, in the chunks that touch a window of its cells.

    With `daily` each entry tells its day; otherwise its days mean nothing. `owners` are read, where somebody asks who.
    """
    last = (1 << level) - 1
    west, east, north, south = window or (0, last, 0, last)
    ends = ["%(first)s"] * (question.first != NEVER) + ["%(until)s - 1"]
    holding = " OR ".join(_INSIDE_OF.format(day=day) for day in ends)
    days = "first_day < %(until)s AND until_day > %(first)s" if daily else f"({holding})"
    query = f"{_BLOCKS.format(days=days)} UNION ALL {_DELTAS.format(day='day' if daily else '0')}"
    values: dict[str, Any] = {"level": level, "shift": DEEPEST - level, "all": question.categories == (ALL,)}
    values |= {"west": west, "east": east, "north": north, "south": south}
    values |= {"first": question.first, "until": question.until, "categories": list(question.categories)}
    with driver(session).cursor(binary=True) as cursor:
        found = cursor.execute(query, values).fetchall()
    known = owners if owners is not None else Owners()
    if owners is not None or question.unit is not None or question.area is not None:
        known.read(session)
    appended = [row for row in found if row[6] is None]
    folded = (_folded(row, question, daily=daily) for row in found if row[6] is not None)
    for part in chain(folded, _appended(appended, known)):
        passing = question.passes(part.category, part.entries, known)
        if len(passing):
            yield part._replace(entries=passing)


def _folded(row: tuple[Any, ...], question: Asked, *, daily: bool) -> Part:
    x, y, category, first, until, before, inside, *_rest = row
    if daily:
        return Part(x, y, category, decode(inside).between(question.first, question.until))
    return Part(x, y, category, _block(question, first, until, before, inside))


def _block(question: Asked, first: int, until: int, before: bytes, inside: bytes) -> Entries:
    """What a block says of the question's days: what came up to the last one, less what came before the first."""
    has_first = first <= question.first != NEVER and question.first < until
    has_last = first < question.until <= until
    within = decode(inside)
    if has_first and has_last:
        return within.between(question.first, question.until)
    upto, sign = (question.until, 1) if has_last else (question.first, -1)
    ends = (decode(before), within.between(NEVER, upto))
    return Entries(
        np.concatenate([one.series for one in ends]),
        np.concatenate([one.count for one in ends]) * sign,
        np.concatenate([one.day for one in ends]),
    )


def _appended(rows: list[tuple[Any, ...]], owners: Owners) -> Iterator[Part]:
    """Changes that are in no block yet, by chunk and category: after bulk loading a hundred thousand at once."""
    if not rows:
        return
    columns = list(zip(*rows, strict=True))
    x, y, category, day, n = (np.array(column, np.int64) for column in columns[:5])
    state = np.array([STATES.index(one) for one in columns[7]])
    owner = np.array([owners.number(*one) for one in zip(*columns[9:], strict=True)])
    series = pack((y & _INSIDE) << SIDE | x & _INSIDE, np.array(columns[8]), state, owner)
    group, keys = pd.factorize(category << 32 | (x >> SIDE) << 16 | y >> SIDE)
    order = np.argsort(group, kind="stable")
    ends = np.cumsum(np.bincount(group))
    for key, part in zip(keys.tolist(), np.split(order, ends[:-1]), strict=True):
        yield Part(key >> 16 & 0xFFFF, key & 0xFFFF, key >> 32, Entries(series[part], n[part], day[part]))


def finer(level: int, window: Window | None) -> tuple[int, Window | None]:
    """The kept level that a level is summed from, and the window of its cells that are in a window of the level's."""
    found = kept(level)
    shift = found - level
    if window is None:
        return found, None
    west, east, north, south = window
    return found, (west << shift, (east + 1 << shift) - 1, north << shift, (south + 1 << shift) - 1)


def within(x: NDArray[Any], y: NDArray[Any], window: Window) -> NDArray[np.bool_]:
    """Which columns and rows lie in a window."""
    return (x >= window[0]) & (x <= window[1]) & (y >= window[2]) & (y <= window[3])


def by_cell(found: Iterator[Part]) -> dict[tuple[int, int], NDArray[np.int64]]:
    """The counts of each chunk's CELLS cells, a row of what people sent and one of the demonstration."""
    chunks: dict[tuple[int, int], NDArray[np.int64]] = {}
    for part in found:
        counts = np.bincount(cell_and_demo(part.entries.series), part.entries.count, 2 * CELLS)
        total = chunks.setdefault((part.x, part.y), np.zeros((2, CELLS), np.int64))
        total += counts.astype(np.int64).reshape(2, CELLS)
    return chunks


__all__ = ["Asked", "Owners", "Part", "Window", "asked", "by_cell", "finer", "parts", "within"]
