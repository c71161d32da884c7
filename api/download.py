"""A file that is made while it is sent."""

from collections.abc import Generator, Iterator
from datetime import datetime
from itertools import chain

import anyio
import brotli
from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from geo.deadlines import ZONE
from maps.export import FORMATS

_TEXTS = {"geojson", "geojsonseq", "csv", "kml"}  # the others are packed in themselves, or read from a disk at random
_QUALITY = 3  # of Brotli: a tenth of the bytes, quicker than they are made


class Download(StreamingResponse):
    """A file of a format from its pieces; when the reader goes away, its making ends at once."""

    def __init__(self, request: Request, name: str, stem: str, pieces: Generator[bytes]) -> None:
        # An error comes before the status is sent, not in the middle of the file.
        sent: Iterator[bytes] = chain([next(pieces, b"")], pieces)
        one = FORMATS[name]
        filename = f"{stem}-{datetime.now(ZONE):%Y%m%d-%H%M}.{one.ending}"
        headers = {"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "no-store"}
        if name in _TEXTS:
            headers["Vary"] = "Accept-Encoding"
            if "br" in request.headers.get("accept-encoding", ""):
                headers["Content-Encoding"] = "br"
                sent = _packed(sent)
        super().__init__(sent, media_type=one.media_type, headers=headers)
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(self._pieces.close)


def _packed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    # Here, in the thread that makes the file: the middleware would do it between the answers to everybody else.
    packer = brotli.Compressor(quality=_QUALITY)
    for piece in pieces:
        yield packer.process(piece)
    yield packer.finish()
