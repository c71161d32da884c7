"""A stored file as an answer, whole or in ranges, never in memory as a whole."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from geo import stores
from geo.settings import Settings

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")  # longer ones mean nothing, and so are not heard
PART = 2_000_000  # bytes in memory at once


class Stored(NamedTuple):
    """A file in the store and its length in bytes."""

    settings: Settings
    path: str
    size: int

    def parts(self, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` up to, not including, `end`, in pieces of PART."""
        for at in range(start, end, PART):
            yield stores.part(self.settings, self.path, at, min(at + PART, end))


def answer(request: Request, file: Stored, headers: dict[str, str], kind: str, *, most: int | None = None) -> Response:
    """The whole, or what a Range (RFC 9110, 14.2) asks for: of one range, at most `most` bytes, which it allows."""
    headers = headers | {"Accept-Ranges": "bytes"}
    asked = _RANGE.fullmatch(request.headers.get("range", "").strip())
    if asked is None or asked[0] == "bytes=-":
        headers["Content-Length"] = str(file.size)
        return StreamingResponse(file.parts(0, file.size), media_type=kind, headers=headers)
    first, last = asked.groups()
    start = int(first) if first else max(0, file.size - int(last))
    end = min(int(last) + 1 if first and last else file.size, file.size)
    if most is not None:
        end = min(end, start + most)  # a film: who asks for all of it gets the rest next
    if start >= end:
        return Response(None, 416, headers | {"Content-Range": f"bytes */{file.size}"})
    headers |= {"Content-Range": f"bytes {start}-{end - 1}/{file.size}", "Content-Length": str(end - start)}
    return StreamingResponse(file.parts(start, end), 206, headers, kind)
