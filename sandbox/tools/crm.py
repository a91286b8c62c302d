"""A plain CRM of free-text columns: it stores what it is given, merges nothing, checks nothing."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from aiohttp import web

from sandbox.call import Call, Refusal, answer
from sandbox.storage import Account, Record, next_id
from sandbox.tool import Tool
from sandbox.world import key_for

PER_PAGE = 50


def iso(moment: float) -> str:
    """Answer a moment as ISO 8601 in UTC with milliseconds."""
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def moment_of(text: str) -> float:
    """Answer an ISO 8601 text as epoch seconds; ValueError where it is none."""
    found = datetime.fromisoformat(text.replace(" ", "+"))
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


class Crm(Tool):
    """One sheet of records an account, behind a bearer token or an X-Api-Key header."""

    slug: ClassVar[str] = "crm"
    title: ClassVar[str] = "Plain CRM"
    resources: ClassVar[tuple[str, ...]] = ("records",)

    def routes(self) -> None:
        self.add("GET", "/api/me", self.me)
        self.add("GET", "/api/records", self.listing)
        self.add("POST", "/api/records", self.create)
        self.add("GET", "/api/records/{id}", self.read)
        self.add("PATCH", "/api/records/{id}", self.change)
        self.add("DELETE", "/api/records/{id}", self.remove)

    def credentials(self, name: str) -> dict[str, str]:
        return {"token": f"crm_{key_for(self.slug, name)}"}

    def key_of(self, call: Call) -> str:
        headers = call.request.headers
        bearer = headers.get("Authorization", "").removeprefix("Bearer ")
        return bearer or headers.get("X-Api-Key", "")

    def error(self, status: int, detail: str = "") -> web.Response:
        words = {400: "Bad request", 401: "Wrong or missing token", 403: "Not allowed"}
        words |= {404: "No such record", 429: "Too many requests"}
        return answer({"error": detail or words.get(status, "Something went wrong")}, status)

    def me(self, call: Call) -> web.Response:
        """Say whose account the token opens."""
        name = call.at.name
        return answer({"id": f"crm-{key_for('crm-id', name, 8)}", "name": f"Plain CRM of {name}"})

    def listing(self, call: Call) -> web.Response:
        """List records, the newest first: `q` (repeatable) is any text, `since` a time."""
        since = moment_of(call.query("since")) if call.query("since") else 0.0
        terms = [term.lower() for term in call.request.query.getall("q", []) if term]
        found = [
            record
            for record in call.at.shelf("records").newest(since)
            if (not terms or any(term in record.text for term in terms)) and not call.hides(record)
        ]
        number = max(1, call.number("page", 1, 1_000_000))
        size = max(1, call.number("per_page", PER_PAGE, 100))
        shown = found[(number - 1) * size : number * size]
        after = None
        if number * size < len(found):
            after = str(call.request.rel_url.update_query(page=str(number + 1)))
        data = [_shape(record) for record in shown]
        return answer({"data": data, "page": number, "total": len(found), "next": after})

    def create(self, call: Call) -> web.Response:
        """Store a record as it comes."""
        record = self.plant(call.at, "records", call.json(), call.now)
        self.tell(call.at, "records", record)
        return answer(_shape(record), 201)

    def read(self, call: Call) -> web.Response:
        """Show one record."""
        return answer(_shape(self._record(call)))

    def change(self, call: Call) -> web.Response:
        """Change columns of one record."""
        record = self._record(call)
        record.fields.update(call.json())
        call.at.shelf("records").touch(record, call.now, _email(record.fields))
        return answer(_shape(record))

    def remove(self, call: Call) -> web.Response:
        """Delete one record for good."""
        call.at.shelf("records").drop(self._record(call).id)
        return web.Response(status=204)

    def plant(self, account: Account, resource: str, fields: dict[str, Any], at: float) -> Record:
        record = Record(f"r{next_id()}", dict(fields), at, at, _email(fields))
        return account.shelf(resource).put(record)

    def _record(self, call: Call) -> Record:
        record = call.at.shelf("records").records.get(call.path("id"))
        if record is None:
            raise Refusal(self.error(404))
        return record


def _email(fields: dict[str, Any]) -> str:
    return str(fields.get("email") or "")


def _shape(record: Record) -> dict[str, Any]:
    return {**record.fields, "id": record.id, "created_at": iso(record.created)}
