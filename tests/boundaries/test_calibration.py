"""What the model calls probable happens as often as it says."""

import numpy as np
import pytest
from sqlalchemy.orm import Session

from boundaries import editions
from geo.settings import Settings
from tests.boundaries.simulation import deciles, draw


@pytest.mark.parametrize("code", ["2020", "2025-01", "2025-07"])
def test_every_tenth_of_the_probabilities_comes_true_within_three_and_a_half_points(
    session: Session, settings: Settings, code: str
) -> None:
    drawn = draw(session, settings, editions.find(session, code), np.random.default_rng(7), 150_000)
    told = deciles(*drawn.pairs())
    assert all(count > 1_000 for count, _said, _was in told)
    assert max(abs(said - was) for _count, said, was in told) < 0.035
