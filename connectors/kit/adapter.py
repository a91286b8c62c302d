"""What carries a call: requests' own adapter, its connections made by the guard alone.

requests and urllib3 write, read, decode and pool. Ours is which address a connection leads to, and
telling what happened to a request: never sent, or sent to a server that then left.
"""

import logging
import time
from typing import TYPE_CHECKING

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, Retry
from urllib3.connection import HTTPConnection

from connectors.kit import guard
from connectors.kit.address import Place

if TYPE_CHECKING:
    import socket

    from urllib3 import BaseHTTPResponse, HTTPResponse

IDLE_SECONDS = 50.0
PLACES_MOST = 64
IDLE_MOST = 16

# Not an OSError, neither of the two: urllib3 would wrap it, and take it for a fault to try again.


class Unmade(Exception):
    """There is no connection, so nothing was sent; `reason` as `guard.NotConnected` has it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Left(Exception):
    """The server hung up before it answered; `reused` says the connection served a call before."""

    def __init__(self, *, reused: bool) -> None:
        super().__init__("the server left without an answer")
        self.reused = reused


class _Connection(HTTPConnection):
    """A connection to a vetted address, not used again once it was idle for too long."""

    def __init__(
        self, host: str, port: int, *, networks: tuple[str, ...], timeout: float, blocksize: int
    ) -> None:
        super().__init__(host, port, timeout=timeout, blocksize=blocksize)
        self._networks = networks
        self._answered: float | None = None

    def _new_conn(self) -> "socket.socket":
        self._answered = None
        try:
            return self._made()
        except guard.NotConnected as error:
            raise Unmade(error.reason) from error
        except TimeoutError as error:
            raise Unmade("time") from error

    def _made(self) -> "socket.socket":
        return guard.connect(self._dns_host, self.port, self._networks)

    def getresponse(self) -> "HTTPResponse":  # type: ignore[override]  # as urllib3 has it
        reused = self._answered is not None
        try:
            response = super().getresponse()
        except ConnectionError as error:
            raise Left(reused=reused) from error
        self._answered = time.monotonic()
        return response

    @property
    def is_connected(self) -> bool:
        """Whether a kept connection can serve again; urllib3 asks before each call."""
        idle = time.monotonic() - (self._answered or 0.0)
        return idle < IDLE_SECONDS and super().is_connected


class _SecureConnection(_Connection):
    """The same over TLS, the server's certificate proved to be for the host."""

    default_port = 443  # type: ignore[misc]  # as urllib3 has it

    def _made(self) -> "socket.socket":
        return guard.secured(super()._made(), self.host)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPConnectionPool):
    # The plain pool, for the connection brings its own TLS, with the guard's settings.
    scheme = "https"
    ConnectionCls = _SecureConnection


class Prepared(PreparedRequest):
    """A request made ready field by field; its `url` is the target only, `place` says whereto."""

    def __init__(self, place: Place, method: str, target: str) -> None:
        super().__init__()
        self.place = place
        self.method, self.url = method, target


class Adapter(HTTPAdapter):
    """requests' adapter without proxies, retries, redirects and cookies."""

    def __init__(self) -> None:
        super().__init__(PLACES_MOST, IDLE_MOST, Retry(0, read=False))
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def get_connection_with_tls_context(  # type: ignore[override]  # only ours pass here
        self, request: Prepared, verify: object, proxies: object = None, cert: object = None
    ) -> HTTPConnectionPool:
        """Answer the pool of the place, proxies and the settings of requests left aside."""
        del verify, proxies, cert
        place = request.place
        context = {**place._asdict(), "maxsize": IDLE_MOST}
        # A connection vetted for other networks is another one: the whole place is the key.
        pool: HTTPConnectionPool = self.poolmanager.connection_from_pool_key(
            place, request_context=context
        )
        return pool

    def cert_verify(self, conn: object, url: object, verify: object, cert: object) -> None:
        """Leave TLS to the guard."""

    def request_url(self, request: PreparedRequest, proxies: object) -> str:
        """Answer what stands in the request's first line."""
        del proxies
        return str(request.url)

    def build_response(self, req: PreparedRequest, resp: "BaseHTTPResponse") -> Response:
        """Answer urllib3's response as it is: cookies and redirects are the door's to judge."""
        response = Response()
        response.status_code = resp.status
        response.raw = resp
        response.request = req
        return response


def _is_said(_record: logging.LogRecord) -> bool:
    return False


# Their lines name whole addresses, and a query may hold a key.
for _name in ("urllib3.connection", "urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(_is_said)
