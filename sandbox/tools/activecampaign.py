"""ActiveCampaign API v3: contacts unique by email, lists they join in a call of its own."""

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from aiohttp import web

from sandbox.call import Call, Refusal, answer
from sandbox.storage import Account, Record, next_id
from sandbox.tool import Tool
from sandbox.tools import activecampaign_fields as custom
from sandbox.tools import activecampaign_shapes as shapes
from sandbox.world import key_for

MESSAGES = {
    400: "The request could not be read.",
    403: "You are not allowed to do this: the API token is missing or wrong.",
    404: "No Result found",
    429: "Too many requests: five a second are shared by all keys of the account.",
}
LISTS = {"1": "Leads", "2": "Customers"}
PAGE = 100
OWN = ("firstName", "lastName", "phone")
_ADDRESS = re.compile(r"^[^@\s,;<>()]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+$")
BEGUN = 1_600_000_000.0


class ActiveCampaign(Tool):
    """An account with two lists, in a time zone of its own."""

    slug: ClassVar[str] = "activecampaign"
    title: ClassVar[str] = "ActiveCampaign"
    resources: ClassVar[tuple[str, ...]] = ("contacts",)

    def routes(self) -> None:
        self.add("GET", "/api/3/users/me", self.me)
        self.add("GET", "/api/3/fields", self.fields)
        self.add("GET", "/api/3/lists", self.lists)
        self.add("GET", "/api/3/contacts", self.listing)
        self.add("POST", "/api/3/contacts", self.create)
        self.add("POST", "/api/3/contact/sync", self.sync)
        self.add("GET", "/api/3/contacts/{id}", self.read)
        self.add("PUT", "/api/3/contacts/{id}", self.change)
        self.add("DELETE", "/api/3/contacts/{id}", self.remove)
        self.add("GET", "/api/3/contacts/{id}/contactLists", self.memberships)
        self.add("POST", "/api/3/contactLists", self.join)

    def credentials(self, name: str) -> dict[str, str]:
        return {"api_key": key_for(self.slug, name, 64), "list_id": "1"}

    def key_of(self, call: Call) -> str:
        return call.request.headers.get("Api-Token", "")

    def error(self, status: int, detail: str = "") -> web.Response:
        status = 403 if status == 401 else status  # it knows no 401
        return answer({"message": detail or MESSAGES.get(status, "Something went wrong.")}, status)

    def text(self, call: Call) -> str:
        # What follows a contact names it by its id; a fault matches on its address.
        named = call.request.match_info.get("id", "")
        if call.request.path.endswith("/contactLists") and call.write:
            named = "".join(re.findall(r'"contact":\s*"?(\d+)', call.text)[:1])
        record = call.account.shelf("contacts").records.get(named) if call.account else None
        return f"{call.text}\n{record.email}" if record else call.text

    def dress(self, response: web.Response, call: Call) -> web.Response:
        del call
        response.headers["RateLimit-Limit"] = "5"
        response.headers["RateLimit-Remaining"] = "4"
        return response

    def flat(self, resource: str, record: Record) -> dict[str, Any]:
        del resource
        held = {key: record.fields[key] for key in OWN if record.fields.get(key)}
        values = {f"field.{id}": value for id, value in record.fields["values"].items() if value}
        return {"email": record.email, **held, **values}

    def me(self, call: Call) -> web.Response:
        """Say whose key this is; the links name the account."""
        name = call.at.name
        host = f"{name.replace('_', '-').lower()}.api-us1.com"
        return answer(
            {
                "user": {
                    "username": "ann",
                    "firstName": "Ann",
                    "lastName": "Owner",
                    "email": f"{name}@handoff.test",
                    "links": {"lists": f"https://{host}/api/3/users/1/lists"},
                    "id": "1",
                }
            }
        )

    def fields(self, call: Call) -> web.Response:
        """List the custom fields, and beside them what some of them offer."""
        limit, start = self._page(call)
        listed = custom.describe(shapes.stamp(BEGUN))
        meta = {"total": str(len(listed))}
        shown = {"fields": listed[start : start + limit], "fieldOptions": custom.options()}
        return answer({**shown, "fieldRels": [], "meta": meta})

    def lists(self, call: Call) -> web.Response:
        """List the lists."""
        del call
        listed = [{"name": name, "id": id} for id, name in LISTS.items()]
        return answer({"lists": listed, "meta": {"total": str(len(listed))}})

    def listing(self, call: Call) -> web.Response:
        """List contacts by id, filtered as the query says."""
        limit, start = self._page(call)
        down = call.query("orders[id]").upper() == "DESC"
        found = sorted(self._listed(call), key=lambda one: int(one.id), reverse=down)
        shown = found[start : start + limit]
        body: dict[str, Any] = {"scoreValues": [], "contacts": [shapes.contact(r) for r in shown]}
        if "fieldValues" in call.query("include").split(","):
            body["fieldValues"] = shapes.values(shown)
        return answer({**body, "meta": {"total": str(len(found)), "page_input": {}}})

    def create(self, call: Call) -> web.Response:
        """Create a contact; one whose address is known is refused."""
        body = self._body(call)
        if call.at.shelf("contacts").of_email(str(body["email"])):
            said = "Email address already exists in the system"
            raise Refusal(shapes.invalid(said, "duplicate", "email"))
        return self._kept(call, body, None)

    def sync(self, call: Call) -> web.Response:
        """Create the contact with this address, or change it."""
        body = self._body(call)
        known = call.at.shelf("contacts").of_email(str(body["email"]))
        return self._kept(call, body, known[0] if known else None)

    def read(self, call: Call) -> web.Response:
        """Show a contact at once, with its custom values beside it."""
        record = self._need(call)
        return answer({"contact": shapes.contact(record), "fieldValues": shapes.values([record])})

    def change(self, call: Call) -> web.Response:
        """Change a contact."""
        record = self._need(call)
        return self._kept(call, self._body(call, email=record.email), record)

    def remove(self, call: Call) -> web.Response:
        """Delete a contact for good."""
        call.at.shelf("contacts").drop(self._need(call).id)
        return answer({})

    def memberships(self, call: Call) -> web.Response:
        """List the lists a contact is on."""
        record = self._need(call)
        return answer(
            {"contactLists": [_member(record, *one) for one in record.fields["lists"].items()]}
        )

    def join(self, call: Call) -> web.Response:
        """Put a contact on a list, or take it off."""
        asked = call.json().get("contactList") or {}
        record = call.at.shelf("contacts").records.get(str(asked.get("contact", "")))
        lists = str(asked.get("list", ""))
        if record is None or lists not in LISTS:
            name = "Contact" if record is None else "List"
            said = f"The related {name} does not exist."
            raise Refusal(shapes.invalid(said, "related_missing", name.lower()))
        record.fields["lists"][lists] = str(asked.get("status", 1))
        call.at.shelf("contacts").touch(record, call.now)
        member = _member(record, lists, record.fields["lists"][lists])
        return answer({"contacts": [shapes.contact(record)], "contactList": member}, 201)

    def plant(self, account: Account, resource: str, fields: dict[str, Any], at: float) -> Record:
        del resource
        values = {key[6:]: str(held) for key, held in fields.items() if key.startswith("field.")}
        own = {key: str(fields[key]) for key in OWN if key in fields}
        return _put(account, str(fields.get("email", "")), own, values, at)

    def _kept(self, call: Call, body: dict[str, Any], old: Record | None) -> web.Response:
        own = {key: str(body[key] or "") for key in OWN if key in body}
        values, email = custom.checked(body.get("fieldValues")), str(body["email"])
        if old is None:
            record = _put(call.at, email, own, values, call.now)
        else:
            record = old
            record.fields.update(own)
            record.fields["values"].update(values)
            call.at.shelf("contacts").touch(record, call.now, email)
        self.tell(call.at, "contacts", record)
        shown = {"fieldValues": shapes.values([record]), "contact": shapes.contact(record)}
        return answer(shown, 201 if old is None else 200)

    def _body(self, call: Call, email: str = "") -> dict[str, Any]:
        body = dict(call.json().get("contact") or {})
        body["email"] = str(body.get("email") or email).strip()
        if not _ADDRESS.match(body["email"]):
            said, error = "The contact email provided is not valid.", "must_be_valid_email_address"
            raise Refusal(shapes.invalid(said, "email_invalid", "email", error))
        return body

    def _listed(self, call: Call) -> Iterator[Record]:
        shelf = call.at.shelf("contacts")
        changed, born = (call.query(f"filters[{one}_after]") for one in ("updated", "created"))
        since = shapes.moment(changed) if changed else 0.0
        created = shapes.moment(born) if born else 0.0
        above, email = call.number("id_greater", 0, 10**18), call.query("email")
        for record in shelf.of_email(email) if email else shelf.latest_changed(since):
            young = record.updated > since and record.created > created and int(record.id) > above
            on_list = call.query("listid") in ("", *record.fields["lists"])
            if young and on_list and not call.hides(record):
                yield record

    def _page(self, call: Call) -> tuple[int, int]:
        return call.number("limit", 20, PAGE), call.number("offset", 0, 10**9)

    def _need(self, call: Call) -> Record:
        record = call.at.shelf("contacts").records.get(call.path("id"))
        if record is None:
            raise Refusal(self.error(404, f"No Result found for Subscriber {call.path('id')}"))
        return record


def _put(
    account: Account, email: str, own: dict[str, str], values: dict[str, str], at: float
) -> Record:
    fields = {**own, "values": values, "lists": {}}
    return account.shelf("contacts").put(Record(str(next_id()), fields, at, at, email))


def _member(record: Record, lists: str, status: str) -> dict[str, Any]:
    return {"contact": record.id, "list": lists, "status": status, "id": f"{record.id}{lists}"}
