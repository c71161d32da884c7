"""A network that breaks: a TCP proxy in front of a server that cuts connections where a test says."""

import random
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

PIECE = 16_384  # bytes


@dataclass
class Breaking:
    """Forwards connections to `port` and cuts some of them, as a lost network does: both ends, in the midst of a byte.

    `up` is the chance that a connection breaks while the browser sends, `down` that it breaks while the server answers:
    the work is done and the browser never learns of it. `left`, where it is a number, is how many bytes more the
    browser gets out on all connections together; then there is no network.
    """

    port: int
    up: float = 0.0
    down: float = 0.0
    seed: int = 0
    left: int | None = None
    cuts: dict[str, int] = field(default_factory=lambda: {"up": 0, "down": 0})

    def __enter__(self) -> Self:
        self._dice = random.Random(self.seed)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            roll = self._dice.random()
            last = {"up": None, "down": None}
            if roll < self.up:
                last["up"] = self._dice.randrange(300_000)
            elif roll < self.up + self.down:
                last["down"] = self._dice.randrange(3_000)
            far = socket.create_connection(("127.0.0.1", self.port))
            for side, one, other in (("up", near, far), ("down", far, near)):
                threading.Thread(target=self._pump, args=(side, one, other, last[side]), daemon=True).start()

    def _pump(self, side: str, one: socket.socket, other: socket.socket, last: int | None) -> None:
        """Copies bytes one way, `last` of them at most."""
        try:
            while piece := one.recv(PIECE):
                room = min(
                    (most for most in (last, self.left if side == "up" else None) if most is not None), default=PIECE
                )
                other.sendall(piece[:room])
                if room < len(piece):
                    self.cuts[side] += 1
                    break
                last = None if last is None else last - len(piece)
                if side == "up" and self.left is not None:
                    self.left -= len(piece)
        except OSError:
            pass
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # wakes up whoever waits on it; closing alone does not
            end.close()
