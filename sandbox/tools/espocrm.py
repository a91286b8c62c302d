"""EspoCRM: leads behind an API key, filtered, paged, checked for duplicates."""

import re
from datetime import UTC, datetime
from typing import Any, ClassVar

from aiohttp import web

from sandbox.call import Call, Refusal, answer
from sandbox.storage import Account, Record, next_id
from sandbox.tool import Tool
from sandbox.world import key_for

MOST = 200
STAMP = "%Y-%m-%d %H:%M:%S"
TEXTS = ("firstName", "lastName", "title", "accountName", "addressStreet", "addressCity",
         "addressState", "addressCountry", "addressPostalCode", "website", "description", "cDate",
         "cVisit", "cTopic", "cConsent")  # fmt: skip
STATUSES = ("New", "Assigned", "In Process", "Converted", "Recycled", "Dead")
FIELDS: dict[str, dict[str, Any]] = {
    "name": {"type": "personName"},
    "firstName": {"type": "varchar"},
    "lastName": {"type": "varchar", "required": True},
    "emailAddress": {"type": "email"},
    "phoneNumber": {"type": "phone"},
    "title": {"type": "varchar"},
    "accountName": {"type": "varchar"},
    "address": {"type": "address"},
    "website": {"type": "url"},
    "description": {"type": "text"},
    "status": {"type": "enum", "options": list(STATUSES)},
    "opportunityAmount": {"type": "currency"},
    "cQuantity": {"type": "int"},
    **{name: {"type": "varchar"} for name in ("cDate", "cVisit", "cTopic", "cConsent")},
    "createdAt": {"type": "datetime", "readOnly": True},
    "modifiedAt": {"type": "datetime", "readOnly": True},
}
KNOWN = {*TEXTS, "emailAddress", "phoneNumber", "status", "opportunityAmount", "cQuantity"}


class EspoCRM(Tool):
    """The leads of one installation: unknown attributes are dropped, wrong values refused."""

    slug: ClassVar[str] = "espocrm"
    title: ClassVar[str] = "EspoCRM"
    resources: ClassVar[tuple[str, ...]] = ("leads",)

    def routes(self) -> None:
        self.add("GET", "/api/v1/App/user", self.user)
        self.add("GET", "/api/v1/Metadata", self.metadata)
        self.add("GET", "/api/v1/Lead", self.listing)
        self.add("POST", "/api/v1/Lead", self.create)
        self.add("GET", "/api/v1/Lead/{id}", self.read)
        self.add("DELETE", "/api/v1/Lead/{id}", self.remove)

    def credentials(self, name: str) -> dict[str, str]:
        return {"api_key": key_for(self.slug, name)}

    def key_of(self, call: Call) -> str:
        return call.request.headers.get("X-Api-Key", "")

    def error(self, status: int, detail: str = "") -> web.Response:
        # EspoCRM says why in a header; its error bodies are empty.
        reason = detail or {401: "Unauthorized", 403: "Forbidden"}.get(status, "Error")
        return web.Response(status=status, headers={"X-Status-Reason": reason})

    def user(self, call: Call) -> web.Response:
        """Say whom the key belongs to."""
        name = call.at.name
        user = {"id": key_for("espocrm-id", name, 17), "userName": f"handoff-{name}", "type": "api"}
        return answer({"user": user, "settings": {}})

    def metadata(self, call: Call) -> web.Response:
        """Tell the definitions at a dotted key."""
        if call.query("key") != "entityDefs.Lead.fields":
            return answer(None)
        return answer(FIELDS)

    def listing(self, call: Call) -> web.Response:
        """List leads by one filter; more than two hundred at once are forbidden."""
        size = call.number("maxSize", MOST, 1_000_000)
        if size > MOST:
            raise Refusal(self.error(403, "Max size should not exceed 200. Use offset and limit."))
        found = [
            record
            for record in call.at.shelf("leads").newest()
            if self._meets(record, call) and not call.hides(record)
        ]
        by = call.query("orderBy", "createdAt")
        if by not in ("createdAt", "modifiedAt"):
            raise Refusal(self.error(400))
        found.sort(key=lambda record: record.created, reverse=call.query("order") != "asc")
        offset = call.number("offset", 0, 1_000_000)
        chosen = [name for name in call.query("select").split(",") if name]
        shown = [_shape(record, chosen) for record in found[offset : offset + size]]
        total = -1 if call.request.headers.get("X-No-Total") == "true" else len(found)
        return answer({"total": total, "list": shown})

    def create(self, call: Call) -> web.Response:
        """Store a lead, unless one like it is there and nobody said to skip that check."""
        given = {key: value for key, value in call.json().items() if key in KNOWN}
        if not str(given.get("lastName") or "").strip():
            raise Refusal(self.error(400, "Field validation failure; lastName, required."))
        phone = given.get("phoneNumber")
        if phone and not re.fullmatch(r"\+\d{6,15}", str(phone)):
            raise Refusal(self.error(400, "Field validation failure; phoneNumber, valid."))
        if given.get("status", "New") not in STATUSES:
            raise Refusal(self.error(400, "Field validation failure; status, valid."))
        email = str(given.get("emailAddress") or "").lower()
        alike = [one for one in call.at.shelf("leads").newest() if email and one.email == email]
        if alike and call.request.headers.get("X-Skip-Duplicate-Check") != "true":
            raise Refusal(answer([_shape(one, []) for one in alike], 409))
        record = self.plant(call.at, "leads", given, call.now)
        self.tell(call.at, "leads", record)
        return answer(_shape(record, []))

    def read(self, call: Call) -> web.Response:
        """Show one lead."""
        return answer(_shape(self._record(call), []))

    def remove(self, call: Call) -> web.Response:
        """Flag one lead as deleted: the API no longer shows it."""
        call.at.shelf("leads").drop(self._record(call).id)
        return answer(data=True)

    def plant(self, account: Account, resource: str, fields: dict[str, Any], at: float) -> Record:
        stored = {"status": "New", **fields}
        email = str(fields.get("emailAddress") or "").lower()
        record = Record(f"{next_id():017x}", stored, at, at, email)
        return account.shelf(resource).put(record)

    def _record(self, call: Call) -> Record:
        record = call.at.shelf("leads").records.get(call.path("id"))
        if record is None:
            raise Refusal(self.error(404))
        return record

    def _meets(self, record: Record, call: Call) -> bool:
        """Answer whether a lead meets `where[0]`."""
        kind, attribute = call.query("where[0][type]"), call.query("where[0][attribute]")
        if not kind:
            return True
        if kind == "after" and attribute == "createdAt":
            start = datetime.strptime(call.query("where[0][value]"), STAMP).replace(tzinfo=UTC)
            return record.created > start.timestamp()
        if kind in ("equals", "in") and attribute in ("emailAddress", "lastName"):
            one = call.request.query.getall("where[0][value]", [])
            wanted = {
                text.lower() for text in [*one, *call.request.query.getall("where[0][value][]", [])]
            }
            return str(record.fields.get(attribute) or "").lower() in wanted
        raise Refusal(self.error(400))


def _shape(record: Record, chosen: list[str]) -> dict[str, Any]:
    def stamp(at: float) -> str:
        return datetime.fromtimestamp(at, UTC).strftime(STAMP)

    held = dict.fromkeys(sorted(KNOWN)) | record.fields
    name = " ".join(filter(None, (held["firstName"], held["lastName"])))
    whole = {**held, "name": name, "deleted": False, "createdAt": stamp(record.created),
             "modifiedAt": stamp(record.updated)}  # fmt: skip
    kept = {key: value for key, value in whole.items() if not chosen or key in chosen}
    return {"id": record.id, **kept}
