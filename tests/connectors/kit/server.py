"""A small real server on loopback that answers as a test tells it to, byte by byte."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

LOOPBACK = ("127.0.0.0/8", "::1/128")


@dataclass
class Seen:
    """One request as it came in."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def method(self) -> str:
        return self.line.split()[0]

    @property
    def target(self) -> str:
        return self.line.split()[1]


Reply = bytes | Sequence[bytes | float] | None


@dataclass
class Server:
    """`replies` is asked for each request: bytes, or pieces and pauses, or None to hang up."""

    replies: Callable[[Seen], Reply]
    tls: ssl.SSLContext | None = None
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.port = int(self._listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def run(self) -> None:
        while True:
            try:
                wire, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(wire)
            threading.Thread(target=self._serve, args=(wire,), daemon=True).start()

    def hang_up(self) -> None:
        """Close every open connection, as servers do after a while of silence."""
        while self._open:
            with suppress(OSError):
                self._open.pop().shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()

    def _serve(self, wire: socket.socket) -> None:
        with suppress(OSError):
            self._speak(self.tls.wrap_socket(wire, server_side=True) if self.tls else wire)

    def _speak(self, wire: socket.socket) -> None:
        with wire, wire.makefile("rb") as lines:
            while (request := _request(lines)) is not None:
                self.seen.append(request)
                reply = self.replies(request)
                if reply is None:
                    return
                for piece in [reply] if isinstance(reply, bytes) else reply:
                    if isinstance(piece, bytes):
                        wire.sendall(piece)
                    else:
                        threading.Event().wait(piece)
                if not isinstance(reply, bytes):
                    return


def _request(lines: object) -> Seen | None:
    first = lines.readline().decode("latin-1").strip()  # type: ignore[attr-defined]
    if not first:
        return None
    headers = {}
    while line := lines.readline().decode("latin-1").strip():  # type: ignore[attr-defined]
        name, _, value = line.partition(":")
        headers[name] = value.strip()
    body = lines.read(int(headers.get("Content-Length", "0")))  # type: ignore[attr-defined]
    return Seen(first, headers, body)


@contextmanager
def serving(
    replies: Callable[[Seen], Reply] | Reply, tls: ssl.SSLContext | None = None
) -> Iterator[Server]:
    server = Server(replies if callable(replies) else lambda _seen: replies, tls)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join(5)


def reply(
    body: bytes | str = b"{}", status: str = "200 OK", *headers: str, json: bool = True
) -> bytes:
    """Answer a whole HTTP answer with its length."""
    data = body.encode() if isinstance(body, str) else body
    kind = ("Content-Type: application/json",) if json else ()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(data)}", *kind, *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data
