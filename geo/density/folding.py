"""What was appended goes into the blocks: a batch of changes at a time, one transaction, one worker at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from psycopg import Connection

from geo.density.block import NOTHING, Entries, decode, encode, joined
from geo.density.grid import DEEPEST, EVER, LEVELS, NEVER, SIDE, pack

LEAST = 4_096  # entries of a block before it may be split
BATCH = 500  # chunks whose blocks are in memory at a time
_INSIDE = (1 << SIDE) - 1
_READ = """
    SELECT asked.at, b.first_day, b.until_day, b.before, b.within
    FROM unnest(%(at)s::int[], %(category)s::int[], %(x)s::int[], %(y)s::int[], %(day)s::int[])
        AS asked (at, category, x, y, day)
    JOIN density_blocks b ON b.level = %(level)s AND b.category_id = asked.category AND b.x = asked.x AND b.y = asked.y
        AND b.until_day > asked.day
    ORDER BY asked.at, b.first_day
    """
_DELETE = """
    DELETE FROM density_blocks b
    USING unnest(%(category)s::int[], %(x)s::int[], %(y)s::int[], %(day)s::int[]) AS asked (category, x, y, day)
    WHERE b.level = %(level)s AND b.category_id = asked.category AND b.x = asked.x AND b.y = asked.y
        AND b.until_day > asked.day
    """
_COPY = (
    "COPY density_blocks (level, category_id, x, y, first_day, until_day, before, within) FROM STDIN (FORMAT BINARY)"
)
_TYPES = ["int2", "int4", "int4", "int4", "int4", "int4", "bytea", "bytea"]


@dataclass(frozen=True)
class Changes:
    """Columns of one length: place in the grid of DEEPEST, day, category, state (index in STATES), owner, demo, n."""

    x: NDArray[np.int64]
    y: NDArray[np.int64]
    day: NDArray[np.int64]
    category: NDArray[np.int64]
    state: NDArray[np.int64]
    owner: NDArray[np.int64]
    demo: NDArray[np.int64]
    n: NDArray[np.int64]


@dataclass(frozen=True)
class Block:
    """The counts of the days from `first` until before `until`, and of all before, of one chunk."""

    first: int
    until: int
    before: Entries
    within: Entries


def fold(connection: Connection[Any], changes: Changes) -> None:
    """Adds changes to the blocks of every level, for all categories together and for each, in the transaction."""
    for level in LEVELS:
        shift = DEEPEST - level
        x, y = changes.x >> shift, changes.y >> shift
        cell = (y & _INSIDE) << SIDE | x & _INSIDE
        series = pack(cell, changes.demo, changes.state, changes.owner)
        for category in (np.zeros_like(changes.category), changes.category):
            _fold_level(connection, level, (category, x >> SIDE, y >> SIDE), series, changes)


def _fold_level(
    connection: Connection[Any], level: int, where: tuple[NDArray[np.int64], ...], series: Any, changes: Changes
) -> None:
    category, x, y = where
    # A chunk's column and row have DEEPEST - SIDE = 13 bits each at most.
    group, keys = pd.factorize(category << 26 | x << 13 | y)
    order = np.argsort(group, kind="stable")
    ends = np.cumsum(np.bincount(group, minlength=len(keys)))
    parts = np.split(order, ends[:-1])
    for start in range(0, len(keys), BATCH):
        touched: list[tuple[tuple[int, ...], Entries]] = []
        for key, part in zip(keys[start : start + BATCH].tolist(), parts[start : start + BATCH], strict=True):
            entries = Entries.of(series[part], changes.n[part], changes.day[part])
            if len(entries):
                touched.append(((key >> 26, key >> 13 & 0x1FFF, key & 0x1FFF), entries))
        if touched:
            _write(connection, level, touched)


def _write(connection: Connection[Any], level: int, touched: list[tuple[tuple[int, ...], Entries]]) -> None:
    columns = zip(*((at, *where, int(entries.day[0])) for at, (where, entries) in enumerate(touched)), strict=True)
    asked = dict(zip(("at", "category", "x", "y", "day"), map(list, columns), strict=True)) | {"level": level}
    found: dict[int, list[Block]] = {}
    with connection.cursor(binary=True) as cursor:
        for at, first, until, before, within in cursor.execute(_READ, asked):
            found.setdefault(at, []).append(Block(first, until, decode(before), decode(within)))
        cursor.execute(_DELETE, asked)
        with cursor.copy(_COPY) as copy:
            copy.set_types(_TYPES)
            for at, (where, entries) in enumerate(touched):
                for block in merged(found.get(at, []), entries):
                    row = (level, *where, block.first, block.until, encode(block.before), encode(block.within))
                    copy.write_row(row)


def merged(blocks: list[Block], entries: Entries) -> Iterator[Block]:
    """The blocks of a chunk from the first that changes on, with entries added, split where they have grown too large.

    A block has about as many entries as series before it, so that neither of the two that a question about a span of
    days reads costs much more than the other.
    """
    blocks = blocks or [Block(NEVER, EVER, NOTHING, NOTHING)]
    before = blocks[0].before
    for block in blocks:
        within = joined(block.within, entries.between(block.first, block.until))
        for first, until in _spans(block, within, max(LEAST, len(before))):
            part = within.between(first, until)
            yield Block(first, until, before, part)
            if until != EVER:
                before = joined(before, part.dayless())


def _spans(block: Block, within: Entries, size: int) -> Iterator[tuple[int, int]]:
    """The block's span of days, in pieces of about `size` entries where it has more than twice as many."""
    first = block.first
    if len(within) > 2 * size:
        for at in range(size, len(within) - size, size):
            # A day is never in two blocks.
            if (day := int(within.day[at])) > max(first, int(within.day[0])):
                yield first, day
                first = day
    yield first, block.until
