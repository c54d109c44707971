"""A loopback TCP proxy that breaks connections the way networks do: before the server hears, or before it is heard."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Self

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Fault", "Proxy"]

_PIECE = 1 << 16


@dataclass
class Fault:
    """What to break.

    Attributes:
        request: text in the first bytes of a request, such as ``POST /api/v1/repositories/r/tags``.
        how: ``cut`` resets before the server gets the request; ``lose`` resets when the server answers it;
            ``tear`` resets in the middle of the answer's body; ``down`` is ``lose``, and no connection after that.
        times: how often.
        after: for ``tear``: how many bytes of the answer get through.
    """

    request: str
    how: Literal["cut", "lose", "tear", "down"]
    times: int = 1
    after: int = 100_000
    seen: int = field(default=0, init=False)


class Proxy:
    """Forwards a free loopback port to a server, with at most one fault.

    Args:
        port: the server's port on loopback.
        fault: what to break.
    """

    def __init__(self, port: int, fault: Fault) -> None:
        """Listen, and accept in a thread."""
        self._port, self._fault, self._down = port, fault, False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    @property
    def endpoint(self) -> str:
        """The URL of the proxy."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        """Return the proxy."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close everything and wait for the threads."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._sockets:
            _reset(one)
        for thread in self._threads:
            thread.join(10)

    def _start(self, work: object, *arguments: object) -> None:
        assert callable(work)
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._down:
                _reset(client)
                continue
            server = socket.create_connection(("127.0.0.1", self._port))
            self._sockets += [client, server]
            marked = threading.Event()
            self._start(self._up, client, server, marked)
            self._start(self._back, client, server, marked)

    def _up(self, client: socket.socket, server: socket.socket, marked: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(_PIECE):
                if self._fault.request.encode() in data[:2000] and self._fault.seen < self._fault.times:
                    self._fault.seen += 1
                    if self._fault.how == "cut":
                        break
                    marked.set()
                server.sendall(data)
        _reset(client)
        _reset(server)

    def _back(self, client: socket.socket, server: socket.socket, marked: threading.Event) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := server.recv(_PIECE):
                if marked.is_set():
                    passed += len(data)
                    if self._fault.how != "tear" or passed > self._fault.after:
                        self._down = self._fault.how == "down"
                        break
                client.sendall(data)
        _reset(client)
        _reset(server)


def _reset(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        one.shutdown(socket.SHUT_RD)
    one.close()
