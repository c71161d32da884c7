"""The only way out to an address that somebody else chose: https to public addresses, pinned, without redirects."""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from geo.errors import InvalidError
from geo.i18n import _

TIMEOUT = 10.0  # seconds for each wait on the network
LARGEST = 64_000  # bytes of an answer that are read
# All that IANA has given out for the internet (RFC 4291, 2.4), and what in it is for something else: Teredo, ORCHID and
# the like, documentation, 6to4, the 6bone.
_INTERNET = ipaddress.IPv6Network("2000::/3")
_SPECIAL = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3ffe::/16", "3fff::/20")))
Resolver = Callable[[str, int], list[str]]


class UnreachableError(Exception):
    """Nobody answered, or not as a web server does."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as the machine knows them."""
    try:
        return [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise UnreachableError(f"{host}: {error}") from error


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet; what wraps another one is none, `::ffff:` apart."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if found not in _INTERNET or any(found in one for one in _SPECIAL):
            return False
    return found.is_global and not found.is_multicast


def checked_url(url: str) -> str:
    """An https address with a host and nothing that hides another one; InvalidError says what is wrong."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.password or not url.isascii():
        raise InvalidError(_("Địa chỉ phải bắt đầu bằng https:// và không kèm tên người dùng."), field="url")
    return url


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    resolver: Resolver = resolve,
    trust: ssl.SSLContext | None = None,
    allowed: Callable[[str], bool] = is_public,
) -> Answer:
    """Posts to an https address; InvalidError for one that is not public, UnreachableError where nobody answers.

    The name is resolved once and that very address is connected to, so that no second answer leads inside.
    """
    parts = urlsplit(checked_url(url))
    host, port = parts.hostname or "", parts.port or 443
    addresses = resolver(host, port)
    if not addresses or not all(map(allowed, addresses)):
        raise InvalidError(_("Địa chỉ này không nằm trên mạng công cộng nên không gửi đến."), field="url")
    connection = Pinned(host, port, addresses[0], trust or ssl.create_default_context())
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, dict(headers) | {"User-Agent": "quangnam"})
        answer = connection.getresponse()
        return Answer(answer.status, answer.read(LARGEST))
    except (OSError, http.client.HTTPException) as error:
        raise UnreachableError(f"{host}: {type(error).__name__}: {error}") from error
    finally:
        connection.close()


class Pinned(http.client.HTTPSConnection):
    """A connection to one address, whose certificate must still be the name's."""

    def __init__(self, host: str, port: int, address: str, trust: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=TIMEOUT, context=trust)
        self._address, self._trust = address, trust

    def connect(self) -> None:
        """Connects to the address, and lets the name's certificate prove itself."""
        plain = socket.create_connection((self._address, self.port), TIMEOUT)
        self.sock = self._trust.wrap_socket(plain, server_hostname=self.host)
