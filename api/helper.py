"""A worker beside the web: started again when it dies, and stopped with it."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

PAUSE = 2.0  # seconds before a worker that died is started again
PATIENCE = 25  # seconds that it has to finish what it does


@contextmanager
def worker() -> Iterator[None]:
    """Keeps a worker process running during its block."""
    stopping = threading.Event()
    running: list[subprocess.Popen[bytes]] = []
    # Without it one could be started after the last was stopped, and keep the database from being stopped too.
    changing = threading.Lock()

    def start() -> bool:
        with changing:
            if not stopping.is_set():
                command = [sys.executable, "-m", "api", "worker", "--with-parent", str(os.getpid())]
                running[:] = [subprocess.Popen(command)]  # noqa: S603 (all of it is ours)
        return not stopping.is_set()

    def keep() -> None:
        while start():
            running[0].wait()
            stopping.wait(PAUSE)

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        with changing:
            stopping.set()
        for process in running:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        keeper.join(timeout=PATIENCE)
