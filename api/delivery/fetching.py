"""A file from an address that somebody else chose: public addresses alone, looked at anew at each redirect."""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Callable
from urllib.parse import SplitResult, urljoin, urlsplit

from api.delivery.outbound import TIMEOUT, Pinned, Resolver, UnreachableError, is_public, resolve
from geo.elsewhere import checked_url
from geo.errors import InvalidError
from geo.i18n import _
from geo.settings import Settings

MOST_REDIRECTS = 3
PATIENCE = 20.0  # seconds for all of one answer, however it trickles
PORTS = (80, 443)  # others serve what is no picture
NOT_PUBLIC = _("Địa chỉ này không nằm trên mạng công cộng nên không lấy ảnh từ đó.")
_CHUNK = 65_536
_REDIRECTS = (301, 302, 303, 307, 308)


def get(
    url: str,
    settings: Settings,
    *,
    resolver: Resolver = resolve,
    trust: ssl.SSLContext | None = None,
    allowed: Callable[[str], bool] = is_public,
) -> bytes:
    """The bytes at an http or https address, at most as many as a photo may have; redirects are followed, few of them.

    InvalidError for an address that is none, not public, or whose file is too large; UnreachableError where nobody
    answers, or with anything but 200. Each name is resolved once and that very address is connected to.
    """
    for _hop in range(MOST_REDIRECTS + 1):
        parts = urlsplit(checked_url(url))
        host, port = _place(parts, settings)
        addresses = resolver(host, port)
        if not addresses or not (settings.fetch_inside or all(map(allowed, addresses))):
            raise InvalidError(NOT_PUBLIC, field="url")
        connection = _connection(parts, host, port, addresses[0], trust)
        found = _read(connection, host, parts, settings.max_photo_bytes)
        if isinstance(found, bytes):
            return found
        url = urljoin(url, found)
    raise UnreachableError(f"{host}: too many redirects")


def promising(url: str, settings: Settings) -> str:
    """The address, where nothing that it says itself forbids to bring a picture from it: its name is not looked up.

    InvalidError, as `get` would say it later, for its form, its port, and an address inside written as such.
    """
    parts = urlsplit(url := checked_url(url))
    host, port = _place(parts, settings)
    if not settings.fetch_inside and not all(map(is_public, _written(host, port))):
        raise InvalidError(NOT_PUBLIC, field="url")
    return url


def _place(parts: SplitResult, settings: Settings) -> tuple[str, int]:
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    if not settings.fetch_inside and port not in PORTS:
        raise InvalidError(_("Địa chỉ ảnh chỉ được dùng cổng 80 hoặc 443."), field="url")
    return host, port


def _written(host: str, port: int) -> list[str]:
    """The addresses that a host is without asking anybody: numbers in any spelling, and this machine by its name."""
    if host.rstrip(".") == "localhost":
        return ["127.0.0.1"]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return []
    return [str(one[4][0]) for one in found]


class _Plain(http.client.HTTPConnection):
    """A connection to one address without TLS."""

    def __init__(self, host: str, port: int, address: str) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self._address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), TIMEOUT)


def _connection(
    parts: SplitResult, host: str, port: int, address: str, trust: ssl.SSLContext | None
) -> http.client.HTTPConnection:
    if parts.scheme == "http":
        return _Plain(host, port, address)
    return Pinned(host, port, address, trust or ssl.create_default_context())


def _read(connection: http.client.HTTPConnection, host: str, parts: SplitResult, most: int) -> bytes | str:
    """The body of the answer, or where it leads on to."""
    timer: threading.Timer | None = None
    late = threading.Event()
    try:
        connection.connect()
        # Held here, for the connection lets go of its socket while the answer is still read from it.
        timer = threading.Timer(PATIENCE, _cut, [connection.sock, late])
        timer.daemon = True
        timer.start()
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", path, headers={"User-Agent": "quangnam", "Accept": "image/*"})
        answer = connection.getresponse()
        if answer.status in _REDIRECTS and (place := answer.headers.get("location")):
            return str(place)
        if answer.status != 200:
            raise UnreachableError(f"{host}: {answer.status}")
        body = bytearray()
        while chunk := answer.read(_CHUNK):
            body += chunk
            if len(body) > most:
                raise InvalidError(_("Ảnh quá lớn; nhiều nhất {most} MB."), field="url", most=most // 1_000_000)
        if answer.length or late.is_set():
            raise UnreachableError(f"{host}: the answer was cut off")
        return bytes(body)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise UnreachableError(f"{host}: {type(error).__name__}") from error
    finally:
        if timer is not None:
            timer.cancel()
        connection.close()


def _cut(sock: socket.socket, late: threading.Event) -> None:
    late.set()
    with contextlib.suppress(OSError):  # it ended in this moment
        sock.shutdown(socket.SHUT_RDWR)
