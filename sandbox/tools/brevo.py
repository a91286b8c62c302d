"""Brevo API v3: contacts unique by email, by phone and by the owner's own id."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, ClassVar

from aiohttp import web

from sandbox.call import Call, Refusal, answer
from sandbox.storage import Account, Record, next_id
from sandbox.tool import Tool
from sandbox.tools import brevo_attributes as attributes
from sandbox.tools.crm import iso, moment_of
from sandbox.world import key_for

CODES = {
    400: ("invalid_parameter", "Input must be a valid JSON object"),
    401: ("unauthorized", "Key not found"),
    403: ("permission_denied", "Permission denied"),
    404: ("document_not_found", "Contact does not exist"),
    405: ("method_not_allowed", "Method not allowed"),
    429: ("too_many_requests", "You have reached the rate limit of this endpoint."),
}
# What the account endpoint gives in an hour; the contacts have a far larger budget of their own.
HOUR = 3600
ACCOUNT_BUDGET = 100
CONTACTS_BUDGET = 36_000
LISTS = (2, 3)
_ADDRESS = re.compile(r"^[^@\s,;<>()]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+$")
_BY = {"email": "email_id", "SMS": "phone_id", "ext_id": "ext_id"}


class Brevo(Tool):
    """An organisation an account, its contacts found by whatever identifies them."""

    slug: ClassVar[str] = "brevo"
    title: ClassVar[str] = "Brevo"
    resources: ClassVar[tuple[str, ...]] = ("contacts",)

    def routes(self) -> None:
        self.add("GET", "/v3/account", self.owner)
        self.add("GET", "/v3/contacts/attributes", self.attributes)
        self.add("GET", "/v3/contacts", self.listing)
        self.add("POST", "/v3/contacts", self.create)
        self.add("GET", "/v3/contacts/{identifier}", self.read)
        self.add("PUT", "/v3/contacts/{identifier}", self.change)
        self.add("DELETE", "/v3/contacts/{identifier}", self.remove)

    def credentials(self, name: str) -> dict[str, str]:
        return {"api_key": f"xkeysib-{key_for(self.slug, name)}-{key_for('brevo-key', name, 16)}"}

    def key_of(self, call: Call) -> str:
        return call.request.headers.get("api-key", "")

    def error(self, status: int, detail: str = "") -> web.Response:
        code, usual = CODES.get(status, ("internal_error", "Internal server error"))
        return answer({"code": code, "message": detail or usual}, status)

    def hold_off(self, response: web.Response, seconds: object) -> None:
        response.headers["x-sib-ratelimit-reset"] = str(seconds)

    def text(self, call: Call) -> str:
        record = self._find(call) if call.account else None
        return f"{call.text}\n{record.email}" if record else call.text

    def dress(self, response: web.Response, call: Call) -> web.Response:
        if call.account is not None and "x-sib-ratelimit-reset" not in response.headers:
            own = call.request.path == "/v3/account"
            budget = ACCOUNT_BUDGET if own else CONTACTS_BUDGET
            used = call.account.answers.get("hour", (0, 0))[1] if own else 1
            response.headers["x-sib-ratelimit-limit"] = str(budget)
            response.headers["x-sib-ratelimit-remaining"] = str(max(budget - used, 0))
            response.headers["x-sib-ratelimit-reset"] = str(HOUR - int(call.now) % HOUR)
        return response

    def flat(self, resource: str, record: Record) -> dict[str, Any]:
        del resource
        return {"email": record.email, **record.fields["attributes"]}

    def owner(self, call: Call) -> web.Response:
        """Say whose account the key opens, a hundred times an hour."""
        hour, name = int(call.now) // HOUR, call.at.name
        began, used = call.at.answers.get("hour", (hour, 0))
        used = used + 1 if began == hour else 1
        call.at.answers["hour"] = (hour, used)
        if used > ACCOUNT_BUDGET:
            raise Refusal(self.error(429))
        return answer(
            {
                "organization_id": key_for("brevo-id", name, 24),
                "user_id": int(key_for("brevo-user", name, 6), 16),
                "enterprise": False,
                "companyName": f"Mails of {name}",
                "email": f"{name}@handoff.test",
                "firstName": "Ann",
                "lastName": "Owner",
                "plan": [{"type": "free", "creditsType": "sendLimit", "credits": 300}],
            }
        )

    def attributes(self, call: Call) -> web.Response:
        """List the attributes that contacts have here."""
        del call
        return answer({"attributes": attributes.describe()})

    def listing(self, call: Call) -> web.Response:
        """List contacts by creation, the newest first if nothing else is asked for."""
        limit = call.number("limit", 50, 10_000)
        if not 0 < limit <= 1000:
            raise Refusal(self.error(400, "Limit exceeds max value"))
        found = sorted(self._listed(call), key=lambda one: (one.created, int(one.id)))
        if call.query("sort") != "asc":
            found.reverse()
        start = call.number("offset", 0, 10**9)
        shown = [_shape(one) for one in islice(found, start, start + limit)]
        return answer({"contacts": shown, "count": len(found)})

    def create(self, call: Call) -> web.Response:
        """Create a contact; one that is known is refused, or changed where that is wanted."""
        body = call.json()
        wanted = self._wanted(body)
        if not any(wanted.get(key) for key in _BY):
            said = "email, ext_id or SMS is missing"
            raise Refusal(answer({"code": "missing_parameter", "message": said}, 400))
        old = next(iter(self._same(call.at, wanted, ("email",))), None)
        if old is not None and body.get("updateEnabled"):
            return self._update(call, old, wanted, body)
        self._refuse_known(call, wanted, "create", None)
        record = _put(call.at, wanted, body.get("listIds") or [], call.now)
        self.tell(call.at, "contacts", record)
        return answer({"id": int(record.id)}, 201)

    def read(self, call: Call) -> web.Response:
        """Show a contact at once."""
        return answer({**_shape(self._need(call)), "statistics": {}})

    def change(self, call: Call) -> web.Response:
        """Change a contact."""
        body = call.json()
        return self._update(call, self._need(call), self._wanted(body), body)

    def remove(self, call: Call) -> web.Response:
        """Delete a contact for good; its address may come back."""
        call.at.shelf("contacts").drop(self._need(call).id)
        return web.Response(status=204)

    def plant(self, account: Account, resource: str, fields: dict[str, Any], at: float) -> Record:
        del resource
        wanted: dict[str, Any] = dict(fields.get("attributes") or {})
        wanted |= {key: value for key, value in fields.items() if key != "attributes"}
        return _put(account, wanted, [], at)

    def _wanted(self, body: dict[str, Any]) -> dict[str, Any]:
        """Answer what a request writes: identifiers and attributes, each checked."""
        given = {str(key).upper(): value for key, value in (body.get("attributes") or {}).items()}
        email = str(body.get("email") or given.pop("EMAIL", "") or "").strip().lower()
        if email and not _ADDRESS.match(email):
            raise Refusal(self.error(400, "Invalid email address"))
        if any(one not in LISTS for one in body.get("listIds") or []):
            raise Refusal(self.error(400, "List ID does not exist"))
        wanted = attributes.checked(given)
        if wanted.get("SMS"):
            wanted["SMS"] = attributes.phone(wanted["SMS"])
            if wanted["SMS"] is None:
                raise Refusal(self.error(400, "Invalid phone number"))
        if body.get("ext_id"):
            wanted["ext_id"] = str(body["ext_id"])
        return {**wanted, "email": email} if email else wanted

    def _update(
        self, call: Call, old: Record, wanted: dict[str, Any], body: dict[str, Any]
    ) -> web.Response:
        self._refuse_known(call, wanted, "update", old)
        old.fields["ext_id"] = wanted.pop("ext_id", old.fields["ext_id"])
        email = wanted.pop("email", old.email)
        old.fields["attributes"].update(wanted)
        old.fields["listIds"] = sorted({*old.fields["listIds"], *(body.get("listIds") or [])})
        call.at.shelf("contacts").touch(old, call.now, email)
        self.tell(call.at, "contacts", old)
        return web.Response(status=204)

    def _refuse_known(
        self, call: Call, wanted: dict[str, Any], verb: str, own: Record | None
    ) -> None:
        """Refuse what would give two contacts the same email, phone or id."""
        for key in _BY:
            if any(one is not own for one in self._same(call.at, wanted, (key,))):
                said = f"Unable to {verb} contact, {key} is already associated with another Contact"
                body: dict[str, Any] = {"code": "duplicate_parameter", "message": said}
                body["metadata"] = {"duplicate_identifiers": [key]}
                raise Refusal(answer(body, 400))

    def _same(
        self, account: Account, wanted: dict[str, Any], keys: tuple[str, ...]
    ) -> Iterator[Record]:
        for key in keys:
            if wanted.get(key):
                yield from _known(account, _BY[key], str(wanted[key]))

    def _listed(self, call: Call) -> Iterator[Record]:
        changed, born = call.query("modifiedSince"), call.query("createdSince")
        since = moment_of(changed) if changed else 0.0
        created = moment_of(born) if born else 0.0
        for record in call.at.shelf("contacts").latest_changed(since):
            if record.updated > since and record.created > created and not call.hides(record):
                yield record

    def _find(self, call: Call) -> Record | None:
        asked = call.request.match_info.get("identifier", "")
        usual = "email_id" if "@" in asked else "contact_id"
        found = _known(call.at, call.query("identifierType") or usual, asked)
        return next(iter(found), None)

    def _need(self, call: Call) -> Record:
        record = self._find(call)
        if record is None:
            raise Refusal(self.error(404))
        return record


def _known(account: Account, by: str, value: str) -> list[Record]:
    """Answer the contacts that this identifies: one, or none."""
    shelf = account.shelf("contacts")
    if by == "email_id":
        return shelf.of_email(value)
    if by == "contact_id":
        return [shelf.records[value]] if value in shelf.records else []
    key = {"phone_id": "SMS", "ext_id": "ext_id"}.get(by)
    if key == "SMS":
        value = attributes.phone(value) or value
    return [
        one
        for one in shelf.records.values()
        if key and value == (one.fields["attributes"] if key == "SMS" else one.fields).get(key)
    ]


def _put(account: Account, wanted: dict[str, Any], lists: list[int], at: float) -> Record:
    email = str(wanted.get("email") or "").lower()
    held = {key: value for key, value in wanted.items() if key not in ("email", "ext_id")}
    fields = {"attributes": held, "ext_id": wanted.get("ext_id", ""), "listIds": list(lists)}
    return account.shelf("contacts").put(Record(str(next_id()), fields, at, at, email))


def _shape(record: Record) -> dict[str, Any]:
    """Answer a contact as the API shows it; the owner's own id is one of its attributes."""
    fields = record.fields
    own = {"EXT_ID": fields["ext_id"]} if fields["ext_id"] else {}
    return {
        "id": int(record.id),
        "email": record.email,
        "emailBlacklisted": False,
        "smsBlacklisted": False,
        "whatsappBlacklisted": False,
        "createdAt": iso(record.created),
        "modifiedAt": iso(record.updated),
        "listIds": fields["listIds"],
        "attributes": {**fields["attributes"], **own},
    }
