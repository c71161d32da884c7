"""A file that is made while it is sent."""

from collections.abc import Generator, Iterator
from datetime import datetime

import anyio
import anyio.lowlevel
import brotli
from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Receive, Scope, Send

from api.packed import takes_brotli
from geo.deadlines import ZONE
from maps.export import FORMATS

_TEXTS = {"geojson", "geojsonseq", "csv", "kml"}  # the others are packed in themselves, or read from a disk at random
PATIENCE = 60.0  # seconds in which a reader takes a piece, or is cut off: others wait for the place
LONGEST = 3_600.0  # seconds for all of a file
CUT = "quangnam.cut"  # the extension of a request that ends its connection, whatever was not sent yet
_QUALITY = 3  # of Brotli: a tenth of the bytes, quicker than they are made


class Download(StreamingResponse):
    """A file of a format from its pieces; when the reader goes away or takes nothing, its making ends at once."""

    def __init__(self, request: Request, name: str, stem: str, pieces: Generator[bytes]) -> None:
        one, sent = FORMATS[name], self._sent()
        filename = f"{stem}-{datetime.now(ZONE):%Y%m%d-%H%M}.{one.ending}"
        headers = {"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "no-store"}
        if name in _TEXTS:
            headers["Vary"] = "Accept-Encoding"
            if takes_brotli(request):
                headers["Content-Encoding"] = "br"
                sent = _packed(sent)
        super().__init__(sent, media_type=one.media_type, headers=headers)
        self._pieces, self._first = pieces, b""

    def _sent(self) -> Iterator[bytes]:
        yield self._first
        yield from self._pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it, for LONGEST, and each piece for PATIENCE."""
        # The server's own limit of time does not end a statement that waits for us to take its rows.
        with anyio.move_on_after(LONGEST) as whole:

            async def patient(message: Message) -> None:
                with anyio.move_on_after(PATIENCE) as piece:
                    await send(message)
                if piece.cancelled_caught:
                    whole.cancel()
                    await anyio.lowlevel.checkpoint()

            try:
                # An error comes before the status is sent, not in the middle of the file; and the question's own
                # connection to the database is given back by now.
                self._first = await run_in_threadpool(next, self._pieces, b"")
                await super().__call__(scope, receive, patient)
            finally:
                with anyio.CancelScope(shield=True):
                    await run_in_threadpool(self._pieces.close)
        if whole.cancelled_caught and (cut := scope.get("extensions", {}).get(CUT)):
            cut["now"]()


def _packed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    # Here, in the thread that makes the file: the middleware would do it between the answers to everybody else.
    packer = brotli.Compressor(quality=_QUALITY)
    for piece in pieces:
        yield packer.process(piece)
    yield packer.finish()
