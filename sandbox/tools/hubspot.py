"""HubSpot CRM: contacts unique by email, deals, associations; only search trails."""

import uuid
from typing import Any, ClassVar

from aiohttp import web

from sandbox.call import Call, Refusal, answer
from sandbox.storage import Account, Record, next_id
from sandbox.tool import Tool
from sandbox.tools import hubspot_properties, hubspot_search
from sandbox.tools import hubspot_shapes as shapes
from sandbox.world import key_for

CATEGORIES = {
    400: ("VALIDATION_ERROR", "Invalid input JSON."),
    401: (
        "INVALID_AUTHENTICATION",
        "Authentication credentials not found. This API supports OAuth 2.0 authentication.",
    ),
    403: ("MISSING_SCOPES", "This app hasn't been granted all required scopes to make this call."),
    404: ("OBJECT_NOT_FOUND", "Object not found.  objectId are usually numeric."),
    429: ("RATE_LIMITS", "You have reached your ten_secondly_rolling limit."),
    500: ("INTERNAL_ERROR", "internal error"),
}
BATCH = 100


class HubSpot(Tool):
    """One portal an account, under the /crm/v3 paths and the date-versioned ones."""

    slug: ClassVar[str] = "hubspot"
    title: ClassVar[str] = "HubSpot"
    resources: ClassVar[tuple[str, ...]] = ("contacts", "deals")

    def routes(self) -> None:
        for path in ("/account-info/v3/details", "/account-info/{version:20[^/]+}/details"):
            self.add("GET", path, self.details)
        kind = "{kind:contacts|deals}"
        for base in (f"/crm/v3/objects/{kind}", f"/crm/objects/{{version:20[^/]+}}/{kind}"):
            self.add("POST", base, self.create)
            self.add("GET", base, self.listing)
            self.add("POST", base + "/search", self.search)
            self.add("POST", base + "/batch/read", self.batch_read)
            self.add("POST", base + "/batch/archive", self.batch_archive)
            self.add("GET", base + "/{id}", self.read)
            self.add("PATCH", base + "/{id}", self.change)
            self.add("DELETE", base + "/{id}", self.archive)
            self.add("GET", base + "/{id}/associations/{other}", self.associations)
        self.add("GET", f"/crm/v4/objects/{kind}/{{id}}/associations/{{other}}", self.associations)
        associate = f"/crm/v4/objects/{kind}/{{id}}/associations/default/{{other}}/{{other_id}}"
        self.add("PUT", associate, self.associate)
        for base in ("/crm/v4/associations", "/crm/associations/{version:20[^/]+}"):
            self.add("POST", f"{base}/{kind}/{{other}}/batch/read", self.batch_associations)
        for base in ("/crm/v3/properties", "/crm/properties/{version:20[^/]+}"):
            self.add("GET", f"{base}/{kind}", self.properties)

    def credentials(self, name: str) -> dict[str, str]:
        return {"token": f"pat-na1-{uuid.UUID(key_for(self.slug, name))}"}

    def key_of(self, call: Call) -> str:
        return call.request.headers.get("Authorization", "").removeprefix("Bearer ")

    def writes(self, call: Call) -> bool:
        return call.write and not call.request.path.endswith(("/search", "/batch/read"))

    def error(self, status: int, detail: str = "") -> web.Response:
        category, usual = CATEGORIES.get(status, ("INTERNAL_ERROR", "internal error"))
        extra = {"policyName": "TEN_SECONDLY_ROLLING"} if status == 429 else {}
        return shapes.error(status, category, detail or usual, **extra)

    def dress(self, response: web.Response, call: Call) -> web.Response:
        if not call.request.path.endswith("/search"):
            response.headers["X-HubSpot-RateLimit-Max"] = "100"
            response.headers["X-HubSpot-RateLimit-Remaining"] = "99"
            response.headers["X-HubSpot-RateLimit-Interval-Milliseconds"] = "10000"
            response.headers["X-HubSpot-RateLimit-Daily-Remaining"] = "249999"
        return response

    def flat(self, resource: str, record: Record) -> dict[str, Any]:
        del resource
        return {key: value for key, value in record.fields["properties"].items() if value}

    def details(self, call: Call) -> web.Response:
        """Say whose portal the token opens."""
        portal = int(key_for("hubspot-id", call.at.name, 7), 16)
        return answer(
            {
                "portalId": portal,
                "accountType": "STANDARD",
                "timeZone": "Europe/Berlin",
                "companyCurrency": "EUR",
                "uiDomain": "app.hubspot.com",
                "dataHostingLocation": "na1",
            }
        )

    def properties(self, call: Call) -> web.Response:
        """List the properties of a kind of object."""
        return answer({"results": hubspot_properties.describe(call.path("kind"))})

    def create(self, call: Call) -> web.Response:
        """Create a record; a contact whose email is known is refused with 409."""
        kind, wanted = call.path("kind"), call.json()
        stored = self._checked(kind, wanted)
        email = stored.get("email") or ""
        if kind == "contacts" and email:
            self._refuse_known(call, email)
        links = [str(one["to"]["id"]) for one in wanted.get("associations") or []]
        for contact in links:
            if contact not in call.at.shelf("contacts").records:
                raise Refusal(self.error(400, f"Associated object {contact} does not exist."))
        record = self._put(call.at, kind, stored, call.now, links)
        parents = {"contacts": links[0]} if links else {}
        self.tell(call.at, kind, record, **parents)
        return answer(shapes.shape(record, tuple(stored)), 201)

    def listing(self, call: Call) -> web.Response:
        """List records by id, without index and without filter."""
        limit, after = call.number("limit", 10, 100), call.query("after")
        records = [
            record
            for record in call.at.shelf(call.path("kind")).records.values()
            if not record.archived and (not after or int(record.id) > int(after))
        ]
        wanted = shapes.names(call.query("properties"))
        body: dict[str, Any] = {"results": [shapes.shape(one, wanted) for one in records[:limit]]}
        if len(records) > limit:
            body["paging"] = {"next": {"after": records[limit - 1].id}}
        return answer(body)

    def search(self, call: Call) -> web.Response:
        """Search through the index, up to ten thousand."""
        asked = call.json()
        limit, after = int(asked.get("limit") or 10), int(asked.get("after") or 0)
        if not 0 < limit <= 200:
            raise Refusal(self.error(400, "limit must be between 1 and 200"))
        if after + limit > hubspot_search.LIMIT:
            raise Refusal(self.error(400, "Cannot page past 10000 results."))
        kind = call.path("kind")
        found = hubspot_search.run(kind, call.at.shelf(kind), asked, call)
        wanted = tuple(asked.get("properties") or ())
        shown = [shapes.shape(record, wanted) for record in found[after : after + limit]]
        body: dict[str, Any] = {"total": len(found), "results": shown}
        if after + limit < len(found):
            body["paging"] = {"next": {"after": str(after + limit)}}
        return answer(body)

    def batch_read(self, call: Call) -> web.Response:
        """Read up to a hundred records by id or unique property; the missing are told apart."""
        asked = call.json()
        inputs = self._inputs(asked)
        by, kind = asked.get("idProperty") or "hs_object_id", call.path("kind")
        if by not in ("email", "hs_object_id"):
            raise Refusal(self.error(400, f"Unable to read by non-unique property {by}"))
        found, lost = {}, []
        for one in inputs:
            record = self._known(call.at, kind, one, by)
            if record is None:
                lost.append(one)
            else:
                found[record.id] = record
        results = [
            shapes.shape(one, tuple(asked.get("properties") or ())) for one in found.values()
        ]
        said = f"Could not get some {kind[:-1].upper()} objects, they may be deleted or not exist."
        return shapes.batch(results, lost, f"{said} Check that ids are valid.", "OBJECT_NOT_FOUND")

    def batch_archive(self, call: Call) -> web.Response:
        """Archive up to a hundred records; the archived and the unknown are passed over."""
        for one in self._inputs(call.json()):
            call.at.shelf(call.path("kind")).drop(one)
        return web.Response(status=204)

    def read(self, call: Call) -> web.Response:
        """Show one record at once."""
        record = self._need(call)
        return answer(shapes.shape(record, shapes.names(call.query("properties"))))

    def change(self, call: Call) -> web.Response:
        """Change a record."""
        record, kind = self._need(call), call.path("kind")
        stored = self._checked(kind, call.json())
        email = stored.get("email") or ""
        if kind == "contacts" and email and email != record.email:
            self._refuse_known(call, email)
        record.fields["properties"].update(stored)
        call.at.shelf(kind).touch(record, call.now, record.fields["properties"].get("email") or "")
        self.tell(call.at, kind, record)
        return answer(shapes.shape(record, tuple(stored)))

    def archive(self, call: Call) -> web.Response:
        """Archive a record; one that is gone is fine."""
        call.at.shelf(call.path("kind")).drop(call.path("id"))
        return web.Response(status=204)

    def associations(self, call: Call) -> web.Response:
        """List what hangs on a record."""
        kind, other = call.path("kind"), call.path("other")
        self._need(call)
        found = shapes.linked(call.at, kind, other)(call.path("id"))
        if "/v4/" in call.request.path:
            return answer({"results": [shapes.link(kind, other, id) for id in found]})
        name = f"{kind[:-1]}_to_{other[:-1]}"
        return answer({"results": [{"id": id, "type": name} for id in found]})

    def associate(self, call: Call) -> web.Response:
        """Hang two records together."""
        ids = {call.path("kind"): call.path("id"), call.path("other"): call.path("other_id")}
        deal = call.at.shelf("deals").records.get(ids.get("deals", ""))
        if deal is None or ids.get("contacts") not in call.at.shelf("contacts").records:
            raise Refusal(self.error(404))
        if ids["contacts"] not in deal.fields["links"]:
            deal.fields["links"].append(ids["contacts"])
        return answer({"status": "COMPLETE", "results": []})

    def batch_associations(self, call: Call) -> web.Response:
        """List what hangs on up to a hundred records."""
        kind, other = call.path("kind"), call.path("other")
        results, lost = [], []
        links = shapes.linked(call.at, kind, other)
        for one in self._inputs(call.json()):
            found = links(one)
            if found:
                to = [shapes.link(kind, other, id) for id in found]
                results.append({"from": {"id": one}, "to": to})
            else:
                lost.append(one)
        said = f"No {other[:-1]} is associated with {kind[:-1]}"
        return shapes.batch(results, lost, said, "OBJECT_NOT_FOUND")

    def plant(self, account: Account, resource: str, fields: dict[str, Any], at: float) -> Record:
        links = [str(one) for one in fields.pop("links", [])]
        return self._put(account, resource, fields, at, links)

    def _put(
        self, account: Account, kind: str, stored: dict[str, Any], at: float, links: Any
    ) -> Record:
        id, moment = str(next_id()), shapes.stamp(at)
        dates = {"createdate": moment, "hs_lastmodifieddate": moment, "lastmodifieddate": moment}
        properties = {**stored, **dates, "hs_object_id": id}
        email = str(stored.get("email") or "") if kind == "contacts" else ""
        fields = {"properties": properties, "links": list(links)}
        return account.shelf(kind).put(Record(id, fields, at, at, email))

    def _checked(self, kind: str, wanted: dict[str, Any]) -> dict[str, Any]:
        stored, problems = hubspot_properties.checked(kind, wanted.get("properties") or {})
        if problems:
            told = f"Property values were not valid: {problems}".replace("'", '"')
            raise Refusal(shapes.error(400, "VALIDATION_ERROR", told))
        return stored

    def _refuse_known(self, call: Call, email: str) -> None:
        known = call.at.shelf("contacts").of_email(email)
        if known:
            said = f"Contact already exists. Existing ID: {known[0].id}"
            raise Refusal(shapes.error(409, "CONFLICT", said))

    def _inputs(self, asked: dict[str, Any]) -> list[str]:
        inputs = [str(one.get("id", "")) for one in asked.get("inputs") or []]
        if not inputs or len(inputs) > BATCH:
            raise Refusal(self.error(400, f"A batch has between 1 and {BATCH} inputs."))
        return inputs

    def _known(self, account: Account, kind: str, id: str, by: str) -> Record | None:
        if by == "email":
            return next(iter(account.shelf(kind).of_email(id)), None)
        return account.shelf(kind).records.get(id)

    def _need(self, call: Call) -> Record:
        by = call.query("idProperty") or "hs_object_id"
        record = self._known(call.at, call.path("kind"), call.path("id"), by)
        if record is None:
            raise Refusal(self.error(404))
        return record
