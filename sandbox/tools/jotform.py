"""Jotform: one form an account, submissions listed by filter in the account's own time zone."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from aiohttp import web

from sandbox.call import Call, Refusal, answer
from sandbox.nesting import flat, nested
from sandbox.storage import Account, Record, next_id
from sandbox.tool import Tool
from sandbox.tools import jotform_questions as questions
from sandbox.world import key_for

MESSAGES = {
    400: "Bad request",
    401: "Invalid API key",
    403: "You don't have the rights to do this",
    404: "Requested URL is not available!",
    429: "API-Limit exceeded",
}
DOCS = "https://api.jotform.com/docs"
DAILY = 100_000
LARGEST = 1000
EASTERN = "America/New_York"
_FIELD = re.compile(r"submission\[(\d+)(?:_(\w+))?\](?:\[(\w+)\])?")
_TESTS = ("gt", "gte", "lt", "lte", "ne", "eq")


class Jotform(Tool):
    """A user an account, behind an API key. What is deleted is listed on, marked so."""

    slug: ClassVar[str] = "jotform"
    title: ClassVar[str] = "Jotform"
    resources: ClassVar[tuple[str, ...]] = ("submissions",)

    def routes(self) -> None:
        for prefix in ("", "/v1"):
            self.add("GET", f"{prefix}/user", self.user)
            self.add("GET", f"{prefix}/user/settings", self.user)
            self.add("POST", f"{prefix}/user/settings", self.change_user)
            self.add("GET", f"{prefix}/form/{{form}}", self.form)
            self.add("GET", f"{prefix}/form/{{form}}/questions", self.questions)
            self.add("GET", f"{prefix}/form/{{form}}/submissions", self.listing)
            self.add("POST", f"{prefix}/form/{{form}}/submissions", self.submit)
            self.add("GET", f"{prefix}/submission/{{id}}", self.read)
            self.add("DELETE", f"{prefix}/submission/{{id}}", self.remove)

    def credentials(self, name: str) -> dict[str, str]:
        form = str(200_000_000_000_000 + int(key_for("jotform-form", name, 11), 16))
        return {"api_key": key_for(self.slug, name), "form_id": form}

    def key_of(self, call: Call) -> str:
        return call.request.headers.get("APIKEY", "") or call.query("apiKey")

    def error(self, status: int, detail: str = "") -> web.Response:
        message = detail or MESSAGES.get(status, "Something went wrong")
        body = {"responseCode": status, "message": message, "content": "", "duration": "12ms"}
        return answer(body | {"info": f"{DOCS}#errors"}, status)

    def flat(self, resource: str, record: Record) -> dict[str, Any]:
        del resource
        return flat(record.fields)

    def user(self, call: Call) -> web.Response:
        """Say whose account the key opens, and in which time zone it writes."""
        name = call.at.name
        told = {"username": f"{name}_forms", "name": name, "email": f"{name}@handoff.test"}
        told |= {"time_zone": self._zone(call.at).key, "status": "ACTIVE"}
        return self._well(call, told | {"account_type": f"{DOCS}/system/plan/GOLD"})

    def change_user(self, call: Call) -> web.Response:
        """Change the account's time zone: what was written before reads in the new one, too."""
        if wanted := call.form().get("time_zone"):
            call.at.options["time_zone"] = wanted
        return self.user(call)

    def form(self, call: Call) -> web.Response:
        """Show the form."""
        self._own(call)
        told = {"id": call.path("form"), "username": f"{call.at.name}_forms"}
        told |= {"title": f"Contact {call.at.name}", "status": "ENABLED", "type": "LEGACY"}
        told["count"] = str(len(call.at.shelf("submissions").records))
        return self._well(call, told)

    def questions(self, call: Call) -> web.Response:
        """List the form's questions by their ids."""
        self._own(call)
        return self._well(call, questions.describe())

    def listing(self, call: Call) -> web.Response:
        """List submissions, the newest first; what is deleted is among them."""
        self._own(call)
        limit, start = call.number("limit", 20, LARGEST), call.number("offset", 0, 10**9)
        found = self._wanted(call)
        shown = [self._shape(call, one) for one in islice(found, start, start + limit)]
        told = {"offset": start, "limit": limit, "count": len(shown)}
        return self._well(call, shown, resultSet=told)

    def submit(self, call: Call) -> web.Response:
        """Store a submission. Nothing is checked: that is what the form's page does."""
        self._own(call)
        given: dict[str, Any] = {}
        for key, value in call.form().items():
            field = _FIELD.fullmatch(key)
            if field and value and questions.known(field[1], field[2] or field[3] or ""):
                given[".".join(filter(None, (field[1], field[2] or field[3])))] = value
        if not given:
            raise Refusal(self.error(400, "Submission data is missing"))
        record = self.plant(call.at, "submissions", given, call.now)
        self.tell(call.at, "submissions", record)
        url = f"https://api.jotform.com/submission/{record.id}"
        return self._well(call, {"submissionID": record.id, "URL": url})

    def read(self, call: Call) -> web.Response:
        """Show one submission at once."""
        return self._well(call, self._shape(call, self._need(call)))

    def remove(self, call: Call) -> web.Response:
        """Move a submission to the trash; one that lies there already stays there."""
        record = self._need(call)
        record.archived = True
        return self._well(call, f"Submission #{record.id} deleted.")

    def plant(self, account: Account, resource: str, fields: dict[str, Any], at: float) -> Record:
        kept = nested({key: str(value) for key, value in fields.items()})
        email = str(kept.get(questions.EMAIL, ""))
        id = str(6_000_000_000_000_000_000 + next_id())
        return account.shelf(resource).put(Record(id, kept, at, at, email))

    def _well(self, call: Call, content: object, **more: object) -> web.Response:
        day, used = int(call.now) // 86_400, call.at.answers.get("day", (0, 0))
        used = (day, used[1] + 1 if used[0] == day else 1)
        call.at.answers["day"] = used
        if used[1] > DAILY:
            raise Refusal(self.error(429))
        body = {"responseCode": 200, "message": "success", "content": content}
        return answer({**body, "duration": "21ms", **more, "limit-left": DAILY - used[1]})

    def _wanted(self, call: Call) -> Iterator[Record]:
        asked = json.loads(call.query("filter") or "{}")
        tests = [
            (name, test if test in _TESTS else "eq", str(value))
            for (name, _colon, test), value in ((k.partition(":"), v) for k, v in asked.items())
        ]
        for record in call.at.shelf("submissions").newest():
            shown = {"id": record.id, "status": _status(record)}
            shown["created_at"] = self._written(call.at, record.created)
            if call.hides(record):
                continue
            if all(name not in shown or _holds(shown[name], test, v) for name, test, v in tests):
                yield record

    def _shape(self, call: Call, record: Record) -> dict[str, Any]:
        return {
            "id": record.id,
            "form_id": call.at.secrets["form_id"],
            "ip": "127.0.0.1",
            "created_at": self._written(call.at, record.created),
            "status": _status(record),
            "new": "1",
            "flag": "0",
            "notes": "",
            "updated_at": None,
            "answers": questions.answers(record.fields),
        }

    def _zone(self, account: Account) -> ZoneInfo:
        return ZoneInfo(str(account.options.get("time_zone", EASTERN)))

    def _written(self, account: Account, at: float) -> str:
        local = datetime.fromtimestamp(at, UTC).astimezone(self._zone(account))
        return f"{local:%Y-%m-%d %H:%M:%S}"

    def _own(self, call: Call) -> None:
        if call.path("form") != call.at.secrets["form_id"]:
            raise Refusal(self.error(401, "You're not authorized to use this form"))

    def _need(self, call: Call) -> Record:
        record = call.at.shelf("submissions").records.get(call.path("id"))
        if record is None:
            raise Refusal(self.error(401, "You're not authorized to use this submission"))
        return record


def _status(record: Record) -> str:
    return "DELETED" if record.archived else "ACTIVE"


def _holds(held: str, test: str, wanted: str) -> bool:
    """Answer whether a value passes: ids by length first, dates as they are written."""
    one, other = (len(held), held), (len(wanted), wanted)
    if "-" in held:
        one, other = (0, held), (0, wanted)
    return {
        "eq": held == wanted,
        "ne": held != wanted,
        "gt": one > other,
        "gte": one >= other,
        "lt": one < other,
        "lte": one <= other,
    }[test]
