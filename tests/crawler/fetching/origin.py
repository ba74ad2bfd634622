"""A misbehaving origin: raw sockets that send exactly the bytes a test wrote down.

Every connection has a thread. A request is read to the end of its body (Content-Length); the
answer for its path is then played: bytes are sent, a float waits, HANG_UP, DROP and RESET end the
connection. Afterwards `crossed` tells what went over the wire, as the origin saw it.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Self


class Close(Enum):
    HANG_UP = "the ordinary end of a connection"
    DROP = "over TLS: an end without close_notify"
    RESET = "an end that loses what is under way"


HANG_UP, DROP, RESET = Close.HANG_UP, Close.DROP, Close.RESET
Step = bytes | float | Close
Answer = Callable[[bytes], Iterable[Step]]
"""Given the request's bytes, the steps of the answer."""


@dataclass(frozen=True, slots=True)
class Crossed:
    """One exchange as the origin saw it. `response` is what it sent, even if it did not arrive."""

    path: str
    request: bytes
    response: bytes
    connection: int


class Origin:
    """Serves on 127.0.0.1 until closed. With `tls`, over TLS."""

    def __init__(self, answers: dict[str, Answer], tls: ssl.SSLContext | None = None) -> None:
        self.answers, self._tls = answers, tls
        self.crossed: dict[str, list[Crossed]] = defaultdict(list)
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._socket.getsockname()[1]
        self._connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _shut(self._socket)
        for connection in self._connections:
            _shut(connection)
        for thread in self._threads:
            thread.join(timeout=10)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._connections.append(connection)
            number = len(self._connections)
            thread = threading.Thread(target=self._serve, args=(connection, number), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                if self._tls is None:
                    self._converse(connection, number)
                    return
                with self._tls.wrap_socket(connection, server_side=True) as secured:
                    self._converse(secured, number)
            except OSError:
                return

    def _converse(self, connection: socket.socket, number: int) -> None:
        while request := _read_request(connection):
            path = request.split(b" ", 2)[1].decode()
            sent: list[bytes] = []
            steps = self.answers[path.partition("?")[0]](request)
            try:
                keep = _play(connection, steps, sent)
            finally:
                crossed = Crossed(path, request, b"".join(sent), number)
                self.crossed[path].append(crossed)
            if not keep:
                return


def _play(connection: socket.socket, steps: Iterable[Step], sent: list[bytes]) -> bool:
    for step in steps:
        if isinstance(step, bytes):
            sent.append(step)
            connection.sendall(step)
        elif isinstance(step, float):
            time.sleep(step)
        else:
            _end(connection, step)
            return False
    return True


def _end(connection: socket.socket, how: Close) -> None:
    if how is RESET:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif how is HANG_UP and isinstance(connection, ssl.SSLSocket):
        connection.unwrap()


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while True:
        head, blank, body = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if blank and len(body) >= (int(length[1]) if length else 0):
            return data
        piece = connection.recv(65536)
        if not piece:
            return b""
        data += piece


class Proxy:
    """A proxy for CONNECT: opens a tunnel to wherever it is asked."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        _shut(self._socket)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._socket.accept()
            except OSError:
                return
            self.asked.append(_read_request(near))
            host, _, port = self.asked[-1].split(b" ", 2)[1].decode().partition(":")
            far = socket.create_connection((host, int(port)))
            near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            for ends in ((near, far), (far, near)):
                threading.Thread(target=_relay, args=ends, daemon=True).start()


def _relay(source: socket.socket, sink: socket.socket) -> None:
    with source, sink:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            return


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()


def always(*steps: Step) -> Answer:
    """The same answer each time."""
    return lambda _request: steps


def page(
    body: bytes = b"<p>trang</p>", *, headers: bytes = b"", status: bytes = b"200 OK"
) -> Answer:
    """An ordinary answer with Content-Length."""
    head = b"HTTP/1.1 %b\r\nContent-Type: text/html; charset=utf-8\r\n%bContent-Length: %d\r\n\r\n"
    return always(head % (status, headers, len(body)) + body)
