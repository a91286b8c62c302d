"""The last metre of an automation: one delivery through the receiving tool's own public API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox.call import AUTOMATION_HEADER
from sandbox.mapping import Values


class NotTaken(Exception):
    """The tool refused the record; the sentence is what it said."""


class Busy(Exception):
    """The tool asked to come back later, after this many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"come back in {seconds:g} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One delivery: where to, with which key, what to write and what it follows from."""

    automation: str
    http: aiohttp.ClientSession
    url: str
    secrets: Mapping[str, str]
    record: Values
    values: Values
    ids: Mapping[str, str]
    source: Mapping[str, Any]
    junk: bool = False

    async def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        data: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """Send one request; answer status and body. A refusal is only raised by `take`."""
        async with self.http.request(
            method,
            self.url + path,
            headers={AUTOMATION_HEADER: self.automation, **(headers or {})},
            json=json,
            data=data,
            params=params,
        ) as response:
            if response.status == 429:
                raise Busy(float(response.headers.get("Retry-After", "0.5")))
            try:
                body = await response.json(content_type=None)
            except ValueError:
                body = {}
            return response.status, body if isinstance(body, dict) else {}

    async def take(self, method: str, path: str, **kwargs: Any) -> dict[str, Any]:
        """Send one request that must succeed."""
        status, body = await self.call(method, path, **kwargs)
        if status >= 400:
            raise NotTaken(f"{status}: {str(body)[:300]}")
        return body

    def bearer(self) -> dict[str, str]:
        """Answer the header that shows the account's key, its first secret."""
        return {"Authorization": f"Bearer {next(iter(self.secrets.values()))}"}
