"""Xero: contacts of unique names that are archived, draft invoices, a tenant in every request."""

import re
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar

from aiohttp import web

from sandbox.authority import Authority
from sandbox.call import Call, Refusal, answer
from sandbox.grants import Renewal
from sandbox.storage import Account, Record
from sandbox.tool import Tool
from sandbox.tools import xero_shapes as shapes
from sandbox.world import key_for

API = "/api.xro/2.0"
IDS = {"Contacts": "ContactID", "Invoices": "InvoiceID"}
USUAL, MOST = 100, 1000
KEY_LONGEST = 128
TITLES = {401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests"}
_WHERE = re.compile(r'\s*(\w+)\s*==\s*"([^"]*)"\s*(?:&&|AND|$)')

Fields = dict[str, Any]


class Xero(Tool):
    """One organisation a token; its id goes along as a header."""

    slug: ClassVar[str] = "xero"
    title: ClassVar[str] = "Xero"
    resources: ClassVar[tuple[str, ...]] = ("contacts", "invoices")
    authority: Authority

    def routes(self) -> None:
        self.authority = Authority(
            self,
            token="/connect/token",  # noqa: S106 - a path
            authorize="/identity/connect/authorize",
            renewal=Renewal.SINGLE_USE,
            seconds=1800,
            keeps=lambda asked: "offline_access" in asked.get("scope", "").split(),
        )
        for path in ("/connections", "/Connections"):
            self.add("GET", path, self.connections)
        self.add("GET", f"{API}/Organisation", self.organisation)
        kind = f"{API}/{{kind:Contacts|Invoices}}"
        self.add("GET", kind, self.listing)
        for method in ("PUT", "POST"):
            self.add(method, kind, self.write)
        self.add("GET", kind + "/{id}", self.read)
        self.add("POST", kind + "/{id}", self.write)

    def credentials(self, name: str) -> dict[str, str]:
        tenant = str(uuid.UUID(key_for("xero-tenant", name)))
        return {**self.authority.credentials(name), "tenant_id": tenant}

    def key_of(self, call: Call) -> str:
        return self.authority.key_of(call)

    def error(self, status: int, detail: str = "") -> web.Response:
        if status in (400, 500):
            body: Fields = {"ErrorNumber": 14, "Type": "PostDataInvalidException"}
            return answer({**body, "Message": detail or "An error occurred in Xero."}, status)
        title = TITLES.get(status, "An error occurred")
        said = detail or ("AuthenticationUnsuccessful" if status in (401, 403) else title)
        body = {"Type": None, "Title": title, "Status": status, "Detail": said}
        response = answer({**body, "Instance": str(uuid.uuid4()), "Extensions": {}}, status)
        if status == 429:
            response.headers["X-Rate-Limit-Problem"] = "minute"
        return response

    def dress(self, response: web.Response, call: Call) -> web.Response:
        if call.request.path.startswith(API):
            response.headers["X-MinLimit-Remaining"] = "59"
            response.headers["X-DayLimit-Remaining"] = "4999"
            response.headers["X-AppMinLimit-Remaining"] = "9999"
        return response

    def flat(self, resource: str, record: Record) -> Fields:
        shape = shapes.flat_contact if resource == "contacts" else shapes.flat_invoice
        return shape(record.fields)

    def connections(self, call: Call) -> web.Response:
        """List the organisations that this consent opens."""
        return answer([shapes.connection(call.at.name, call.at.secrets["tenant_id"])])

    def organisation(self, call: Call) -> web.Response:
        """Say whose organisation it is."""
        self._own(call)
        one = shapes.organisation(call.at.name, call.at.secrets["tenant_id"])
        return self._said(call, Organisations=[one])

    def listing(self, call: Call) -> web.Response:
        """List records: changed since, filtered, and page by page if a page was asked for."""
        self._own(call)
        kind, shelf = call.path("kind"), call.at.shelf(call.path("kind").lower())
        tests = list(self._tests(call, kind))
        found = [
            record.fields
            for record in shelf.latest_changed(_since(call))
            if not call.hides(record) and all(test(record.fields) for test in tests)
        ]
        name, _space, way = call.query("order", f"{IDS[kind]} ASC").partition(" ")
        found.sort(key=lambda held: str(held.get(name, "")), reverse=way.upper() == "DESC")
        if kind == "Invoices":
            found = [{**one, "Contact": shapes.in_list(one["Contact"])} for one in found]
        if not call.query("page"):
            return self._said(call, **{kind: found})
        size = max(1, call.number("pageSize", USUAL, MOST))
        page = max(1, call.number("page", 1, 1_000_000))
        told = {"page": page, "pageSize": size, "pageCount": -(-len(found) // size),
                "itemCount": len(found)}  # fmt: skip
        return self._said(call, pagination=told, **{kind: found[(page - 1) * size : page * size]})

    def read(self, call: Call) -> web.Response:
        """Show one record, archived and deleted ones too."""
        self._own(call)
        return self._said(call, **{call.path("kind"): [self._need(call).fields]})

    def write(self, call: Call) -> web.Response:
        """Create (PUT) or create and update (POST); a repeated key gets the first answer again."""
        self._own(call)
        key = call.request.headers.get("Idempotency-Key", "")
        asked = (call.request.method, call.request.path, call.body)
        if len(key) > KEY_LONGEST:
            raise Refusal(self.error(400, "The idempotency key is too long."))
        if key and key in call.at.answers:
            before, body = call.at.answers[key]
            if before != asked:
                raise Refusal(self.error(400, "The idempotency key was used for other content."))
            return answer(body)
        kind = call.path("kind")
        acts = {"Contacts": self._contact, "Invoices": self._invoice}
        given = call.json()
        elements = given.get(kind, [given])
        written = [self._checked(acts[kind], call, one) for one in elements]
        body = self._body(call, **{kind: [record.fields for record in written]})
        if key:
            call.at.answers[key] = (asked, body)
        return answer(body)

    def plant(self, account: Account, resource: str, fields: Fields, at: float) -> Record:
        if resource == "contacts":
            return self._put_contact(account, shapes.given_contact(fields), at)
        of = {key[8:]: value for key, value in fields.items() if key.startswith("Contact.")}
        contact = self._put_contact(account, shapes.given_contact(of), at)
        line = {"Description": str(fields.get("LineItems.0.Description") or "Order"),
                "UnitAmount": fields.get("Total") or 0}  # fmt: skip
        given = {**fields, "Type": "ACCREC", "LineItems": [line]}
        return self._put_invoice(account, given, contact, at)

    def _put_contact(self, account: Account, given: Fields, at: float) -> Record:
        held = shapes.contact(str(uuid.uuid4()), at)
        shapes.fill_contact(held, given, at)
        email = str(held["EmailAddress"] or "")
        return account.shelf("contacts").put(Record(held["ContactID"], held, at, at, email))

    def _put_invoice(self, account: Account, given: Fields, of: Record, at: float) -> Record:
        shelf = account.shelf("invoices")
        held = shapes.invoice(len(shelf.records) + 1, given, of.fields, at)
        return shelf.put(Record(held["InvoiceID"], held, at, at, of.email))

    def _checked(self, act: Callable[[Call, Fields], Record], call: Call, given: Fields) -> Record:
        try:
            return act(call, given)
        except shapes.Wrong as wrong:
            element = {**given, "ValidationErrors": [{"Message": str(wrong)}]}
            body = {"ErrorNumber": 10, "Type": "ValidationException",
                    "Message": "A validation exception occurred",
                    "Elements": [element]}  # fmt: skip
            raise Refusal(answer(body, 400)) from None

    def _contact(self, call: Call, given: Fields) -> Record:
        shapes.check_contact(given)
        shelf, name = call.at.shelf("contacts"), str(given.get("Name") or "")
        same = self._named(call.at, name)
        id = call.request.match_info.get("id") or given.get("ContactID")
        if id:
            record = self._need(call, "Contacts", str(id))
            if same is not None and same is not record:
                raise shapes.Wrong(shapes.TAKEN.format(name))
            if record.archived and given.get("ContactStatus") != "ACTIVE":
                raise shapes.Wrong("The contact is archived and cannot be changed.")
        elif same is not None and call.request.method == "POST":
            record = same
        elif same is not None:
            raise shapes.Wrong(shapes.TAKEN.format(name))
        elif not name:
            raise shapes.Wrong("The contact name must be specified.")
        else:
            record = self._put_contact(call.at, given, call.now)
        shapes.fill_contact(record.fields, given, call.now)
        record.archived = record.fields["ContactStatus"] == "ARCHIVED"
        shelf.touch(record, call.now, str(record.fields["EmailAddress"] or ""))
        if not record.archived:
            self.tell(call.at, "contacts", record)
        return record

    def _invoice(self, call: Call, given: Fields) -> Record:
        id = call.request.match_info.get("id") or given.get("InvoiceID")
        if id:
            return self._moved(call, self._need(call, "Invoices", str(id)), given)
        shapes.check_invoice(given)
        of = given.get("Contact") or {}
        if of.get("ContactID"):
            contact = self._need(call, "Contacts", str(of["ContactID"]))
        else:
            contact = self._named(call.at, str(of.get("Name") or "")) or self._contact(call, of)
        contact.fields["IsCustomer"] = True
        record = self._put_invoice(call.at, given, contact, call.now)
        self.tell(call.at, "invoices", record, contacts=contact.id)
        return record

    def _moved(self, call: Call, record: Record, given: Fields) -> Record:
        """Change an invoice's status, as far as the one it has allows it."""
        held, wanted = record.fields, str(given.get("Status") or record.fields["Status"])
        ways = {"DRAFT": ("SUBMITTED", "AUTHORISED", "DELETED"), "AUTHORISED": ("VOIDED",),
                "SUBMITTED": ("DRAFT", "AUTHORISED", "DELETED")}  # fmt: skip
        if wanted not in (held["Status"], *ways.get(held["Status"], ())) or (
            held["Status"] in ("DELETED", "VOIDED", "PAID")
        ):
            raise shapes.Wrong("Invoice not of valid status for modification")
        held["Status"], held["UpdatedDateUTC"] = wanted, shapes.ms_date(call.now)
        if "Reference" in given:
            held["Reference"] = given["Reference"]
        call.at.shelf("invoices").touch(record, call.now)
        return record

    def _named(self, account: Account, name: str) -> Record | None:
        records = account.shelf("contacts").records.values()
        return next(
            (
                record
                for record in records
                if name and not record.archived and record.fields["Name"].lower() == name.lower()
            ),
            None,
        )

    def _tests(self, call: Call, kind: str) -> Iterable[Callable[[Fields], bool]]:
        if kind == "Contacts" and call.query("includeArchived") != "true":
            yield lambda held: held["ContactStatus"] == "ACTIVE"
        for name, key in (
            ("IDs", IDS[kind]),
            ("Statuses", "Status"),
            ("ContactIDs", "Contact.ContactID"),
        ):
            if wanted := call.query(name):
                yield _is_one_of(key, wanted.split(","))
        if term := call.query("searchTerm").lower():
            yield lambda held: term in repr(held).lower()
        where = call.query("where")
        if where and not re.fullmatch(f"(?:{_WHERE.pattern})+", where):
            raise Refusal(self.error(400, "The where clause could not be read."))
        for name, value in _WHERE.findall(where):
            yield _is_one_of(name, [value])

    def _own(self, call: Call) -> None:
        if call.request.headers.get("xero-tenant-id") != call.at.secrets["tenant_id"]:
            raise Refusal(self.error(403))

    def _need(self, call: Call, kind: str = "", id: str = "") -> Record:
        kind, id = kind or call.path("kind"), id or call.path("id")
        record = call.at.shelf(kind.lower()).records.get(id)
        if record is None:
            raise Refusal(self.error(404, "The resource you're looking for cannot be found"))
        return record

    def _said(self, call: Call, **body: Any) -> web.Response:
        return answer(self._body(call, **body))

    def _body(self, call: Call, **body: Any) -> Fields:
        head = {"Id": str(uuid.uuid4()), "Status": "OK", "ProviderName": "Handoff"}
        return {**head, "DateTimeUTC": shapes.ms_date(call.now), **body}


def _since(call: Call) -> float:
    """Answer what If-Modified-Since names; a time without a zone is in UTC."""
    text = call.request.headers.get("If-Modified-Since", "")
    if not text:
        return 0.0
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _is_one_of(key: str, wanted: list[str]) -> Callable[[Fields], bool]:
    def test(held: Fields) -> bool:
        outer, _dot, inner = key.partition(".")
        value = held.get(outer, "")
        return str(value.get(inner, "") if inner else value) in wanted

    return test
