"""500 reports within an hour of played time, 60 % of them about few same things, and one operator's script.

Everything is real but the clock: PostgreSQL with fsync, `api.intake.submit`, the HTTP doors. The hour is played in
SECONDS, so each second stands for 3,600 / SECONDS of them; the operator looks every 30 seconds of played time.
"""

import shutil
import statistics
import tempfile
import threading
import time
from pathlib import Path

import pytest

from api.installation import prepare
from geo.database import build_engine
from geo.server import Cluster
from tests.browser.conftest import running
from tests.night import Operator, drafts, outcome, send

pytestmark = pytest.mark.benchmark_only
REPORTS, SECONDS = 500, 240
FACTOR = 3_600 / SECONDS
LOOKS = 30 / FACTOR  # seconds between two looks
LONGEST = 300  # seconds of played time that something urgent may be unseen


def test_a_typhoon_night() -> None:
    folder = Path(tempfile.mkdtemp(prefix="quangnam-bench-"))
    folder.chmod(0o755)
    try:
        with Cluster(folder).used() as url:
            engine = build_engine(url)
            prepare(engine, b"a key for tests only")
            engine.dispose()
            with running(url, folder) as live:
                operator = Operator(live.url, live.sessions)
                over = threading.Event()
                turns: list[float] = []

                def watch() -> None:
                    while not over.wait(LOOKS):
                        begin = time.perf_counter()
                        operator.turn()
                        turns.append(time.perf_counter() - begin)

                watching = threading.Thread(target=watch)
                watching.start()
                start = time.perf_counter()
                for number, draft in enumerate(drafts(REPORTS)):
                    threading.Event().wait(max(start + number * SECONDS / REPORTS - time.perf_counter(), 0))
                    send(live.sessions, live.settings, draft)
                sent = time.perf_counter() - start
                over.set()
                watching.join()
                operator.turn()
                operator.forward()
                operator.answer()
                settled = time.perf_counter() - start
                played = outcome(live.sessions, live.settings, operator.merged)
                waited = [one * FACTOR for one in played.urgent]
                print(  # noqa: T201 (a benchmark speaks)
                    f"\n{played.reports} reports in {sent:.0f} s ({sent * FACTOR / 60:.0f} min played),"
                    f" {operator.merged} merges of groups, all settled after {settled:.0f} s;"
                    f" one look at everything: median {statistics.median(turns):.2f} s, longest {max(turns):.2f} s"
                    f"\nurgent: {len(waited)}, seen after a median of {statistics.median(waited):.0f} s and at most"
                    f" {max(waited):.0f} s of played time; unseen {played.unseen}"
                    f"\nsenders answered: {played.answered} of {played.reports}"
                )
                assert played.unseen == 0
                assert max(waited) <= LONGEST
                assert played.answered == played.reports == REPORTS
    finally:
        shutil.rmtree(folder, ignore_errors=True)
