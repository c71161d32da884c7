"""quangnam worker: sends messages, keeps the clock."""

import ctypes
import os
import signal
from typing import Annotated

import typer

from api import serving
from api.cli import context
from api.delivery import worker
from api.migrations import is_current
from geo.database import build_engine, build_sessions
from geo.errors import SetupError
from geo.i18n import _
from geo.settings import load

_PR_SET_PDEATHSIG = 1  # prctl(2)


def run(
    with_parent: Annotated[int, typer.Option(hidden=True, help="dừng cùng tiến trình có số này")] = 0,
) -> None:
    """Does the jobs of a database that `quangnam db migrate` has made ready; several may run side by side."""
    if with_parent:
        # Killed without a word, the parent could not stop us; what is left half done is done again.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != with_parent:
            return  # it was killed while we started
    settings = load()
    with serving.stoppable(), context.database_url(settings) as url:
        engine = build_engine(url)
        try:
            if not is_current(engine):
                raise SetupError(_("Cơ sở dữ liệu chưa đúng phiên bản; hãy chạy: quangnam db migrate"))
            worker.run(url, settings, build_sessions(engine))
        finally:
            engine.dispose()
