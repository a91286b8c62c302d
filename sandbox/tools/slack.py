"""Slack's incoming webhooks: a secret path that takes a message and says ok."""

import json
from typing import Any, ClassVar

from aiohttp import web

from sandbox.call import Call
from sandbox.storage import Account, Record, next_id
from sandbox.tool import Tool
from sandbox.world import key_for

WORDS = {
    400: "invalid_payload",
    401: "invalid_token",
    403: "action_prohibited",
    404: "no_service",
    429: "rate_limited",
}


class Slack(Tool):
    """One webhook an account; what it received is shown on the control page."""

    slug: ClassVar[str] = "slack"
    title: ClassVar[str] = "Slack"
    resources: ClassVar[tuple[str, ...]] = ("messages",)
    open_paths: ClassVar[tuple[str, ...]] = ("/",)

    def routes(self) -> None:
        self.add("POST", "/services/{team}/{hook}/{key}", self.receive)

    def credentials(self, name: str) -> dict[str, str]:
        key = key_for(self.slug, name, 24)
        team, hook = key_for("slack-team", name, 9).upper(), key_for("slack-hook", name, 11).upper()
        return {"path": f"/services/T{team}/B{hook}/{key}"}

    def key_of(self, call: Call) -> str:
        return call.request.path

    def error(self, status: int, detail: str = "") -> web.Response:
        return web.Response(text=detail or WORDS.get(status, "server_error"), status=status)

    def receive(self, call: Call) -> web.Response:
        """Take a message."""
        if call.account is None:
            return self.error(404)
        try:
            message = call.json()
        except ValueError:
            form = call.form()
            if "payload" not in form:
                return self.error(400)
            message = json.loads(form["payload"])
        if not message.get("text") and not message.get("blocks"):
            return self.error(400, "no_text")
        self.plant(call.account, "messages", message, call.now)
        return web.Response(text="ok")

    def plant(self, account: Account, resource: str, fields: dict[str, Any], at: float) -> Record:
        return account.shelf(resource).put(Record(f"m{next_id()}", dict(fields), at, at))
