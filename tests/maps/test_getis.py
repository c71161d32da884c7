import numpy as np
import pytest
from numpy.random import Generator
from numpy.typing import NDArray

from maps.getis import Counts, scores

SIDE, WINDOWS = 30, 52
X, Y = (axis.ravel() for axis in np.meshgrid(np.arange(SIDE), np.arange(SIDE)))
MIDDLE = 15 * SIDE + 15
Field = NDArray[np.float64]


def province(rng: Generator, weekly: float) -> Field:
    """What each cell usually has in a week: two towns, villages, and mountains with hardly anything."""
    towns = [3.5 * np.exp(-((X - x) ** 2 + (Y - y) ** 2) / 9) for x, y in ((7, 9), (22, 20))]
    field = np.exp(towns[0] + towns[1] + rng.normal(0, 0.6, X.size))
    return np.asarray(field / field.sum() * weekly)


def drawn(rng: Generator, usual: Field, *, now: Field | None = None, swing: float = 0.0) -> Counts:
    """A year of weeks with the last one; `swing` is how much a cell's rate changes from week to week (variance)."""

    def weeks(rate: Field, many: int) -> NDArray[np.int64]:
        mood = rng.gamma(1 / swing, swing, (many, X.size)) if swing else 1.0
        return rng.poisson(rate * mood, (many, X.size))

    before = weeks(usual, WINDOWS)
    return Counts(X, Y, weeks(usual if now is None else now, 1)[0], before.sum(axis=0), before[:12], WINDOWS)


@pytest.mark.parametrize("swing", [0.0, 0.3])
@pytest.mark.parametrize("weekly", [40, 400, 4_000])
def test_noise_is_called_hot_no_oftener_than_the_level_says(weekly: float, swing: float) -> None:
    rng = np.random.default_rng(49)
    runs = 40
    found = [scores(drawn(rng, province(rng, weekly), swing=swing)).level.any() for _run in range(runs)]
    # Where nothing is hot each run with a discovery is false: one in twenty is what the level promises.
    assert sum(found) <= runs * 0.05 + 2 * np.sqrt(runs * 0.05 * 0.95)


@pytest.mark.parametrize("swing", [0.0, 0.3])
@pytest.mark.parametrize("weekly", [40, 400, 4_000])
def test_a_planted_hot_spot_is_found_where_it_is(weekly: float, swing: float) -> None:
    rng = np.random.default_rng(7)
    far = (abs(X - 15) > 2) | (abs(Y - 15) > 2)
    elsewhere = 0
    for _run in range(10):
        usual = province(rng, weekly)
        block = usual[(abs(X - 15) <= 1) & (abs(Y - 15) <= 1)].sum()
        counts = drawn(rng, usual, swing=swing)
        counts.now[MIDDLE] += int(20 + 5 * block)
        found = scores(counts)
        assert found.level[MIDDLE]
        assert found.z[MIDDLE] > 2
        elsewhere += bool(found.level[far].any())
    assert elsewhere <= 4  # of a dozen hot cells one in twenty may be false


@pytest.mark.parametrize(("times", "hot"), [(1, False), (3, True)])
def test_a_place_that_is_always_busy_is_hot_only_when_it_is_busier(times: float, hot: bool) -> None:
    usual = np.full(X.size, 0.3)
    usual[MIDDLE] = 60.0
    now = usual.copy()
    now[MIDDLE] *= times
    found = [scores(drawn(np.random.default_rng(seed), usual, now=now)).level[MIDDLE] for seed in range(10)]
    assert np.count_nonzero(found) in ((9, 10) if hot else (0, 1))


def test_when_everything_rises_alike_no_place_stands_out() -> None:
    rng = np.random.default_rng(11)
    usual = province(rng, 800)
    found = [scores(drawn(rng, usual, now=usual * 3)).level.astype(bool).sum() for _run in range(10)]
    assert np.median(found) == 0


def test_what_is_expected_is_the_cells_own_rate_drawn_to_its_neighbours() -> None:
    x, y = np.array([0, 1, 9]), np.array([0, 0, 9])
    history = np.array([104, 0, 52])
    found = scores(Counts(x, y, np.array([3, 0, 0]), history, np.zeros((4, 3), np.int64), 52))
    assert found.expected[0] == pytest.approx((104 + 1) / 53)
    assert found.expected[1] == pytest.approx(1 / 53)
    assert found.expected[2] == pytest.approx(1.0)


def test_one_cell_and_cells_that_are_all_alike_are_not_hot() -> None:
    one = np.array([5])
    assert scores(Counts(one, one, one, one * 52, one[None], 52)).level.tolist() == [0]
    same = np.ones(X.size, np.int64)
    assert not scores(Counts(X, Y, same, same * 52, same[None], 52)).level.any()
