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

    `up` is the chance that a connection breaks while the browser sends, `down` that it breaks while the server answers,
    within its first `most` bytes: the work is done and the browser never learns of it. `left`, where it is a number, is
    how many bytes more the browser gets out on all connections together; then there is no network.
    """

    port: int
    up: float = 0.0
    down: float = 0.0
    seed: int = 0
    left: int | None = None
    most: int = 3_000
    cuts: dict[str, int] = field(default_factory=lambda: {"up": 0, "down": 0})

    def __enter__(self) -> Self:
        self._dice = random.Random(self.seed)
        self._near: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        # Closing alone would not wake up the thread that waits on it.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def drop(self) -> None:
        """Breaks every connection that is open now; a browser keeps some for later."""
        for near in list(self._near):
            with suppress(OSError):
                near.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            roll = self._dice.random()
            last: dict[str, int | None] = {"up": None, "down": None}
            if roll < self.up:
                last["up"] = self._dice.randrange(300_000)
            elif roll < self.up + self.down:
                last["down"] = self._dice.randrange(self.most)
            try:
                far = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                near.close()  # no server any more: the browser learns it as from any other broken connection
                continue
            self._near.append(near)
            threading.Thread(target=self._carry, args=(near, far, last), daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket, last: dict[str, int | None]) -> None:
        """Carries bytes both ways until either end is gone."""
        back = threading.Thread(target=self._pump, args=("down", far, near, last["down"]), daemon=True)
        back.start()
        self._pump("up", near, far, last["up"])
        back.join()
        # Only now: while one of them still waits on a number, another connection may be given the same.
        self._near.remove(near)
        near.close()
        far.close()

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
