"""Salesforce: leads and contacts over REST and SOQL, which shows a record at once."""

import json
import re
from typing import Any, ClassVar

from aiohttp import web

from sandbox.authority import Authority
from sandbox.call import Call, Refusal, answer
from sandbox.storage import Account, Record, next_id
from sandbox.tool import Tool
from sandbox.tools import salesforce_fields as fields
from sandbox.tools import salesforce_soql as soql
from sandbox.world import key_for

SHELVES = {"Lead": "leads", "Contact": "contacts"}
KINDS = {shelf: kind for kind, shelf in SHELVES.items()}
CODES = {
    400: ("MALFORMED_QUERY", "unexpected token"),
    401: ("INVALID_SESSION_ID", "Session expired or invalid"),
    403: ("INSUFFICIENT_ACCESS", "insufficient access rights on object id"),
    404: ("NOT_FOUND", "The requested resource does not exist"),
    405: ("METHOD_NOT_ALLOWED", "HTTP Method not allowed."),
    429: ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    500: ("UNKNOWN_EXCEPTION", "An unexpected error occurred."),
    503: ("SERVER_UNAVAILABLE", "The server is temporarily unavailable."),
}
LIMIT = 15_000
BATCH, LEAST, MOST = 2000, 200, 2000
SEVERAL = 200


class Salesforce(Tool):
    """One organisation an account; clients get tokens for themselves."""

    slug: ClassVar[str] = "salesforce"
    title: ClassVar[str] = "Salesforce"
    resources: ClassVar[tuple[str, ...]] = ("leads", "contacts")
    authority: Authority

    def routes(self) -> None:
        # No `expires_in`: how long a session lasts is the organisation's own setting.
        self.authority = Authority(
            self,
            token="/services/oauth2/token",  # noqa: S106 - a path
            seconds=None,
            answers=_beside,
        )
        data = "/services/data/{version:v\\d+\\.0}"
        self.add("GET", data + "/query", self.query)
        self.add("GET", data + "/query/{locator}", self.more)
        self.add("GET", data + "/sobjects/{kind}/describe", self.describe)
        self.add("POST", data + "/sobjects/{kind}", self.create)
        for method, answers in (("GET", self.read), ("PATCH", self.change), ("DELETE", self.drop)):
            self.add(method, data + "/sobjects/{kind}/{id}", answers)
        self.add("DELETE", data + "/composite/sobjects", self.drop_several)
        self.add("GET", "/services/oauth2/userinfo", self.userinfo)

    def credentials(self, name: str) -> dict[str, str]:
        return self.authority.credentials(name)

    def key_of(self, call: Call) -> str:
        return self.authority.key_of(call)

    def error(self, status: int, detail: str = "") -> web.Response:
        code, usual = CODES.get(status, ("UNKNOWN_EXCEPTION", "An unexpected error occurred."))
        return answer([{"message": detail or usual, "errorCode": code}], status)

    def dress(self, response: web.Response, call: Call) -> web.Response:
        if call.account is not None and "/data/" in call.request.path:
            used = call.account.answers["used"] = call.account.answers.get("used", 0) + 1
            response.headers["Sforce-Limit-Info"] = f"api-usage={used}/{LIMIT}"
        return response

    def flat(self, resource: str, record: Record) -> dict[str, Any]:
        del resource
        return {key: value for key, value in record.fields.items() if value is not None}

    def userinfo(self, call: Call) -> web.Response:
        """Say as whom the token came in."""
        told = {"user_id": f"005{key_for('sf-user', call.at.name, 15)}"}
        return answer({**told, "organization_id": _org(call.at), "name": "Integration User"})

    def query(self, call: Call) -> web.Response:
        """Run a query; what does not fit into one batch is had by its locator."""
        try:
            asked = soql.parse(call.query("q"))
        except fields.Wrong as wrong:
            raise _refusal(wrong) from None
        if asked.kind == "Organization":
            rows: list[dict[str, Any]] = [_organisation(call.at)]
        else:
            shelf = call.at.shelf(SHELVES[asked.kind]).records.values()
            rows = [_row(asked.kind, record) for record in shelf]
        found = [row for row in rows if asked.test(row)]
        if asked.order:
            found.sort(key=lambda row: str(row[asked.order] or ""), reverse=asked.down)
        shown = [_shape(asked, row, call) for row in found[: asked.limit]]
        # As there, a locator stands for what was found, whatever changes meanwhile.
        locator = f"01g{next_id()}"
        call.at.answers.setdefault("queries", {})[locator] = shown
        return self._batch(call, locator, shown, 0)

    def more(self, call: Call) -> web.Response:
        """Show the next batch of a query."""
        locator, _dash, start = call.path("locator").partition("-")
        shown = call.at.answers.get("queries", {}).get(locator)
        if shown is None or not start.isdigit():
            raise _refusal(fields.Wrong("INVALID_QUERY_LOCATOR", "invalid query locator"))
        return self._batch(call, locator, shown, int(start))

    def describe(self, call: Call) -> web.Response:
        """Tell the fields of an object."""
        return answer(fields.describe(self._kind(call)))

    def create(self, call: Call) -> web.Response:
        """Create a record; one like another is refused unless the caller allows it."""
        kind = self._kind(call)
        try:
            stored = fields.checked(kind, call.json())
            fields.lacking(kind, stored)
        except fields.Wrong as wrong:
            raise _refusal(wrong) from None
        allowed = "allowsave=true" in call.request.headers.get(
            "Sforce-Duplicate-Rule-Header", ""
        ).lower().replace(" ", "")
        email = str(stored.get("Email") or "")
        if email and not allowed and call.at.shelf(SHELVES[kind]).of_email(email):
            raise _refusal(fields.Wrong("DUPLICATES_DETECTED", "Use one of these records?"))
        record = self.plant(call.at, SHELVES[kind], stored, call.now)
        self.tell(call.at, SHELVES[kind], record)
        return answer({"id": record.id, "success": True, "errors": []}, 201)

    def read(self, call: Call) -> web.Response:
        """Show one record."""
        kind, record = self._kind(call), self._need(call)
        return answer({"attributes": _attributes(kind, record.id, call), **_row(kind, record)})

    def change(self, call: Call) -> web.Response:
        """Change a record."""
        kind, record = self._kind(call), self._need(call)
        try:
            stored = {**record.fields, **fields.checked(kind, call.json())}
            fields.lacking(kind, stored)
        except fields.Wrong as wrong:
            raise _refusal(wrong) from None
        record.fields.update(stored)
        call.at.shelf(SHELVES[kind]).touch(record, call.now, str(stored.get("Email") or ""))
        self.tell(call.at, SHELVES[kind], record)
        return web.Response(status=204)

    def drop(self, call: Call) -> web.Response:
        """Put a record into the bin; one that is there already is told apart."""
        call.at.shelf(SHELVES[self._kind(call)]).drop(self._need(call).id)
        return web.Response(status=204)

    def drop_several(self, call: Call) -> web.Response:
        """Put records of any kind into the bin, each for itself."""
        ids = [id for id in call.query("ids").split(",") if id]
        if not ids or len(ids) > SEVERAL:
            raise _refusal(fields.Wrong("EXCEEDED_ID_LIMIT", f"up to {SEVERAL} ids, please"))
        return answer([self._dropped(call.at, id) for id in ids])

    def plant(self, account: Account, resource: str, fields: dict[str, Any], at: float) -> Record:
        id = f"{_PREFIXES[resource]}{next_id():015d}"
        record = Record(id, dict(fields), at, at, str(fields.get("Email") or ""))
        return account.shelf(resource).put(record)

    def _dropped(self, account: Account, id: str) -> dict[str, Any]:
        shelf = next((one for one, prefix in _PREFIXES.items() if id.startswith(prefix)), "")
        if shelf and account.shelf(shelf).drop(id):
            return {"id": id, "success": True, "errors": []}
        code = "ENTITY_IS_DELETED" if shelf else "MALFORMED_ID"
        error = {"statusCode": code, "message": "entity is deleted", "fields": []}
        return {"success": False, "errors": [error]}

    def _batch(self, call: Call, locator: str, shown: list[Any], start: int) -> web.Response:
        asked = re.search(r"batchSize=(\d+)", call.request.headers.get("Sforce-Query-Options", ""))
        size = min(max(int(asked[1]), LEAST), MOST) if asked else BATCH
        end = start + size
        told: dict[str, Any] = {"totalSize": len(shown), "done": end >= len(shown)}
        if end < len(shown):
            version = call.path("version")
            told["nextRecordsUrl"] = f"/services/data/{version}/query/{locator}-{end}"
        return answer({**told, "records": shown[start:end]})

    def _kind(self, call: Call) -> str:
        if call.path("kind") not in SHELVES:
            raise Refusal(self.error(404))
        return call.path("kind")

    def _need(self, call: Call) -> Record:
        record = call.at.shelf(SHELVES[self._kind(call)]).records.get(call.path("id"))
        if record is None:
            raise _refusal(fields.Wrong("ENTITY_IS_DELETED", "entity is deleted"), 404)
        return record


_PREFIXES = {SHELVES[kind]: prefix for kind, prefix in fields.PREFIXES.items()}


def _beside(account: Account) -> dict[str, Any]:
    """Answer what comes with a token."""
    place = f"https://{account.name}.my.salesforce.com"
    told = {"instance_url": place, "issued_at": "1763700000000", "signature": "c2lnbmVk"}
    return {**told, "id": f"{place}/id/{_org(account)}", "scope": "api"}


def _org(account: Account) -> str:
    return f"00D{key_for('sf-org', account.name, 15)}"


def _organisation(account: Account) -> dict[str, Any]:
    told = {"Id": _org(account), "Name": f"{account.name} Ltd", "IsSandbox": False}
    return {**told, "OrganizationType": "Enterprise Edition"}


def _row(kind: str, record: Record) -> dict[str, Any]:
    """Answer all fields of a record, the empty ones as null."""
    held = record.fields
    name = " ".join(str(held[part]) for part in ("FirstName", "LastName") if held.get(part))
    moments = {"CreatedDate": record.created, "LastModifiedDate": record.updated}
    moments["SystemModstamp"] = record.updated
    row: dict[str, Any] = dict.fromkeys(fields.OBJECTS[kind])
    row |= {name: False for name, (type_, _long) in fields.OBJECTS[kind].items()
            if type_ == "boolean"}  # fmt: skip
    row |= {**held, "Id": record.id, "Name": name}
    return row | {key: fields.stamp(moment) for key, moment in moments.items()}


def _shape(asked: soql.Query, row: dict[str, Any], call: Call) -> dict[str, Any]:
    told = {name: row[name] for name in asked.names}
    return {"attributes": _attributes(asked.kind, row["Id"], call), **told}


def _attributes(kind: str, id: str, call: Call) -> dict[str, str]:
    place = f"/services/data/{call.path('version')}/sobjects/{kind}/{id}"
    return {"type": kind, "url": place}


def _refusal(wrong: fields.Wrong, status: int = 400) -> Refusal:
    told: dict[str, Any] = {"message": str(wrong), "errorCode": wrong.code}
    if wrong.fields:
        told["fields"] = list(wrong.fields)
    body = json.dumps([told]).encode()
    return Refusal(web.Response(body=body, status=status, content_type="application/json"))
