"""A plain reader of server-sent events, as the HTML standard parses them."""

import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import orjson

PATIENCE = 30  # seconds without a byte, also of a comment


class Event(NamedTuple):
    """One event: its name, its id and its JSON."""

    name: str
    id: str
    data: Any


class Reader:
    """An open stream; `room` is the bytes that the system keeps for a reader who does not read."""

    def __init__(self, url: str, after: str | None = None, *, room: int | None = None, **query: str) -> None:
        parts = urlsplit(url)
        self._connection = HTTPConnection(parts.hostname or "", parts.port)
        self._connection.sock = socket.socket()
        self._connection.sock.settimeout(PATIENCE)
        if room is not None:
            self._connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        self._connection.sock.connect((parts.hostname, parts.port))
        headers = {"Accept": "text/event-stream", "Accept-Encoding": "gzip, br"}
        if after is not None:
            headers["Last-Event-ID"] = after
        self._connection.request("GET", f"/api/v1/stream?{urlencode(query)}", headers=headers)
        self.answer = self._connection.getresponse()
        assert self.answer.status == 200, self.answer.read()
        self.id = ""
        self.retry: int | None = None
        self.comments: list[str] = []

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    def lines(self) -> Iterator[str]:
        """Line by line, without its end, until the server ends the stream."""
        while line := self.answer.readline():
            yield line.decode().removesuffix("\n")

    def known(self) -> str:
        """Reads up to the first id, which comes before all events."""
        for field, _value in self._fields():
            if not field and self.id:
                return self.id
        raise EOFError

    def next(self) -> Event:
        """The next event."""
        name, data = "message", ""
        for field, value in self._fields():
            if field == "event":
                name = value
            elif field == "data":
                data += value
            elif not field and data:
                return Event(name, self.id, orjson.loads(data))
        raise EOFError

    def codes(self, count: int) -> list[str]:
        """The codes of the next events."""
        return [self.next().data["code"] for _number in range(count)]

    def _fields(self) -> Iterator[tuple[str, str]]:
        for line in self.lines():
            field, _colon, value = line.partition(":")
            value = value.removeprefix(" ")
            if line.startswith(":"):
                self.comments.append(value)
                continue
            if field == "id":
                self.id = value
            elif field == "retry":
                self.retry = int(value)
            yield field, value
