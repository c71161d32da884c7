"""A small typhoon night from the first report to the last answer, at the real doors."""

import pytest

from geo.models import Report
from tests.browser.conftest import Live, Serve, serve
from tests.night import Operator, drafts, outcome, send

__all__ = ["serve"]
REPORTS, EACH = 60, 12


@pytest.fixture
def live(serve: Serve) -> Live:
    return serve(public_url="")


def test_most_are_merged_everything_urgent_is_seen_and_every_sender_is_answered(live: Live) -> None:
    operator = Operator(live.url, live.sessions)
    for number, draft in enumerate(drafts(REPORTS)):
        send(live.sessions, live.settings, draft)
        if number % EACH == EACH - 1:
            operator.turn()
    operator.forward()
    operator.answer()
    played = outcome(live.sessions, live.settings, operator.merged)
    assert (played.reports, played.answered, played.unseen) == (REPORTS, REPORTS, 0)
    with live.sessions() as session:
        states = [one.state for one in session.query(Report)]
    assert set(states) == {"resolved", "merged"}
    assert states.count("merged") > REPORTS * 0.4
    operator.http.close()
