"""Airtable Web API: one base an account, one table in it, searched by formulas."""

from collections.abc import Callable
from typing import Any, ClassVar

from aiohttp import web

from sandbox.call import Call, Refusal, answer
from sandbox.storage import Account, Record, next_id
from sandbox.tool import Tool
from sandbox.tools.airtable_fields import TYPES, NotTaken, Table, present
from sandbox.tools.airtable_formula import BadFormula, matcher
from sandbox.tools.crm import iso
from sandbox.world import key_for

DENIED = (
    "Invalid permissions, or the requested model was not found. Check that both your user and "
    "your token have the required permissions, and that the model names and/or ids are correct."
)
ERRORS = {
    400: ("BAD_REQUEST", "The request could not be read."),
    401: ("AUTHENTICATION_REQUIRED", "Authentication required"),
    403: ("INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND", DENIED),
    422: ("INVALID_REQUEST_UNKNOWN", "Invalid request: parameter validation failed."),
}
PAGE = 100
AT_ONCE = 10
NAME = "Leads"


class Airtable(Tool):
    """A table of typed fields. What is empty is absent; nothing is unique, nothing is merged."""

    slug: ClassVar[str] = "airtable"
    title: ClassVar[str] = "Airtable"
    resources: ClassVar[tuple[str, ...]] = ("records",)

    def routes(self) -> None:
        self.add("GET", "/v0/meta/whoami", self.whoami)
        self.add("GET", "/v0/meta/bases/{base}/tables", self.schema)
        self.add("GET", "/v0/{base}/{table}", self.listing)
        self.add("POST", "/v0/{base}/{table}", self.create)
        self.add("DELETE", "/v0/{base}/{table}", self.remove_some)
        self.add("POST", "/v0/{base}/{table}/listRecords", self.listing)
        self.add("GET", "/v0/{base}/{table}/{id}", self.read)
        self.add("PATCH", "/v0/{base}/{table}/{id}", self.change)
        self.add("DELETE", "/v0/{base}/{table}/{id}", self.remove)

    def credentials(self, name: str) -> dict[str, str]:
        return {
            "token": f"pat{key_for(self.slug, name, 14)}.{key_for('airtable-pat', name, 64)}",
            "base_id": f"app{key_for('airtable-base', name, 14)}",
            "table": f"tbl{key_for('airtable-table', name, 14)}",
        }

    def key_of(self, call: Call) -> str:
        return call.request.headers.get("Authorization", "").removeprefix("Bearer ")

    def writes(self, call: Call) -> bool:
        return call.write and not call.request.path.endswith("/listRecords")

    def error(self, status: int, detail: str = "") -> web.Response:
        if status == 404:
            return answer({"error": "NOT_FOUND"}, status)
        if status == 429:
            said = "Rate limit exceeded. Please try again later"
            return answer({"errors": [{"error": "RATE_LIMIT_REACHED", "message": said}]}, status)
        kind, usual = ERRORS.get(status, ("SERVER_ERROR", "An unexpected error occurred"))
        return answer({"error": {"type": kind, "message": detail or usual}}, status)

    def text(self, call: Call) -> str:
        # A record is removed by its id; the address in it is what a fault matches on.
        ids = [call.request.match_info.get("id", ""), *call.request.query.getall("records[]", [])]
        held = call.account.shelf("records").records if call.account else {}
        return "\n".join([call.text, *(held[id].text for id in ids if id in held)])

    def flat(self, resource: str, record: Record) -> dict[str, Any]:
        del resource
        return present(record.fields)

    def whoami(self, call: Call) -> web.Response:
        """Say whose token this is."""
        scopes = ["data.records:read", "data.records:write", "schema.bases:read"]
        return answer({"id": f"usr{key_for('airtable-user', call.at.name, 14)}", "scopes": scopes})

    def schema(self, call: Call) -> web.Response:
        """List the tables of the base, with their fields."""
        if call.path("base") != call.at.secrets["base_id"]:
            raise Refusal(self.error(403))
        fields = _table(call.at).describe()
        table = {"id": call.at.secrets["table"], "name": NAME, "primaryFieldId": fields[0]["id"]}
        return answer({"tables": [{**table, "fields": fields, "views": []}]})

    def listing(self, call: Call) -> web.Response:
        """List records a formula matches, a page at a time."""
        self._enter(call)
        asked = self._asked(call)
        size = min(int(asked.get("pageSize") or PAGE), PAGE)
        shelf, iterators = call.at.shelf("records"), call.at.answers.setdefault("iterators", {})
        if offset := str(asked.get("offset") or ""):
            ids = iterators.pop(offset, None)
            if ids is None:
                raise Refusal(self._refusal("LIST_RECORDS_ITERATOR_NOT_AVAILABLE", ""))
        else:
            ids = self._matching(call, str(asked.get("filterByFormula") or ""))
            ids = ids[: int(asked.get("maxRecords") or len(ids))]
        wanted = asked.get("fields") or list(TYPES)
        for name in wanted:
            if name not in TYPES:
                said = f'Unknown field name: "{name}"'
                raise Refusal(self._refusal("UNKNOWN_FIELD_NAME", said))
        held = [shelf.records[id] for id in ids[:size] if id in shelf.records]
        body: dict[str, Any] = {"records": [_shape(record, wanted) for record in held]}
        if len(ids) > size:
            body["offset"] = f"itr{next_id():014}/{ids[size]}"
            iterators[body["offset"]] = ids[size:]
        return answer(body)

    def create(self, call: Call) -> web.Response:
        """Create up to ten records, all or none."""
        self._enter(call)
        body = call.json()
        given = [dict(one.get("fields") or {}) for one in body.get("records") or [body]]
        if len(given) > AT_ONCE:
            raise Refusal(self.error(422))
        checked = [self._checked(call, one, body) for one in given]
        made = [_put(call.at, one, call.now) for one in checked]
        for record in made:
            self.tell(call.at, "records", record)
        shown = [_shape(record, list(TYPES)) for record in made]
        return answer({"records": shown} if "records" in body else shown[0])

    def read(self, call: Call) -> web.Response:
        """Show one record."""
        return answer(_shape(self._need(call), list(TYPES)))

    def change(self, call: Call) -> web.Response:
        """Change some cells of a record."""
        record, body = self._need(call), call.json()
        record.fields.update(self._checked(call, dict(body.get("fields") or {}), body))
        call.at.shelf("records").touch(record, call.now)
        self.tell(call.at, "records", record)
        return answer(_shape(record, list(TYPES)))

    def remove(self, call: Call) -> web.Response:
        """Delete one record; one that is not there cannot be told from one that is not ours."""
        record = self._need(call)
        call.at.shelf("records").drop(record.id)
        return answer({"id": record.id, "deleted": True})

    def remove_some(self, call: Call) -> web.Response:
        """Delete up to ten records, all or none."""
        self._enter(call)
        ids = call.request.query.getall("records[]", [])
        shelf = call.at.shelf("records")
        if not 0 < len(ids) <= AT_ONCE:
            raise Refusal(self.error(422))
        if any(id not in shelf.records for id in ids):
            raise Refusal(self.error(403))
        return answer({"records": [{"id": id, "deleted": shelf.drop(id)} for id in ids]})

    def plant(self, account: Account, resource: str, fields: dict[str, Any], at: float) -> Record:
        del resource
        return _put(account, fields, at)

    def _matching(self, call: Call, formula: str) -> list[str]:
        holds: Callable[[Record], bool] = lambda _record: True  # noqa: E731 - without a formula all are meant
        if formula:
            try:
                holds = matcher(formula, frozenset(TYPES))
            except BadFormula as bad:
                said = f"The formula for filtering records is invalid: {bad}"
                raise Refusal(self._refusal("INVALID_FILTER_BY_FORMULA", said)) from None
        records = call.at.shelf("records").records.values()
        return [one.id for one in records if holds(one) and not call.hides(one)]

    def _asked(self, call: Call) -> dict[str, Any]:
        if call.request.method == "POST":
            return call.json()
        fields = call.request.query.getall("fields[]", [])
        return {**call.request.query, **({"fields": fields} if fields else {})}

    def _checked(self, call: Call, given: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        try:
            return _table(call.at).checked(given, typecast=bool(body.get("typecast")))
        except NotTaken as no:
            raise Refusal(self._refusal(no.kind, str(no))) from None

    def _enter(self, call: Call) -> None:
        known = call.path("table") in (call.at.secrets["table"], NAME)
        if call.path("base") != call.at.secrets["base_id"] or not known:
            raise Refusal(self.error(403))

    def _need(self, call: Call) -> Record:
        self._enter(call)
        record = call.at.shelf("records").records.get(call.path("id"))
        if record is None:
            raise Refusal(self.error(403))
        return record

    def _refusal(self, kind: str, said: str) -> web.Response:
        return answer({"error": {"type": kind, "message": said}}, 422)


def _table(account: Account) -> Table:
    table: Table = account.answers.setdefault("table", Table())
    return table


def _put(account: Account, fields: dict[str, Any], at: float) -> Record:
    email = str(fields.get("Email") or "")
    return account.shelf("records").put(Record(f"rec{next_id():014}", fields, at, at, email))


def _shape(record: Record, wanted: list[str]) -> dict[str, Any]:
    """Answer a record as the API shows it: computed cells filled, empty ones absent."""
    made = iso(record.created)
    computed = {"Created": made, "Greeting": f"Dear {record.fields.get('Name') or 'friend'}"}
    held = present({**record.fields, **computed})
    fields = {name: held[name] for name in wanted if name in held}
    return {"id": record.id, "createdTime": made, "fields": fields}
