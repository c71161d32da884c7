"""A watchman beside a private server: one that dies while it is used comes back."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from geo.errors import SetupError
from geo.server import Cluster

EVERY = 0.5  # seconds between two looks


@contextmanager
def watched(cluster: Cluster) -> Iterator[None]:
    """Starts the server again within a second or two of its death; one that somebody stopped stays so."""
    over = Event()
    watchman = Thread(target=_watch, args=(cluster, over), daemon=True, name="watchman")
    watchman.start()
    try:
        yield
    finally:
        over.set()
        # It may be in the middle of a start, and whoever stops the server next must not come in between.
        watchman.join()


def _watch(cluster: Cluster, over: Event) -> None:
    while not over.wait(EVERY):
        # A server that is stopped takes its pid file along; only a dead one leaves it behind.
        if cluster.running() or not (cluster.pgdata / "postmaster.pid").exists():
            continue
        try:
            if cluster.start():
                logging.getLogger(__name__).warning("The database server had died and runs again.")
        except SetupError as error:
            logging.getLogger(__name__).error("The database server died and does not start: %s", error)
