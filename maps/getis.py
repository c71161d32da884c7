"""Where more happens than usual, and how sure that is: counts of cells in, scores out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
LEVELS = (95, 99, 99.9)  # percent; what is left to a hundred is the rate of false discoveries
SHRINK = 1.0  # windows: so much does the province's rate weigh beside a cell's own history
PRIOR = 0.5  # reports: keeps the score of a cell where nothing is expected finite
_CALM = 1e-6  # less excess variance is none


@dataclass(frozen=True)
class Counts:
    """Reports of cells of a grid: now, in the whole history before, and in some windows of it as rows.

    `windows` is how many times longer the history is than the window that is now.
    """

    x: Ints
    y: Ints
    now: Ints
    history: Ints
    past: Ints
    windows: float


@dataclass(frozen=True)
class Scores:
    """Of each cell: reports expected, Gi* as a standard score, p, and the level in percent, 0 where it is not hot."""

    expected: Floats
    z: Floats
    p: Floats
    level: Floats
    near: Any  # sparse cells × cells: 1 for a cell and its queen neighbours


def scores(counts: Counts) -> Scores:
    """Scores each cell by what it and its queen neighbours hold, beside their own history.

    `z` is Gi* of Getis & Ord (1992, Geographical Analysis 24) in the standard form of Ord & Getis (1995, ibid. 27), of
    (now - expected) / sqrt(expected + PRIOR). `p` is that of a permutation: deal the moments of all reports anew, leave
    their places; how often do as many fall on now around here? (Kulldorff et al. 2005, PLoS Medicine 2; of one
    neighbourhood the distribution is hypergeometric, so that nothing need be drawn.) Where counts swing more than by
    chance from window to window, `p` is that of a negative binomial with as large a variance, if that is larger. A cell
    is hot at a level where p passes the false-discovery rate (Benjamini & Hochberg 1995), Gi* stands out too, and the
    cell itself holds more than usual.
    """
    # With scikit-learn behind them two seconds of every start of the program, for what one map in four asks.
    from esda import fdr  # noqa: PLC0415 (as said)
    from scipy.stats import nbinom, norm  # noqa: PLC0415

    graph = _queen(counts.x, counts.y)
    near = graph.sparse
    around, usual = near @ counts.now, near @ counts.history
    rate = counts.history.mean() / counts.windows
    expected = (counts.history + SHRINK * rate) / (counts.windows + SHRINK)
    z = _gi_star((counts.now - expected) / np.sqrt(expected + PRIOR), graph)
    p = _chance(around, around + usual, int(counts.now.sum()), int((counts.now + counts.history).sum()))
    excess = _excess(near @ counts.past.T, usual)
    if excess > _CALM:
        mean = (around + usual) * (counts.now.sum() / (counts.now + counts.history).sum())
        p = np.maximum(p, nbinom.sf(around - 1, 1 / excess, 1 / (1 + excess * mean)))
    # More than elsewhere and yet fewer than usual is not what is asked for.
    p = np.where(around > near @ expected, p, 1.0)
    level = np.zeros(len(counts.x))
    for percent in LEVELS:
        rest = 1 - percent / 100
        level[(p <= fdr(p, rest)) & (z >= norm.isf(rest)) & (counts.now > expected)] = percent
    return Scores(expected, z, p, level, near)


def _chance(around: Ints, ever: Ints, now: int, total: int) -> Floats:
    from scipy.stats import hypergeom  # noqa: PLC0415 (as above)

    return np.asarray(hypergeom.sf(around - 1, total, ever, now), np.float64)


def _excess(past: Ints, usual: Ints) -> float:
    """The variance of neighbourhoods beyond chance, in squares of their mean; by moments, over the windows at once.

    The wildest window is left out: a typhoon in one of them is no habit.
    """
    mean = usual[:, None] * (past.sum(axis=0) / max(usual.sum(), 1))
    beyond = ((past - mean) ** 2 - mean).sum(axis=0)
    square = (mean**2).sum(axis=0)
    calm = np.argsort(beyond / np.maximum(square, 1e-12))[:-1]
    return float(beyond[calm].sum() / max(square[calm].sum(), 1e-12))


def _queen(x: Ints, y: Ints) -> Any:
    from libpysal.graph import Graph  # noqa: PLC0415 (as above)

    at = {place: number for number, place in enumerate(zip(x.tolist(), y.tolist(), strict=True))}
    steps = [(right, down) for right in (-1, 0, 1) for down in (-1, 0, 1)]
    pairs = [
        (number, at[column + right, row + down])
        for (column, row), number in at.items()
        for right, down in steps
        if (column + right, row + down) in at
    ]
    focal, neighbour = np.array(pairs, np.int64).T
    return Graph.from_arrays(focal, neighbour, np.ones(len(pairs)))


def _gi_star(score: Floats, graph: Any) -> Floats:
    from esda import G_Local  # noqa: PLC0415 (as above)

    # esda divides by the sum, so that a score has to be positive; the standard form is the same for any shift.
    positive = score - score.min() + 1
    with np.errstate(divide="ignore", invalid="ignore"):  # cells that are all alike have no spread
        z = G_Local(positive, graph, transform="B", star=True, permutations=0).Zs
    return np.nan_to_num(np.asarray(z, np.float64), nan=0.0, posinf=0.0, neginf=0.0)
