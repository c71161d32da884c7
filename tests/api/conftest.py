"""Local servers that speak the protocols of the outside."""

import http.server
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any

import orjson
import pytest
from aiosmtpd.controller import Controller


@pytest.fixture
def body() -> dict[str, Any]:
    """A report from Hội An that every door takes."""
    return {
        "name": "Trần Thị Bưởi",
        "phone": "0905 123 456",
        "email": "buoi@example.vn",
        "truthful": True,
        "category": "giao-thong",
        "content": "Ổ gà lớn trước cổng chợ, nhiều người ngã xe.",
        "lon": 108.3380,
        "lat": 15.8794,
    }


class Postbox:
    """A mail server that keeps what it is given, and refuses the first `refusing` letters."""

    def __init__(self) -> None:
        self.letters: list[Message] = []
        self.refusing = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 (the library's name)
        if self.refusing:
            self.refusing -= 1
            return "451 try again"
        message = message_from_bytes(envelope.content)
        message["X-To"] = ",".join(envelope.rcpt_tos)
        self.letters.append(message)
        return "250 OK"


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, str]]:
    """A mail server and its smtp:// address."""
    box = Postbox()
    # The library wants to know the port beforehand.
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, f"smtp://127.0.0.1:{port}"
    controller.stop()


@dataclass
class Gateway:
    """An HTTP server that keeps what is posted to it, and answers with `status`."""

    url: str = ""
    status: int = 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def bodies(self) -> list[Any]:
        """What was posted, as values."""
        return [orjson.loads(body) for _headers, body in self.got]


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """A local HTTP server."""
    made = Gateway()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            made.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(made.status)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}/sms"
    yield made
    server.shutdown()
    server.server_close()
