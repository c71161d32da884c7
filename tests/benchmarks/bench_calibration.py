"""The probabilities of routing against what is drawn: calibration by tenths, and what each confidence would cost."""

import numpy as np
import pytest
from sqlalchemy.orm import Session

from boundaries import editions
from geo.settings import Settings
from tests.boundaries.simulation import ACCURACIES, deciles, draw

COUNT = 400_000
CONFIDENCES = (0.8, 0.9, 0.95, 0.98)

pytestmark = pytest.mark.benchmark_only


@pytest.mark.parametrize("code", ["2020", "2025-01", "2025-07"])
def test_calibration(session: Session, settings: Settings, code: str, capsys: pytest.CaptureFixture[str]) -> None:
    drawn = draw(session, settings, editions.find(session, code), np.random.default_rng(11), COUNT)
    chance, right = drawn.pairs()
    told = deciles(chance, right)
    answers = drawn.answers
    taken = answers.refusal == ""
    wrong = answers.area_code != drawn.true
    lines = [f"\n{code}: {len(chance):,} candidates of pins that are not certain, of {taken.sum():,} pins taken"]
    lines += [f"  {count:>7,} said {said:.3f} was {was:.3f} ({was - said:+.3f})" for count, said, was in told]
    for least in CONFIDENCES:
        sure = taken & (answers.confidence >= least)
        asked, missed = 1 - sure[taken].mean(), wrong[sure].mean()
        lines.append(f"  confidence {least:.0%}: {asked:.1%} to be confirmed, of the others {missed:.2%} wrong")
    for accuracy in ACCURACIES:
        mine = taken & ((drawn.accuracy == accuracy) | (np.isnan(drawn.accuracy) & np.isnan(accuracy)))
        lines.append(
            f"  ±{accuracy} m: {wrong[mine].mean():.2%} wrong, said {1 - np.nanmean(answers.confidence[mine]):.2%}"
        )
    with capsys.disabled():
        print("\n".join(lines))  # noqa: T201
    assert max(abs(said - was) for _count, said, was in told) < 0.05
