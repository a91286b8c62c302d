"""Gravity Forms REST API v2: one WordPress site and one form an account."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import unquote_plus
from zoneinfo import ZoneInfo

from aiohttp import web

from sandbox.call import Call, Refusal, answer
from sandbox.storage import Account, Record, next_id
from sandbox.tool import Tool
from sandbox.tools import gravity_forms_auth as auth
from sandbox.tools import gravity_forms_fields as fields
from sandbox.world import key_for

ROOT = "/wp-json/gf/v2"
CODES = {
    400: ("rest_invalid_param", "Invalid parameter(s)"),
    401: ("rest_forbidden", "Sorry, you are not allowed to do that."),
    403: ("rest_forbidden", "Sorry, you are not allowed to do that."),
    404: ("not_found", "Not found"),
    410: ("rest_already_trashed", "The entry has already been deleted."),
}
# A site keeps its own zone, and reads the bounds of a search in it.
ZONE = ZoneInfo("Europe/Berlin")
THANKS = "Thanks for contacting us! We will get in touch with you shortly."


class GravityForms(Tool):
    """A form's page and its entries: only what comes through `submissions` starts anything."""

    slug: ClassVar[str] = "gravity_forms"
    title: ClassVar[str] = "Gravity Forms"
    resources: ClassVar[tuple[str, ...]] = ("entries",)

    def routes(self) -> None:
        self.add("GET", f"{ROOT}/forms", self.forms)
        self.add("GET", f"{ROOT}/forms/{{form:\\d+}}", self.form)
        self.add("GET", f"{ROOT}/forms/{{form:\\d+}}/entries", self.listing)
        self.add("POST", f"{ROOT}/forms/{{form:\\d+}}/entries", self.add_entry)
        self.add("POST", f"{ROOT}/forms/{{form:\\d+}}/submissions", self.submit)
        self.add("POST", f"{ROOT}/forms/{{form:\\d+}}/submissions/validation", self.validate)
        self.add("GET", f"{ROOT}/entries/{{id:\\d+}}", self.read)
        self.add("DELETE", f"{ROOT}/entries/{{id:\\d+}}", self.remove)

    def credentials(self, name: str) -> dict[str, str]:
        form = str(1000 + int(key_for("gravity-form", name, 6), 16))
        key, secret = key_for("gravity-key", name, 40), key_for("gravity-secret", name, 40)
        return {"consumer_key": f"ck_{key}", "consumer_secret": f"cs_{secret}", "form_id": form}

    def key_of(self, call: Call) -> str:
        if auth.offered(call):
            account = self.keys.get(auth.key_in(call))
            return auth.key_in(call) if account and auth.opens(call, account) else ""
        # A visitor needs no key to send the form in: the site is known by its form.
        sends = re.fullmatch(rf"{ROOT}/forms/(\d+)/submissions(/validation)?", call.request.path)
        for account in self.accounts.values() if sends else ():
            if sends and account.secrets["form_id"] == sends[1]:
                return account.secrets["consumer_key"]
        return ""

    def error(self, status: int, detail: str = "") -> web.Response:
        code, usual = CODES.get(status, ("internal_server_error", "There has been an error."))
        return answer(
            {"code": code, "message": detail or usual, "data": {"status": status}}, status
        )

    def text(self, call: Call) -> str:
        # A search is decoded twice, so what it names is readable only then.
        return f"{call.text}\n{unquote_plus(call.query('search'))}"

    def forms(self, call: Call) -> web.Response:
        """List the forms by their ids."""
        id, count = call.at.secrets["form_id"], len(call.at.shelf("entries").records)
        return answer({id: {"id": id, "title": self._title(call.at), "entries": str(count)}})

    def form(self, call: Call) -> web.Response:
        """Show the form with its fields."""
        self._own(call)
        told = {"title": self._title(call.at), "description": "", "is_active": "1"}
        id = int(call.path("form"))
        return answer({**told, "id": id, "fields": fields.describe()})

    def submit(self, call: Call) -> web.Response:
        """Take what a visitor sent: validate, store, and let the feeds run."""
        held = self._valid(call)
        record = self.plant(call.at, "entries", held, call.now)
        self.tell(call.at, "entries", record)
        message = f"<div class='gform_confirmation_message'>{THANKS}</div>"
        told: dict[str, Any] = {"is_valid": True, "page_number": 0, "source_page_number": 1}
        told |= {"confirmation_message": message, "confirmation_type": "message"}
        return answer(told | {"entry_id": record.id})

    def validate(self, call: Call) -> web.Response:
        """Say whether a submission would be taken, and store nothing."""
        self._valid(call)
        return answer({"is_valid": True, "page_number": 0, "source_page_number": 1})

    def add_entry(self, call: Call) -> web.Response:
        """Store an entry as it is: nothing is validated, and no feed hears of it."""
        self._own(call)
        given = call.json()
        held = {key: str(given[key]) for key in fields.names() if given.get(key)}
        record = self.plant(call.at, "entries", held, call.now)
        return answer(self._shape(call.at, record), 201)

    def listing(self, call: Call) -> web.Response:
        """List entries, ten a page and the newest first unless something else is asked for."""
        self._own(call)
        found = list(self._wanted(call))
        if call.query("sorting[direction]").upper() == "ASC":
            found.reverse()
        size = call.number("paging[page_size]", 10, 10**6)
        start = call.number("paging[offset]", 0, 10**9)
        if page := call.number("paging[current_page]", 0, 10**9):
            start = size * (page - 1)
        shown = [self._shape(call.at, one) for one in found[start : start + size]]
        return answer({"total_count": len(found), "entries": shown})

    def read(self, call: Call) -> web.Response:
        """Show one entry at once, one in the trash too."""
        record = self._entry(call)
        if record is None:
            raise Refusal(self.error(404, f"Entry with id {call.path('id')} not found"))
        return answer(self._shape(call.at, record))

    def remove(self, call: Call) -> web.Response:
        """Move an entry to the trash; with `force`, delete it for good."""
        record = self._entry(call)
        if record is None:
            said = f"Invalid entry id: {call.path('id')}"
            body = {"code": "gf_cannot_delete", "message": said, "data": {"status": 500}}
            raise Refusal(answer(body, 500))
        if call.query("force") in ("1", "true"):
            call.at.shelf("entries").drop(record.id)
        elif record.archived:
            raise Refusal(self.error(410))
        record.archived = True
        return answer(self._shape(call.at, record))

    def plant(self, account: Account, resource: str, fields_: dict[str, Any], at: float) -> Record:
        held = {key: str(value) for key, value in fields_.items()}
        email = held.get(fields.EMAIL, "")
        return account.shelf(resource).put(Record(str(next_id()), held, at, at, email))

    def _valid(self, call: Call) -> dict[str, str]:
        self._own(call)
        is_form = call.request.content_type == "application/x-www-form-urlencoded"
        held, wrong = fields.checked(call.form() if is_form else call.json())
        if wrong:
            said = {"is_valid": False, "validation_messages": wrong}
            raise Refusal(answer({**said, "page_number": 1, "source_page_number": 1}, 400))
        return held

    def _wanted(self, call: Call) -> Iterator[Record]:
        # PHP decodes the query, then the plugin strips slashes and decodes the search once more.
        written = unquote_plus(re.sub(r"\\(.)", r"\1", call.query("search")))
        try:
            asked = json.loads(written or "{}")
        except ValueError:
            asked = {}
        start, end = (self._bound(asked.get(name)) for name in ("start_date", "end_date"))
        filters = [one for one in asked.get("field_filters") or [] if isinstance(one, dict)]
        trashed = asked.get("status", "active") == "trash"
        for record in call.at.shelf("entries").newest(start or 0.0):
            if record.archived is not trashed or call.hides(record):
                continue
            if end and record.created > end:
                continue
            if all(_passes(record, one) for one in filters):
                yield record

    def _bound(self, written: object) -> float | None:
        if not isinstance(written, str) or not written:
            return None
        try:
            return datetime.fromisoformat(written).replace(tzinfo=ZONE).timestamp()
        except ValueError:
            return None

    def _shape(self, account: Account, record: Record) -> dict[str, Any]:
        born = f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%d %H:%M:%S}"
        told = {"id": record.id, "form_id": account.secrets["form_id"], "post_id": None}
        told |= {"date_created": born, "date_updated": born, "is_starred": "0", "is_read": "0"}
        told |= {"ip": "127.0.0.1", "source_url": "", "currency": "EUR", "created_by": None}
        told["status"] = "trash" if record.archived else "active"
        return told | {key: record.fields.get(key, "") for key in fields.names()}

    def _title(self, account: Account) -> str:
        return f"Contact {account.name}"

    def _own(self, call: Call) -> None:
        if call.path("form") != call.at.secrets["form_id"]:
            raise Refusal(self.error(404, "Form not found"))

    def _entry(self, call: Call) -> Record | None:
        return call.at.shelf("entries").records.get(call.path("id"))


def _passes(record: Record, asked: dict[str, Any]) -> bool:
    held, wanted = str(record.fields.get(str(asked.get("key")), "")), str(asked.get("value", ""))
    if asked.get("operator") == "contains":
        return wanted.lower() in held.lower()
    return held.lower() == wanted.lower()
