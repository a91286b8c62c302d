"""HubSpot's forms: sent in without a key on one host, listed with one on another.

Both families of paths are here on one port. A form makes one contact for each address, and keeps
every submission.
"""

import re
import uuid
from itertools import islice
from typing import Any, ClassVar

from aiohttp import web

from sandbox.call import Call, Refusal, answer
from sandbox.storage import Account, Record, next_id
from sandbox.tool import Tool
from sandbox.tools import hubspot_forms_fields as fields
from sandbox.tools.hubspot_shapes import error as told_error
from sandbox.world import key_for

CATEGORIES = {
    400: ("VALIDATION_ERROR", "The request is not valid"),
    401: ("INVALID_AUTHENTICATION", "Authentication credentials not found."),
    403: ("MISSING_SCOPES", "This app hasn't been granted all required scopes to make this call."),
    404: ("OBJECT_NOT_FOUND", "No form was found."),
    429: ("RATE_LIMITS", "You have reached your ten_secondly_rolling limit."),
}
SENDING = "/submissions/v3/integration/submit/{portal}/{form}"
LARGEST = 50


class HubSpotForms(Tool):
    """One portal with one form an account."""

    slug: ClassVar[str] = "hubspot_forms"
    title: ClassVar[str] = "HubSpot forms"
    resources: ClassVar[tuple[str, ...]] = ("submissions", "contacts")
    open_paths: ClassVar[tuple[str, ...]] = ("/submissions/v3/integration/submit/",)

    def routes(self) -> None:
        self.add("POST", SENDING, self.submit)
        self.add("GET", "/account-info/v3/details", self.details)
        self.add("GET", "/marketing/v3/forms/{form}", self.form)
        self.add("GET", "/form-integrations/v1/submissions/forms/{form}", self.listing)

    def credentials(self, name: str) -> dict[str, str]:
        return {
            "token": f"pat-na1-{uuid.UUID(key_for(self.slug, name))}",
            "portal_id": str(int(key_for("hubspot-portal", name, 7), 16)),
            "form_id": str(uuid.UUID(key_for("hubspot-form", name))),
        }

    def key_of(self, call: Call) -> str:
        sent = re.fullmatch(SENDING.format(portal=r"(\d+)", form="([^/]+)"), call.request.path)
        for account in self.accounts.values() if sent else ():
            told = account.secrets
            if sent and sent.groups() == (told["portal_id"], told["form_id"]):
                return told["token"]
        return "" if sent else call.request.headers.get("Authorization", "")[len("Bearer ") :]

    def error(self, status: int, detail: str = "") -> web.Response:
        category, usual = CATEGORIES.get(status, ("INTERNAL_ERROR", "internal error"))
        return told_error(status, category, detail or usual)

    def flat(self, resource: str, record: Record) -> dict[str, Any]:
        del resource
        return {one["name"]: one["value"] for one in record.fields["values"]}

    def details(self, call: Call) -> web.Response:
        """Say whose portal the token opens."""
        told = {"portalId": int(call.at.secrets["portal_id"]), "accountType": "STANDARD"}
        return answer({**told, "timeZone": "Europe/Berlin", "uiDomain": "app.hubspot.com"})

    def form(self, call: Call) -> web.Response:
        """Show the form with its fields."""
        self._own(call)
        told = {"id": call.path("form"), "name": f"Contact {call.at.name}", "formType": "hubspot"}
        return answer({**told, "archived": False, "fieldGroups": fields.describe()})

    def submit(self, call: Call) -> web.Response:
        """Take a submission: no key is asked for, every field must be one of the form's."""
        if call.account is None:
            raise Refusal(self.error(404))
        wanted = call.json()
        given = [one for one in wanted.get("fields") or [] if isinstance(one, dict)]
        if wrong := fields.problems(given):
            body = {"status": "error", "message": "The request is not valid", "errors": wrong}
            raise Refusal(answer({**body, "correlationId": str(uuid.uuid4())}, 400))
        values = {str(one["name"]): str(one.get("value", "")) for one in given}
        record = self.plant(call.at, "submissions", values, call.now)
        self._know(call, record)
        self.tell(call.at, "submissions", record)
        return answer({"inlineMessage": "<p>Thanks for submitting the form.</p>"})

    def listing(self, call: Call) -> web.Response:
        """List submissions, the newest first, up to fifty a page."""
        self._own(call)
        limit = call.number("limit", 20, 10**6)
        if not 0 < limit <= LARGEST:
            raise Refusal(self.error(400, f"limit must be between 1 and {LARGEST}"))
        after = call.query("after")
        start = int(after) if after.isdigit() else 0
        shelf = call.at.shelf("submissions")
        found = [record for record in shelf.newest() if not call.hides(record)]
        body: dict[str, Any] = {"results": list(map(_shape, islice(found, start, start + limit)))}
        if start + limit < len(found):
            follows = str(start + limit)
            body["paging"] = {"next": {"after": follows, "link": f"?after={follows}"}}
        return answer(body)

    def plant(self, account: Account, resource: str, fields: dict[str, Any], at: float) -> Record:
        values = [
            {"name": name, "value": str(value), "objectTypeId": "0-1"}
            for name, value in fields.items()
            if value not in (None, "")
        ]
        kept = {"values": values, "pageUrl": ""}
        id = str(uuid.UUID(int=next_id()))
        email = str(fields.get("email", ""))
        return account.shelf(resource).put(Record(id, kept, at, at, email))

    def _know(self, call: Call, record: Record) -> None:
        """Make a contact of a submission, or bring the one with its address up to date."""
        contacts = call.at.shelf("contacts")
        known = next(iter(contacts.of_email(record.email)), None)
        if known is None:
            kept = {"values": list(record.fields["values"])}
            contacts.put(Record(str(next_id()), kept, call.now, call.now, record.email))
        else:
            known.fields["values"] = list(record.fields["values"])
            contacts.touch(known, call.now)

    def _own(self, call: Call) -> None:
        if call.path("form") != call.at.secrets["form_id"]:
            raise Refusal(self.error(404))


def _shape(record: Record) -> dict[str, Any]:
    told = {"conversionId": record.id, "submittedAt": int(record.created * 1000)}
    return told | {"values": record.fields["values"], "pageUrl": record.fields["pageUrl"]}
