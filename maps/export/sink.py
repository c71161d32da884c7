"""A file that is handed on while it is written."""

import io
from typing import Any


class Sink(io.RawIOBase):
    """What is written, until somebody takes it; nothing before is looked at again."""

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Keeps a piece."""
        piece = bytes(data)
        self._held.append(piece)
        self._written += len(piece)
        return len(piece)

    def tell(self) -> int:
        """How many bytes have been written in all."""
        return self._written

    def taken(self) -> bytes:
        """What was written since the last time."""
        found = b"".join(self._held)
        self._held.clear()
        return found
