"""One request to a tool, as its twin sees it, and the ways to answer."""

import json
import urllib.parse
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.faults import Fault
from sandbox.storage import Account, Record

AUTOMATION_HEADER = "X-Sandbox-Automation"


class Refusal(Exception):
    """The twin says no; `response` is the vendor's own way of saying so."""

    def __init__(self, response: web.Response) -> None:
        super().__init__(response.status)
        self.response = response


@dataclass(slots=True)
class Call:
    """A request with its account. `lag` is how long the tool's index trails for it."""

    request: web.Request
    body: bytes
    now: float
    automation: str = ""
    account: Account | None = None
    lag: float = 0.0
    lag_fault: Fault | None = None
    hidden: list[Record] = field(default_factory=list)

    @property
    def at(self) -> Account:
        """Answer the account; only open routes have none."""
        if self.account is None:
            raise LookupError("This route needs an account.")
        return self.account

    @property
    def write(self) -> bool:
        """Answer whether the HTTP method writes."""
        return self.request.method not in ("GET", "HEAD", "OPTIONS")

    @property
    def text(self) -> str:
        """Answer path, query and body as readable text, to match a lead in."""
        body = self.body.decode(errors="replace")
        if "json" not in self.request.content_type:
            body = urllib.parse.unquote_plus(body)
        return f"{urllib.parse.unquote(self.request.path_qs)}\n{body}"

    def query(self, name: str, default: str = "") -> str:
        """Answer one value of the query."""
        return self.request.query.get(name, default)

    def number(self, name: str, default: int, top: int) -> int:
        """Answer a whole number of the query, within reason."""
        raw = self.request.query.get(name, "")
        return min(int(raw), top) if raw.isdigit() else default

    def path(self, name: str) -> str:
        """Answer a part of the path."""
        return self.request.match_info[name]

    def json(self) -> dict[str, Any]:
        """Answer the body as a JSON object; ValueError where it is none."""
        found = json.loads(self.body or b"{}")
        if not isinstance(found, dict):
            raise ValueError("The body is no JSON object.")  # noqa: TRY004 - callers know one error
        return found

    def form(self) -> dict[str, str]:
        """Answer the body as form fields, the last of equal names."""
        return dict(
            urllib.parse.parse_qsl(
                self.body.decode(errors="replace"), keep_blank_values=True, max_num_fields=500
            )
        )

    def hides(self, record: Record) -> bool:
        """Answer whether the index does not show this record yet."""
        if self.lag and self.now < record.created + self.lag:
            self.hidden.append(record)
            return True
        return False


_encode = json.JSONEncoder(separators=(",", ":")).encode


def answer(data: object, status: int = 200, **headers: str) -> web.Response:
    """Answer JSON."""
    return web.Response(
        body=_encode(data).encode(),
        status=status,
        headers={"Content-Type": "application/json;charset=utf-8", **headers},
    )


def page(html: str, status: int = 200) -> web.Response:
    """Answer HTML."""
    return web.Response(text=html, status=status, content_type="text/html")
