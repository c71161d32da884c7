"""Where the web of this data folder listens, for links that are made outside of a request."""

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from geo.settings import Settings

NAME = "address"  # in the data folder; locked while its writer lives, so what a dead one left misleads nobody
USUAL = "http://127.0.0.1:8000"
_ANYWHERE = {"//0.0.0.0:": "//127.0.0.1:", "//[::]:": "//[::1]:"}


@contextmanager
def known(settings: Settings, address: str) -> Iterator[None]:
    """Lets `base` know the address until the block ends; of several servers the first one's."""
    with ExitStack() as stack:
        # A folder that is not there or not ours is no reason not to serve.
        with suppress(OSError):
            file = stack.enter_context((settings.data_dir / NAME).open("a", encoding="utf-8"))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.truncate(0)
            file.write(address)
            file.flush()
        yield


def base(settings: Settings) -> str:
    """What every address of a link begins with: QUANGNAM_PUBLIC_URL, else where a server of this folder listens."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    found = _listening(settings) or USUAL
    for anywhere, here in _ANYWHERE.items():
        found = found.replace(anywhere, here)
    return found


def _listening(settings: Settings) -> str:
    try:
        with (settings.data_dir / NAME).open(encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return file.read()
    except OSError:
        pass
    return ""
