"""One HTTP request and its answer, carried by requests: once, whole, in time, of bounded size."""

import os
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from requests import RequestException
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError

from connectors.kit import guard
from connectors.kit.adapter import Adapter, Left, Prepared, Unmade
from connectors.kit.address import Place
from connectors.kit.headers import Headers

# What heads and the frames around chunks may take beside the body's own size.
FRAME = 1024 * 1024
_TARGET = re.compile(r"/[!-~]*")
_HEADER = re.compile(r"[ -~\x80-\xff\t]*")


class Unanswered(Exception):
    """No whole answer came. `sent` says whether the tool may have read the request."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is sent. `target` is the path with its query, already encoded."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    repeatable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back, its body whole and decompressed."""

    status: int
    headers: Headers
    body: bytes


class _Process:
    """The connections of this process. A forked child must not speak on its parent's."""

    def __init__(self) -> None:
        self.renew()
        os.register_at_fork(after_in_child=self.renew)

    def renew(self) -> None:
        self.adapter = Adapter()


_process = _Process()


def exchange(place: Place, request: Request, *, seconds: float, size: int) -> Reply:
    """Send `request` once and answer the reply, all within `seconds` of wall clock.

    A repeatable request goes out again if a connection kept open was closed just then.
    """
    prepared = _prepared(place, request)
    try:
        with guard.budget(seconds, 2 * size + FRAME):
            try:
                return _carried(prepared, size)
            except Left as left:
                if not (left.reused and request.repeatable):
                    raise
            return _carried(prepared, size)
    except Unmade as error:
        raise Unanswered(error.reason, sent=False) from error
    except Left as error:
        raise Unanswered("closed", sent=True) from error
    except (RequestException, HTTPError) as error:
        raise Unanswered(_named(error), sent=True) from error


def _prepared(place: Place, request: Request) -> Prepared:
    """Answer the request as requests carries it; what could smuggle a second in is refused."""
    if not _TARGET.fullmatch(request.target):
        raise ValueError("a path with characters that must be encoded")
    for name, value in request.headers.items():
        if not _HEADER.fullmatch(name) or not _HEADER.fullmatch(value):
            raise ValueError("a header with characters that are not allowed")
    prepared = Prepared(place, request.method, request.target)
    prepared.headers = CaseInsensitiveDict(request.headers)
    if request.body:
        prepared.body = request.body
        prepared.headers["Content-Length"] = str(len(request.body))
    return prepared


def _carried(prepared: Prepared, size: int) -> Reply:
    """Send, and read the body whole; the connection is kept only after a whole answer."""
    response = _process.adapter.send(prepared, stream=True)
    # Closes nothing after a whole answer: the connection is back in its pool by then.
    with closing(response.raw) as raw:
        if response.status_code < 200:
            raise HTTPError("an answer is announced, and does not follow")
        body = raw.read(size + 1, decode_content=True)
        if len(body) > size:
            raise guard.TooLarge
    headers = Headers(raw.headers.iteritems())
    return Reply(status=response.status_code, headers=headers, body=body)


def _named(error: BaseException | None) -> str:
    """Answer "time" where time being up lies below a library's error, else "broken"."""
    while error is not None:
        if isinstance(error, TimeoutError):
            return "time"
        error = error.__cause__ or error.__context__
    return "broken"
