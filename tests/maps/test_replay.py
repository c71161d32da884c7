from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from geo.deadlines import ZONE
from geo.filters import Filters
from geo.models import Report
from maps import replay as module
from maps.replay import Span, replay

Make = Callable[..., Report]
NOW = datetime(2026, 3, 18, 10, 30, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("span", "frames", "first", "last"),
    [
        ("day", 24, "2026-03-17T11:00", "2026-03-18T10:00"),
        ("week", 7, "2026-03-12T00:00", "2026-03-18T00:00"),
        ("year", 52, "2025-03-20T00:00", "2026-03-12T00:00"),
    ],
)
def test_a_span_has_its_frames_and_each_report_is_in_one(
    session: Session, make_report: Make, span: Span, frames: int, first: str, last: str
) -> None:
    for back in (
        timedelta(minutes=5),
        timedelta(minutes=40),
        timedelta(hours=30),
        timedelta(days=300),
        timedelta(days=400),
    ):
        make_report(now=NOW - back)
    found = replay(session, Filters(), span, NOW, demo=False)
    starts = [start.isoformat(timespec="minutes").removesuffix("+07:00") for start in found.starts]
    assert (len(found.frames), starts[0], starts[-1]) == (frames, first, last)
    counts = [sum(count for _lon, _lat, count in frame) for frame in found.frames]
    assert sum(counts) == {"day": 2, "week": 3, "year": 4}[span]
    assert counts[-1] == {"day": 1, "week": 2, "year": 3}[span]


def test_an_answer_stays_small_by_larger_cells(
    session: Session, make_report: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COUNTS", 10)
    for number in range(30):
        make_report(now=NOW - timedelta(hours=1), lon=107.5 + number / 30)
    found = replay(session, Filters(), "week", NOW, demo=False)
    assert sum(len(frame) for frame in found.frames) <= 10
    assert sum(count for frame in found.frames for _lon, _lat, count in frame) == 30
