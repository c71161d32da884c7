"""The web server: uvicorn on a socket opened beforehand, stopped in order."""

import logging
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.supervisors import Multiprocess

from api import listening
from api.app import create_app
from api.download import CUT
from api.routes import stream
from geo.database import build_engine, build_sessions
from geo.errors import SetupError
from geo.i18n import _
from geo.refused import told
from geo.server import Cluster
from geo.settings import Settings, load

GRACE = 10  # seconds that open requests have to end once a stop is asked for


@contextmanager
def listen(host: str, port: int) -> Iterator[socket.socket]:
    """Yields a listening socket, so that a port in use is told before anything is started; SetupError names --port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        made = socket.create_server((host, port), family=family, backlog=2_048)
    except OSError as error:
        raise SetupError(
            _("Không mở được cổng {port} ở {host} ({reason}); hãy chọn cổng khác bằng --port."),
            host=host,
            port=port,
            reason=told(error),
        ) from error
    with made:
        yield made


@contextmanager
def stoppable() -> Iterator[None]:
    """Ends its block in order, and without an error, on the first SIGINT, SIGTERM or SIGHUP."""
    signals = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # not under nohup
        signals.append(signal.SIGHUP)

    def end(_number: int, _frame: Any) -> None:
        for number in signals:
            # A second Ctrl-C must not interrupt the stop of the database.
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in signals}
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def serve(
    app: FastAPI | None, listener: socket.socket, settings: Settings, announce: Callable[[str], None], workers: int = 1
) -> None:
    """Serves until a signal; without an `app` each worker process makes its own from the environment."""
    _open_files()
    wanted = config(app, settings, workers)
    with listening.known(settings, address(listener)):
        if workers > 1:
            announce(address(listener))
            Multiprocess(wanted, sockets=[listener]).run()
        else:
            _Server(wanted, lambda: announce(address(listener))).run([listener])


def config(app: FastAPI | None, settings: Settings, workers: int = 1) -> uvicorn.Config:
    """How uvicorn serves the application."""
    return uvicorn.Config(
        app if app is not None else "api.serving:application",
        factory=app is None,
        workers=workers,
        http=_Connection,
        log_level=logging.WARNING,
        # Addresses of private links must not be written down, and a proxy in front keeps its own log.
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=GRACE,
    )


def _open_files() -> None:
    """Lets the process, and those it starts, have as many connections as the system allows it."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def application() -> FastAPI:
    """The application of one worker process, over a database that is ready and runs."""
    settings = load()
    url = settings.database_url or Cluster(settings.data_dir).url
    return create_app(settings, build_sessions(build_engine(url, pool_size=settings.pool_size)))


def address(listener: socket.socket) -> str:
    """What to type into a browser on this machine."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()


class _Connection(HttpToolsProtocol):
    def on_message_begin(self) -> None:
        """Gives each request the way to end its connection at once: closing it would wait for the reader."""
        super().on_message_begin()
        self.scope["extensions"] = {CUT: {"now": self.transport.abort}}

    def shutdown(self) -> None:
        """A stream has no end of its own to wait for; its reader opens it again elsewhere and misses nothing."""
        super().shutdown()
        if self.cycle is not None and not self.cycle.response_complete and self.scope["path"] == stream.PATH:
            # One that does not read would never let the rest of it go.
            (self.transport.abort if self.flow.write_paused else self.transport.close)()
