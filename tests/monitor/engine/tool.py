"""A small tool on loopback whose clock is the test's: shelves of records, handed on by carriers."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Record = dict[str, Any]

HUGE = "(nine megabytes)"
"""Stands for so much in a record; it is written out where it is answered."""

SETTINGS = {
    "auth": "bearer",
    "check_path": "/me",
    "account": "$.id",
    "submit_path": "/records",
    "submit_id": "$.id",
    "find_path": "/records?q={handle}",
    "list_path": "/records?since={since}",
    "records": "$.records[*]",
    "id": "$.id",
    "created": "$.created_at",
    "remove_path": "/records/{id}",
}
FIELDS = {
    "email": {"from": "email", "as": "email"},
    "first": {"from": "first_name", "as": "name"},
    "last": {"from": "last_name", "as": "name"},
    "phone": {"from": "phone", "as": "phone"},
}


@dataclass
class Carrier:
    """What takes a record from one shelf to another."""

    to: str
    delay: float = 1.0
    copies: int = 1
    change: Callable[[Record], Record] = lambda record: record


@dataclass
class Shelf:
    """One account of the tool. `answers` maps a method to the status it gives instead.

    A call whose address holds one of the words in `refuses` is refused.
    """

    records: list[Record] = field(default_factory=list)
    carriers: list[Carrier] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)
    refuses: set[str] = field(default_factory=set)
    commits: bool = False
    keeps: bool = False
    calls: Counter[str] = field(default_factory=Counter)


class Tool:
    """All shelves. `now` is the clock of the tool."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.shelves: dict[str, Shelf] = {}
        self.lock = threading.Lock()
        self._ids = 0
        self._server = self._open(0)

    def stop(self) -> None:
        """Close the door."""
        self._server.shutdown()
        self._server.server_close()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Refuse every connection for a while."""
        port = self._server.server_address[1]
        self.stop()
        try:
            yield
        finally:
            self._server = self._open(port)

    def _open(self, port: int) -> ThreadingHTTPServer:
        handler = type("Handler", (_Handler,), {"tool": self})
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def url(self, shelf: str) -> str:
        """Answer the address of a shelf."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/{shelf}"

    def shelf(self, name: str) -> Shelf:
        """Answer a shelf, put up when it is first named."""
        return self.shelves.setdefault(name, Shelf())

    def create(self, shelf: str, record: Record, at: datetime | None = None) -> str:
        """Put a record on a shelf, and let the carriers take it on."""
        self._ids += 1
        at = at or self.now
        id = f"r{self._ids}"
        self.shelf(shelf).records.append({**record, "id": id, "created_at": at})
        for carrier in self.shelf(shelf).carriers:
            for copy in range(carrier.copies):
                arrives = at + timedelta(seconds=carrier.delay + copy * 0.5)
                self.create(carrier.to, carrier.change(dict(record)), arrives)
        return id

    def visible(self, shelf: str) -> list[Record]:
        """Answer what has arrived by now."""
        return [one for one in self.shelf(shelf).records if one["created_at"] <= self.now]


@contextmanager
def tool(now: datetime) -> Iterator[Tool]:
    """Keep a tool open."""
    opened = Tool(now)
    try:
        yield opened
    finally:
        opened.stop()


class _Handler(BaseHTTPRequestHandler):
    tool: Tool
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Send no wrong time: the tests' clock is not the kit's."""
        del timestamp
        return ""

    def _do(self) -> None:
        parts = urlsplit(self.path)
        name, _, rest = parts.path.strip("/").partition("/")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.tool.lock:
            shelf = self.tool.shelf(name)
            shelf.calls[self.command] += 1
            status = shelf.answers.get(self.command, 0)
            if any(word in unquote(self.path) for word in shelf.refuses):
                status = 400
            said: Any = {}
            if self.headers.get("Authorization") != "Bearer good":
                status = status or 401
            if not status or (shelf.commits and self.command == "POST"):
                made, said = self._served(name, rest, parse_qs(parts.query), body)
                status = status or made
        self._answer(status, said)

    do_GET = do_POST = do_DELETE = _do  # noqa: N815 - the server names them

    def _served(self, name: str, rest: str, query: Any, body: bytes) -> tuple[int, Any]:
        if rest == "me":
            return 200, {"id": name}
        if self.command == "POST":
            return 201, {"id": self.tool.create(name, json.loads(body))}
        if self.command == "DELETE":
            return self._removed(name, unquote(rest.partition("/")[2]))
        found = self.tool.visible(name)
        if "q" in query:
            wanted = query["q"][0].casefold()
            found = [one for one in found if wanted in json.dumps(one, default=str).casefold()]
        if "since" in query:
            since = datetime.fromisoformat(query["since"][0])
            found = [one for one in found if one["created_at"] >= since]
        return 200, {"records": found}

    def _removed(self, name: str, id: str) -> tuple[int, Any]:
        shelf = self.tool.shelf(name)
        if not shelf.keeps:
            shelf.records = [one for one in shelf.records if one["id"] != id]
        return 200, {}

    def _answer(self, status: int, said: Any) -> None:
        told = json.dumps(said, default=lambda at: at.astimezone(UTC).isoformat())
        text = told.replace(HUGE, "x" * 9_000_000).encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
