"""QuickBooks Online: customers of unique names, never deleted; invoices; a query language."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar

from aiohttp import web

from sandbox import nesting
from sandbox.authority import Authority
from sandbox.call import Call, Refusal, answer
from sandbox.grants import Renewal
from sandbox.storage import Account, Record, next_id
from sandbox.tool import Tool
from sandbox.tools import quickbooks_query as query
from sandbox.tools import quickbooks_shapes as shapes
from sandbox.world import key_for

ENTITIES = {"customer": "Customer", "invoice": "Invoice"}
# What the front of the API says, by status: type, code and words.
GATE = {
    401: ("AUTHENTICATION", "3200", "message=AuthenticationFailed; errorCode=003200"),
    403: ("AUTHORIZATION", "3100", "message=ApplicationAuthorizationFailed; errorCode=003100"),
    429: ("THROTTLE", "3001", "message=ThrottleExceeded; errorCode=003001"),
}
FAULTS = {
    400: ("ValidationFault", "2010", "Request has invalid or unsupported property"),
    404: ("ValidationFault", "610", "Object Not Found"),
}


class QuickBooks(Tool):
    """One company a token; its realm stands in every path."""

    slug: ClassVar[str] = "quickbooks"
    title: ClassVar[str] = "QuickBooks Online"
    resources: ClassVar[tuple[str, ...]] = ("customers", "invoices")
    authority: Authority

    def routes(self) -> None:
        self.authority = Authority(
            self,
            token="/oauth2/v1/tokens/bearer",  # noqa: S106 - a path
            authorize="/connect/oauth2",
            renewal=Renewal.RENEWED,
            basic=True,
            brings=lambda account: {"realmId": account.secrets["realm_id"]},
        )
        company = "/v3/company/{realm}"
        self.add("GET", f"{company}/companyinfo/{{id}}", self.about)
        self.add("GET", f"{company}/query", self.query)
        self.add("POST", f"{company}/{{kind:customer|invoice}}", self.write)
        self.add("GET", f"{company}/{{kind:customer|invoice}}/{{id}}", self.read)

    def credentials(self, name: str) -> dict[str, str]:
        realm = str(int(key_for("quickbooks-realm", name, 12), 16))
        return {**self.authority.credentials(name), "realm_id": realm}

    def key_of(self, call: Call) -> str:
        return self.authority.key_of(call)

    def error(self, status: int, detail: str = "") -> web.Response:
        if status in GATE:
            kind, code, said = GATE[status]
            error = {"message": f"{said}; statusCode={status}", "detail": detail, "code": code}
            return answer({"fault": {"error": [error], "type": kind}}, status)
        kind, code, said = FAULTS.get(status, ("SystemFault", "10000", "An application error"))
        return self._fault(code, said, detail or said, status=status, kind=kind)

    def dress(self, response: web.Response, call: Call) -> web.Response:
        del call
        response.headers["intuit_tid"] = f"1-{next_id():x}"
        return response

    def flat(self, resource: str, record: Record) -> dict[str, Any]:
        del resource
        return nesting.flat(record.fields)

    def about(self, call: Call) -> web.Response:
        """Say whose company the token opens."""
        self._own(call)
        name = call.at.name
        company = {"Id": "1", "CompanyName": f"{name} books", "LegalName": f"{name} Ltd",
                   "Country": "DE", "SyncToken": "4"}  # fmt: skip
        return self._said(call, CompanyInfo=company)

    def query(self, call: Call) -> web.Response:
        """Answer a query; a page that holds nothing has no list."""
        self._own(call)
        try:
            asked = query.parsed(call.query("query"))
        except query.BadQuery as bad:
            raise Refusal(self._fault(bad.code, "Invalid query", str(bad))) from None
        shelf = call.at.shelf(asked.entity.lower() + "s")
        held = [record.fields for record in shelf.records.values() if not call.hides(record)]
        found = asked.of([shapes.ITEM] if asked.entity == "Item" else held)
        if asked.counts:
            return self._said(call, QueryResponse={"totalCount": len(found)})
        shown = found[asked.start - 1 : asked.start - 1 + asked.most]
        if not shown:
            return self._said(call, QueryResponse={})
        page = {"startPosition": asked.start, "maxResults": len(shown), asked.entity: shown}
        return self._said(call, QueryResponse=page)

    def write(self, call: Call) -> web.Response:
        """Create, update, void or delete: all are one POST, told apart by what it carries."""
        self._own(call)
        kind, given, operation = call.path("kind"), call.json(), call.query("operation")
        acts: dict[str, Callable[[Call, dict[str, Any]], web.Response]] = {
            "delete": self._delete,
            "void": self._void,
        }
        try:
            if operation in acts and kind == "invoice":
                return acts[operation](call, given)
            record = self._changed(call, kind, given) if "Id" in given else self._made(call, given)
        except shapes.Wrong as wrong:
            raise Refusal(self._fault(wrong.code, wrong.message, str(wrong))) from None
        return self._said(call, **{ENTITIES[kind]: record.fields})

    def read(self, call: Call) -> web.Response:
        """Show one record, inactive ones too."""
        self._own(call)
        kind = call.path("kind")
        return self._said(call, **{ENTITIES[kind]: self._need(call, kind, call.path("id")).fields})

    def plant(self, account: Account, resource: str, fields: dict[str, Any], at: float) -> Record:
        id, given = str(next_id()), nesting.nested(fields)
        if resource == "customers":
            return self._put(account, resource, shapes.customer(id, given, at), at)
        name = str(given.pop("CustomerRef", {}).get("name") or "Somebody")
        amount = float(given.pop("TotalAmt", 0) or 0)
        given["Line"] = [{"DetailType": "SalesItemLineDetail", "Amount": amount}]
        of = {"Id": "0", "DisplayName": name}
        return self._put(account, resource, shapes.invoice(id, given, of, at), at)

    def _put(self, account: Account, resource: str, held: dict[str, Any], at: float) -> Record:
        address = held.get("PrimaryEmailAddr") or held.get("BillEmail") or {}
        email = str(address.get("Address") or "")
        return account.shelf(resource).put(Record(held["Id"], held, at, at, email))

    def _made(self, call: Call, given: dict[str, Any]) -> Record:
        id = str(next_id())
        if call.path("kind") == "customer":
            shapes.check(given, shapes.CUSTOMER)
            self._unique(call, shapes.named(given))
            record = self._put(call.at, "customers", shapes.customer(id, given, call.now), call.now)
            self.tell(call.at, "customers", record)
            return record
        shapes.check(given, shapes.INVOICE)
        of = self._customer(call, given)
        held = shapes.invoice(id, given, of.fields, call.now)
        record = self._put(call.at, "invoices", held, call.now)
        self.tell(call.at, "invoices", record, customers=of.id)
        return record

    def _changed(self, call: Call, kind: str, given: dict[str, Any]) -> Record:
        known = shapes.CUSTOMER if kind == "customer" else shapes.INVOICE
        record = self._fresh(call, kind, given)
        shapes.check(given, known)
        if not given.get("sparse"):
            said = "This twin takes sparse updates only."
            raise shapes.Wrong("2020", "Required param missing", said)
        name = str(given.get("DisplayName") or record.fields.get("DisplayName") or "")
        if kind == "customer" and name != record.fields["DisplayName"]:
            self._unique(call, name)
        shapes.change(record, given, call.now)
        address = record.fields.get("PrimaryEmailAddr") or record.fields.get("BillEmail") or {}
        email = str(address.get("Address") or "")
        call.at.shelf(kind + "s").touch(record, call.now, email)
        if kind == "customer" and not record.fields["Active"]:
            # An inactive name is given free: it says so itself from then on.
            record.fields["DisplayName"] += " (deleted)"
        else:
            self.tell(call.at, kind + "s", record)
        return record

    def _delete(self, call: Call, given: dict[str, Any]) -> web.Response:
        record = self._fresh(call, "invoice", given)
        call.at.shelf("invoices").drop(record.id)
        gone = {"domain": "QBO", "status": "Deleted", "Id": record.id}
        return self._said(call, Invoice=gone)

    def _void(self, call: Call, given: dict[str, Any]) -> web.Response:
        record = self._fresh(call, "invoice", given)
        nothing = {"TotalAmt": 0, "Balance": 0, "PrivateNote": "Voided"}
        shapes.change(record, nothing, call.now)
        call.at.shelf("invoices").touch(record, call.now)
        return self._said(call, Invoice=record.fields)

    def _fresh(self, call: Call, kind: str, given: dict[str, Any]) -> Record:
        """Answer the record to be changed, if the change was made from its latest state."""
        record = self._need(call, kind, str(given.get("Id", "")))
        if str(given.get("SyncToken", "")) != record.fields["SyncToken"]:
            said = "Stale Object Error : You and another user were working on this same thing"
            raise shapes.Wrong("5010", "Stale Object Error", said)
        return record

    def _customer(self, call: Call, given: dict[str, Any]) -> Record:
        id = str((given.get("CustomerRef") or {}).get("value") or "")
        if not id:
            raise shapes.Wrong("2020", "Required param missing", "CustomerRef")
        customer = call.at.shelf("customers").records.get(id)
        if customer is None or not customer.fields["Active"]:
            said = f"Invalid Reference Id : Names element id {id} not found"
            raise shapes.Wrong("2500", "Invalid Reference Id", said)
        return customer

    def _unique(self, call: Call, name: str) -> None:
        for record in call.at.shelf("customers").records.values():
            if record.fields["DisplayName"].lower() == name.lower():
                said = "The name supplied already exists. : Another customer, vendor or employee "
                raise shapes.Wrong("6240", "Duplicate Name Exists Error", f"{said}has this name.")

    def _own(self, call: Call) -> None:
        if call.path("realm") != call.at.secrets["realm_id"]:
            raise Refusal(self.error(403))

    def _need(self, call: Call, kind: str, id: str) -> Record:
        record = call.at.shelf(kind + "s").records.get(id)
        if record is None:
            said = "Object Not Found : Something you're trying to use has been made inactive."
            raise Refusal(self._fault("610", "Object Not Found", said))
        return record

    def _said(self, call: Call, **body: Any) -> web.Response:
        return answer({**body, "time": shapes.moment(call.now)})

    def _fault(
        self, code: str, said: str, detail: str, *, status: int = 400, kind: str = "ValidationFault"
    ) -> web.Response:
        error = {"Message": said, "Detail": detail, "code": code, "element": ""}
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        return answer({"Fault": {"Error": [error], "type": kind}, "time": time}, status)
