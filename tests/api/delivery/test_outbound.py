"""An address that a stranger chose leads to the public internet, or nowhere."""

import http.server
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.delivery import outbound
from api.delivery.outbound import UnreachableError, is_public, post
from geo.errors import InvalidError

INSIDE = [
    *("127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1"),
    *(
        "64:ff9b:1::7f00:1",
        "fec0::1",
        "::7f00:1",
        "::ffff:0:7f00:1",
        "5f00::1",
        "2001:0:1::1",
        "2001:db8::1",
        "3fff::1",
    ),
    *("64:ff9b::808:808", "2002:808:808::1", "2001:20::1", "3ffe::1", "100::1", "ff0e::1", "4000::1", "240.0.0.1"),
    *("::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::a00:1"),
]


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_of_the_inside_are_known_in_every_disguise(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(InvalidError):
        post("https://example.org/hook", b"", {}, resolver=lambda _host, _port: [address])
    # One good answer among them is no excuse.
    with pytest.raises(InvalidError):
        post("https://example.org/hook", b"", {}, resolver=lambda _host, _port: ["93.184.216.34", address])


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_addresses_of_the_internet_are_taken(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/", "https://", "ftp://example.org", "https://u:p@example.org/", "https://exämple.org/"),
        *("https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://2130706433/", "https://0x7f.1/"),
    ],
)
def test_urls_that_are_none_or_lead_inside_are_refused(url: str) -> None:
    with pytest.raises((InvalidError, UnreachableError)):
        post(url, b"", {})


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[int, ssl.SSLContext, list[str]]]:
    """A TLS server for example.org on this machine, a context that trusts it, and the paths it was asked for."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    name = ["-subj", "/CN=example.org", "-addext", "subjectAltName=DNS:example.org"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *name]
    subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(302 if self.path == "/away" else 200)
            self.send_header("Location", "https://example.org/inside")
            self.end_headers()
            self.wfile.write(b"x" * 1_000_000)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1], ssl.create_default_context(cafile=str(certificate)), asked
    server.shutdown()
    server.server_close()


def test_the_very_address_that_was_looked_at_is_connected_to(secure: tuple[int, ssl.SSLContext, list[str]]) -> None:
    port, trust, asked = secure
    looked: list[str] = []

    def resolver(host: str, _port: int) -> list[str]:
        looked.append(host)
        return ["127.0.0.1"]

    options: dict[str, Any] = {"resolver": resolver, "trust": trust, "allowed": lambda _address: True}
    answer = post(f"https://example.org:{port}/hook", b"{}", {}, **options)
    assert (answer.status, len(answer.body)) == (200, outbound.LARGEST)
    # The name is asked for once, and a redirect is not followed.
    assert post(f"https://example.org:{port}/away", b"{}", {}, **options).status == 302
    assert (looked, asked) == (["example.org"] * 2, ["/hook", "/away"])
    with pytest.raises(UnreachableError):
        post(f"https://example.com:{port}/hook", b"{}", {}, **options)  # the certificate is another name's
