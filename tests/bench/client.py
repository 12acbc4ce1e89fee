"""A client that does as little for an answer over HTTP as the bare one does for SQL: its parser is in C, and it keeps one connection.

The standard library's takes 200 µs of the processor to write a question and to read the head of its answer, which is more than many an answer takes.
"""

from __future__ import annotations

import http
import socket
from urllib.parse import urlsplit

import httptools

SECONDS = 30.0
PIECE = 1 << 18  # bytes


class Answer:
    """What the parser tells of one answer."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.complete = False

    def on_body(self, piece: bytes) -> None:
        """Some of it."""
        self.pieces.append(piece)

    def on_message_complete(self) -> None:
        """All of it."""
        self.complete = True


class Client:
    """One connection."""

    def __init__(self, address: str) -> None:
        self._host = urlsplit(address).netloc
        name, _, port = self._host.rpartition(":")
        self._socket = socket.create_connection((name, int(port)), SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path: str, coding: str = "identity") -> bytes:
        """The body of the answer, which must be right, as it came."""
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\nAccept-Encoding: {coding}\r\n\r\n".encode())
        answer = Answer()
        parser = httptools.HttpResponseParser(answer)
        while not answer.complete:
            piece = self._socket.recv(PIECE)
            assert piece, f"{path}: the service closed the connection"
            parser.feed_data(piece)
        content = b"".join(answer.pieces)
        assert parser.get_status_code() == http.HTTPStatus.OK, f"{path}: {parser.get_status_code()} {content[:500]!r}"
        return content

    def close(self) -> None:
        """Let go of it."""
        self._socket.close()
