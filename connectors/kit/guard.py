"""Sockets that lead only to addresses this deployment allows, within a wall-clock budget.

A name is looked up once, every address it has is vetted, and the socket is connected to the very
address that was vetted: a name server that answers differently a moment later gains nothing.
"""

import ipaddress
import math
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

Sockaddr = tuple[str, int] | tuple[str, int, int, int]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Forms of IPv6 that carry an IPv4 address inside, so they may lead to a private one.
CARRIERS: tuple[Network, ...] = tuple(
    ipaddress.ip_network(block)
    for block in (
        "::ffff:0:0/96",
        "::/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
    )
)


class Forbidden(Exception):
    """The address lies in a network this deployment does not allow calls to.

    Deliberately no OSError: nothing on the way may take it for a network fault and try again.
    """


class TooLarge(Exception):
    """The answer is larger than this deployment takes. No OSError either, for the same reason."""


class NotConnected(OSError):
    """Nothing was sent, for no connection was made: `reason` is name, certificate or connect."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Budget(threading.local):
    until = math.inf
    bytes_left = math.inf


_budget = _Budget()


@contextmanager
def budget(seconds: float, size: float = math.inf) -> Iterator[None]:
    """Let every socket operation of this thread end within `seconds` from now, all together.

    Together they receive at most `size` bytes, whatever a library is made to believe of a length.
    """
    _budget.until, _budget.bytes_left = time.monotonic() + seconds, size
    try:
        yield
    finally:
        _budget.until = _budget.bytes_left = math.inf


def left() -> float | None:
    """Answer the seconds left to this thread, None without a budget; TimeoutError at its end."""
    if _budget.until == math.inf:
        return None
    seconds = _budget.until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("the call's time is used up")
    return seconds


def _taken(count: int) -> int:
    """Answer `count`, having taken that many received bytes off the budget."""
    _budget.bytes_left -= count
    if _budget.bytes_left < 0:
        raise TooLarge
    return count


class GuardedSocket(socket.socket):
    """A socket that gives each operation what is left of the budget, not a fresh allowance."""

    def recv_into(self, buffer: "WriteableBuffer", nbytes: int = 0, flags: int = 0) -> int:
        self.settimeout(left())
        return _taken(super().recv_into(buffer, nbytes, flags))

    def sendall(self, data: "ReadableBuffer", flags: int = 0, /) -> None:
        self.settimeout(left())
        super().sendall(data, flags)


class GuardedTLS(ssl.SSLSocket):
    """The same over TLS."""

    def recv_into(
        self, buffer: "WriteableBuffer", nbytes: int | None = None, flags: int = 0
    ) -> int:
        self.settimeout(left())
        return _taken(super().recv_into(buffer, nbytes, flags))

    def send(self, data: "ReadableBuffer", flags: int = 0) -> int:
        self.settimeout(left())
        return super().send(data, flags)


@lru_cache(maxsize=64)
def blocks(networks: tuple[str, ...]) -> tuple[Network, ...]:
    """Answer the allowed networks, parsed."""
    return tuple(ipaddress.ip_network(network, strict=False) for network in networks)


def is_allowed(address: str, networks: tuple[str, ...] = ()) -> bool:
    """Whether calls to `address` are allowed: a public one, or one inside an allowed network."""
    ip = ipaddress.ip_address(address)
    if any(ip in block for block in blocks(networks)):
        return True
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        return False
    return not any(ip in block for block in CARRIERS)


def _look_up(host: str, port: int) -> Sequence[tuple[int, Sockaddr]]:
    """Answer every address of `host`; the look-up runs aside, for it knows no time limit."""
    found: queue.SimpleQueue[list[tuple[int, Sockaddr]] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            found.put(OSError(str(error)))
            return
        found.put([(int(answer[0]), _sockaddr(answer[4])) for answer in answers])

    threading.Thread(target=ask, name="name look-up", daemon=True).start()
    try:
        answer = found.get(timeout=left())
    except queue.Empty as error:
        raise NotConnected("name") from error
    if isinstance(answer, OSError):
        raise NotConnected("name") from answer
    return answer


def _sockaddr(answer: tuple[object, ...]) -> Sockaddr:
    """Answer the address as `connect` takes it, with its types told."""
    host, port = str(answer[0]), int(str(answer[1]))
    if len(answer) == 4:  # IPv6 also has a flow label and a scope
        return host, port, int(str(answer[2])), int(str(answer[3]))
    return host, port


def _vetted(host: str, port: int, networks: tuple[str, ...]) -> Sequence[tuple[int, Sockaddr]]:
    """Answer the addresses of `host`; a single forbidden one refuses them all."""
    addresses = _look_up(host, port)
    for _, sockaddr in addresses:
        if not is_allowed(sockaddr[0], networks):
            raise Forbidden(sockaddr[0])
    return addresses


def connect(host: str, port: int, networks: tuple[str, ...] = ()) -> socket.socket:
    """Answer a socket connected to a vetted address of `host`, trying each within the budget."""
    addresses = _vetted(host, port, networks)
    failure: OSError | None = None
    for count, (family, sockaddr) in enumerate(addresses):
        wire = GuardedSocket(family, socket.SOCK_STREAM)
        try:
            seconds = left()
            wire.settimeout(seconds and seconds / (len(addresses) - count))
            wire.connect(sockaddr)
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            wire.close()
            failure = error
            continue
        return wire
    raise NotConnected("connect") from failure


@lru_cache(maxsize=1)
def tls() -> ssl.SSLContext:
    """Answer the process's TLS settings: the system's authorities, names checked."""
    context = ssl.create_default_context()
    context.sslsocket_class = GuardedTLS
    return context


def secured(wire: socket.socket, host: str) -> socket.socket:
    """Answer `wire` wrapped in TLS, its certificate proved to be for `host`."""
    try:
        wire.settimeout(left())
        return tls().wrap_socket(wire, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        wire.close()
        raise NotConnected("certificate") from error
    except OSError as error:
        wire.close()
        raise NotConnected("connect") from error
