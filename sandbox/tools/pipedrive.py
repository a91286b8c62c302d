"""Pipedrive: persons that nothing makes unique, deals and leads on them; only search trails."""

import uuid
from typing import Any, ClassVar

from aiohttp import web

from sandbox.call import Call, Refusal
from sandbox.storage import Account, Record, next_id
from sandbox.tool import Tool
from sandbox.tools import pipedrive_fields as fields
from sandbox.tools import pipedrive_shapes as shapes
from sandbox.tools.crm import moment_of
from sandbox.world import key_for

WRITABLE = {
    "persons": {"name", "owner_id", "org_id", "add_time", "update_time", "emails", "phones",
                "visible_to", "label_ids", "marketing_status", "custom_fields"},
    "deals": {"title", "owner_id", "person_id", "org_id", "pipeline_id", "stage_id", "value",
              "currency", "expected_close_date", "status", "visible_to", "label_ids",
              "custom_fields"},
    "leads": {"title", "owner_id", "person_id", "organization_id", "value", "label_ids",
              "expected_close_date", "visible_to", "was_seen", "origin_id", "channel"},
}  # fmt: skip
SORTS = ("id", "add_time", "update_time")
KINDS = {"persons": "person", "deals": "deal", "leads": "deal"}


class Pipedrive(Tool):
    """One company an account; its token goes in a header of Pipedrive's own."""

    slug: ClassVar[str] = "pipedrive"
    title: ClassVar[str] = "Pipedrive"
    resources: ClassVar[tuple[str, ...]] = ("persons", "deals", "leads")

    def routes(self) -> None:
        self.add("GET", "/api/v1/users/me", self.me)
        self.add("GET", "/api/v2/persons/search", self.search)
        for kind in ("person", "deal"):
            self.add("GET", f"/api/v2/{{kind:{kind}}}Fields", self.fields)
        kind = "{kind:persons|deals}"
        self.add("GET", f"/api/v2/{kind}", self.listing)
        self.add("GET", "/api/v1/{kind:leads}", self.old_listing)
        for path in (f"/api/v2/{kind}", "/api/v1/{kind:leads}"):
            self.add("POST", path, self.create)
            self.add("GET", path + "/{id}", self.read)
            self.add("PATCH", path + "/{id}", self.change)
            self.add("DELETE", path + "/{id}", self.remove)

    def credentials(self, name: str) -> dict[str, str]:
        token = key_for(self.slug, name, 40)
        return {"api_token": token, "company": f"{name.replace('_', '-').lower()}-shop"}

    def key_of(self, call: Call) -> str:
        return call.request.headers.get("x-api-token", "")

    def error(self, status: int, detail: str = "") -> web.Response:
        return shapes.error(status, detail)

    def hold_off(self, response: web.Response, seconds: object) -> None:
        response.headers["x-ratelimit-reset"] = str(seconds)

    def dress(self, response: web.Response, call: Call) -> web.Response:
        # The search has a smaller window than the rest.
        window = 10 if call.request.path.endswith("/search") else 20
        response.headers["x-ratelimit-limit"] = str(window)
        response.headers["x-ratelimit-remaining"] = str(window - 1)
        response.headers.setdefault("x-ratelimit-reset", "2")
        return response

    def flat(self, resource: str, record: Record) -> dict[str, Any]:
        return shapes.flat(resource, record)

    def me(self, call: Call) -> web.Response:
        """Say whose company the token opens, and as whom."""
        number = int(key_for("pipedrive-id", call.at.name, 6), 16)
        told = {"company_id": number, "company_name": f"{call.at.name} shop"}
        told |= {"company_domain": call.at.secrets["company"], "id": number + 1}
        return shapes.fine({**told, "name": "Ann Owner", "email": "ann@shop.test"})

    def fields(self, call: Call) -> web.Response:
        """List the fields of persons or of deals, page by page."""
        known = fields.describe(call.path("kind"))
        limit, start = call.number("limit", 100, 500), int(call.query("cursor") or 0)
        more = str(start + limit) if start + limit < len(known) else None
        return shapes.fine(known[start : start + limit], next_cursor=more)

    def listing(self, call: Call) -> web.Response:
        """List records without index, with a cursor."""
        kind, by = call.path("kind"), call.query("sort_by", "id")
        if by not in SORTS:
            raise Refusal(self.error(400, f"sort_by must be one of {', '.join(SORTS)}"))
        shown, cursor = shapes.page(
            self._listed(call, kind),
            by,
            self._limit(call, 500),
            call.query("cursor"),
            down=call.query("sort_direction") == "desc",
        )
        return shapes.fine([shapes.shape(kind, one) for one in shown], next_cursor=cursor)

    def old_listing(self, call: Call) -> web.Response:
        """List leads as version 1 does, by how many to pass over, the oldest first."""
        found = sorted(self._listed(call, "leads"), key=lambda record: record.created)
        start, limit = call.number("start", 0, 10**9), self._limit(call, 500)
        if call.query("sort").upper().endswith(" DESC"):
            found.reverse()
        more = start + limit < len(found)
        told: dict[str, Any] = {"start": start, "limit": limit, "more_items_in_collection": more}
        if more:
            told["next_start"] = start + limit
        shown = [shapes.shape("leads", one) for one in found[start : start + limit]]
        return shapes.fine(shown, pagination=told)

    def search(self, call: Call) -> web.Response:
        """Search persons through the index, by a part of a field or by the whole of it."""
        term, exact = call.query("term").lower(), call.query("exact_match") == "true"
        if len(term) < (1 if exact else 2):
            raise Refusal(self.error(400, "term must be at least 2 characters long"))
        wanted = call.query("fields", "name,email,phone,custom_fields").split(",")
        found = [
            one
            for one in call.at.shelf("persons").records.values()
            if not call.hides(one)
            and any(term == text if exact else term in text for text in _texts(one, wanted))
        ]
        shown, cursor = shapes.page(found, "id", self._limit(call, 100), call.query("cursor"))
        items = [{"result_score": 1.0, "item": _found(one)} for one in shown]
        return shapes.fine({"items": items}, next_cursor=cursor)

    def create(self, call: Call) -> web.Response:
        """Create a record; whatever is like it already makes no difference."""
        kind = call.path("kind")
        stored = self._checked(call, kind, call.json())
        name = "name" if kind == "persons" else "title"
        if not str(stored.get(name) or "").strip():
            raise Refusal(self.error(400, f"{name} is required"))
        if kind == "leads" and not (stored.get("person_id") or stored.get("organization_id")):
            raise Refusal(self.error(400, "A lead must be linked to a person or an organization."))
        record = self.plant(call.at, kind, stored, call.now)
        self._tell(call.at, kind, record)
        response = shapes.fine(shapes.shape(kind, record))
        response.set_status(201)
        return response

    def read(self, call: Call) -> web.Response:
        """Show one record at once."""
        return shapes.fine(shapes.shape(call.path("kind"), self._need(call)))

    def change(self, call: Call) -> web.Response:
        """Change a record."""
        kind, record = call.path("kind"), self._need(call)
        stored = self._checked(call, kind, call.json())
        record.fields["custom_fields"] |= stored.pop("custom_fields", {})
        record.fields.update(stored)
        call.at.shelf(kind).touch(record, call.now, _email(record.fields))
        self._tell(call.at, kind, record)
        return shapes.fine(shapes.shape(kind, record))

    def remove(self, call: Call) -> web.Response:
        """Delete a record; what hangs on it stays."""
        record = self._need(call)
        call.at.shelf(call.path("kind")).drop(record.id)
        return shapes.fine({"id": record.id if call.path("kind") == "leads" else int(record.id)})

    def plant(self, account: Account, resource: str, fields: dict[str, Any], at: float) -> Record:
        stored = shapes.whole(resource, fields)
        id = str(uuid.uuid4()) if resource == "leads" else str(next_id())
        return account.shelf(resource).put(Record(id, stored, at, at, _email(stored)))

    def _tell(self, account: Account, kind: str, record: Record) -> None:
        person = record.fields.get("person_id")
        self.tell(account, kind, record, **({"persons": str(person)} if person else {}))

    def _listed(self, call: Call, kind: str) -> list[Record]:
        since = moment_of(call.query("updated_since")) if call.query("updated_since") else 0.0
        until = moment_of(call.query("updated_until")) if call.query("updated_until") else None
        ids, person = set(filter(None, call.query("ids").split(","))), call.query("person_id")
        return [
            record
            for record in call.at.shelf(kind).latest_changed(since)
            if (until is None or record.updated < until)
            and (not ids or record.id in ids)
            and (not person or str(record.fields.get("person_id")) == person)
        ]

    def _limit(self, call: Call, top: int) -> int:
        asked = call.query("limit")
        if asked and not (asked.isdigit() and 0 < int(asked) <= top):
            raise Refusal(self.error(400, f"limit must be between 1 and {top}"))
        return int(asked or 100)

    def _checked(self, call: Call, kind: str, given: dict[str, Any]) -> dict[str, Any]:
        # Version 1 takes the deals' own fields beside the others.
        own = fields.CUSTOM["deal"] if kind == "leads" else {}
        for key in given:
            if key not in WRITABLE[kind] and key.removesuffix("_currency") not in own:
                raise Refusal(self.error(400, f"Parameter '{key}' is not allowed"))
        person = given.get("person_id")
        if person is not None and str(person) not in call.at.shelf("persons").records:
            raise Refusal(self.error(400, f"Person {person} does not exist"))
        if problem := _misshapen(kind, given):
            raise Refusal(self.error(400, problem))
        stored = {key: held for key, held in given.items() if key in WRITABLE[kind]}
        custom = dict(given.get("custom_fields") or _joined(given, own))
        try:
            stored["custom_fields"] = fields.checked(KINDS[kind], custom)
        except fields.Wrong as wrong:
            raise Refusal(self.error(400, str(wrong))) from wrong
        return stored

    def _need(self, call: Call) -> Record:
        record = call.at.shelf(call.path("kind")).records.get(call.path("id"))
        if record is None:
            raise Refusal(self.error(404, f"{KINDS[call.path('kind')].capitalize()} not found."))
        return record


def _misshapen(kind: str, given: dict[str, Any]) -> str:
    """Answer what is not of the type it should have, empty where all is."""
    for many in ("emails", "phones"):
        for one in given.get(many) or []:
            if not isinstance(one, dict) or not isinstance(one.get("value"), str):
                return f"{many} must be a list of values"
    value = given.get("value")
    if kind == "deals" and value is not None and not isinstance(value, int | float):
        return "value must be a number"
    return ""


def _joined(given: dict[str, Any], own: dict[str, str]) -> dict[str, Any]:
    """Answer version 1's custom fields with amount and currency in one."""
    return {
        code: {"value": given[code], "currency": given[f"{code}_currency"]}
        if f"{code}_currency" in given
        else given[code]
        for code in own
        if code in given
    }


def _email(stored: dict[str, Any]) -> str:
    return shapes.primary(stored.get("emails") or []) or ""


def _texts(record: Record, wanted: list[str]) -> list[str]:
    held = shapes.flat("persons", record)
    kept = {name: held.get(name) for name in wanted if name in held}
    if "custom_fields" in wanted:
        kept |= {code: held.get(code) for code in fields.CUSTOM["person"]}
    return [str(value).lower() for value in kept.values() if value is not None]


def _found(record: Record) -> dict[str, Any]:
    held = record.fields
    told = {"id": int(record.id), "type": "person", "name": held["name"], "visible_to": 3}
    told["emails"] = [one["value"] for one in held["emails"]]
    return {**told, "phones": [one["value"] for one in held["phones"]]}
