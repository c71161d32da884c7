"""What became of each area of one edition in another, with shares: figures of 2023 told by the areas of 2026."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from boundaries.models import Edition
from boundaries.overlay import NONE, Overlay, overlay
from boundaries.reported import Reported, points, reported


@dataclass(frozen=True)
class Part:
    """What an old area and a new one have in common; without a new one, what no area of the other edition has.

    Shares are of the old area and add up to one over its parts; `report_share` is None where it has no report.
    """

    old: str
    old_name: str
    new: str | None
    new_name: str | None
    square_metres: float
    area_share: float
    reports: int
    report_share: float | None
    demo: bool  # whether the reports are the demonstration's


def correspondence(
    session: Session, first: Edition, second: Edition, level: str, other: str, *, demo: bool = False
) -> list[Part]:
    """The parts of the areas of a level of one edition among those of a level of another, by code, large parts first.

    Reports are those that the public may see, by their public points, the demonstration's where it is `demo`;
    NotFoundError for a level that an edition lacks.
    """
    laid = overlay(session, first, level, second, other)
    return parts(laid, reported(laid, points(session, demo=demo)))


def parts(laid: Overlay, counts: Reported) -> list[Part]:
    """The parts of an overlay with the reports on each."""
    old, new, every = laid.old, laid.new, counts.every
    # The last column is what no new area has.
    sizes = np.zeros((len(old.code), len(new.code) + 1))
    there = laid.left != NONE
    sizes[laid.left[there], laid.right[there]] = laid.sizes[there]
    found: list[Part] = []
    for i, row in enumerate(sizes):
        total, reports = float(row.sum()), int(every[i].sum())
        for j in sorted(np.flatnonzero((row > 0) | (every[i] > 0)), key=lambda j: (-row[j], j)):
            code, name = (new.code[j], new.full_name(int(j))) if j < len(new.code) else (None, None)
            share = int(every[i, j]) / reports if reports else None
            size = float(row[j])
            land, said = (size, size / total), (int(every[i, j]), share)
            found.append(Part(old.code[i], old.full_name(i), code, name, *land, *said, demo=counts.demo))
    return found
