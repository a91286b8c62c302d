"""A server that speaks as much IMAP as a test writes down: commands to answers."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

GREETING = b"* OK ready\r\n"


def _serve(listener: socket.socket, script: Mapping[str, bytes | None], greeting: bytes) -> None:
    with suppress(OSError):
        wire, _ = listener.accept()
        with wire, wire.makefile("rb") as lines:
            wire.sendall(greeting)
            for line in lines:
                tag, _, command = line.decode("latin-1").strip().partition(" ")
                answer = next(
                    (told for start, told in script.items() if command.startswith(start)),
                    b"%s OK done\r\n",
                )
                if answer is None:
                    return
                wire.sendall(answer.replace(b"%s", tag.encode()))


@contextmanager
def speaking(script: Mapping[str, bytes | None], greeting: bytes = GREETING) -> Iterator[int]:
    """Yield the port of a server for one connection; None as an answer hangs up."""
    told = {"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n%s OK done\r\n", **script}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, told, greeting), daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
        listener.close()
        thread.join(5)
