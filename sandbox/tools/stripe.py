"""Stripe: form-encoded; customers that repeat freely and invoices that stay drafts."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from aiohttp import BasicAuth, web

from sandbox.call import Call, Refusal, answer
from sandbox.storage import Account, Record, Shelf, next_id
from sandbox.tool import Tool
from sandbox.tools import stripe_form as form
from sandbox.tools import stripe_shapes as shapes
from sandbox.world import key_for

NAMES = {"customers": "customer", "invoices": "invoice", "invoiceitems": "invoiceitem"}
PREFIXES = {"customers": "cus", "invoices": "in", "invoiceitems": "ii"}
MESSAGES = {
    400: "Invalid request.",
    401: "Invalid API Key provided: sk_test_************************",
    403: "The provided key does not have the required permissions for this endpoint.",
    404: "Unrecognized request URL.",
    429: "Request rate limit exceeded.",
    500: "Sorry! There was an error while talking to one of our backends.",
}


class Stripe(Tool):
    """One account in test mode a key."""

    slug: ClassVar[str] = "stripe"
    title: ClassVar[str] = "Stripe"
    resources: ClassVar[tuple[str, ...]] = ("customers", "invoices", "invoiceitems")

    def routes(self) -> None:
        self.add("GET", "/v1/balance", self.balance)
        self.add("GET", "/v1/account", self.about)
        self.add("GET", "/v1/customers/search", self.search)
        kind = "{kind:customers|invoices|invoiceitems}"
        self.add("POST", f"/v1/{kind}", self.create)
        self.add("GET", f"/v1/{kind}", self.listing)
        self.add("GET", f"/v1/{kind}/{{id}}", self.read)
        self.add("POST", f"/v1/{kind}/{{id}}", self.change)
        self.add("DELETE", f"/v1/{kind}/{{id}}", self.remove)

    def credentials(self, name: str) -> dict[str, str]:
        return {"api_key": f"sk_test_{key_for(self.slug, name)}"}

    def key_of(self, call: Call) -> str:
        header = call.request.headers.get("Authorization", "")
        if header.startswith("Basic "):
            try:
                return str(BasicAuth.decode(header).login)
            except ValueError:
                return ""
        return header.removeprefix("Bearer ")

    def error(self, status: int, detail: str = "") -> web.Response:
        kinds = {429: "rate_limit_error", 500: "api_error", 503: "api_error", 504: "api_error"}
        said = detail or MESSAGES.get(status, "Something went wrong.")
        error = {"message": said, "type": kinds.get(status, "invalid_request_error")}
        if status == 429:
            error["code"] = "rate_limit"
        response = answer({"error": error}, status)
        response.headers["Stripe-Should-Retry"] = "true" if status >= 429 else "false"
        return response

    def dress(self, response: web.Response, call: Call) -> web.Response:
        response.headers["Request-Id"] = f"req_{next_id()}"
        response.headers["Stripe-Version"] = call.request.headers.get(
            "Stripe-Version", "2024-06-20"
        )
        return response

    def flat(self, resource: str, record: Record) -> dict[str, Any]:
        del resource
        return shapes.flat(record.fields)

    def balance(self, call: Call) -> web.Response:
        """Show an empty till."""
        del call
        none = [{"amount": 0, "currency": "eur", "source_types": {"card": 0}}]
        body = {"object": "balance", "available": none, "livemode": False, "pending": none}
        return answer(body)

    def about(self, call: Call) -> web.Response:
        """Say whose account the key opens."""
        name = call.at.name
        return answer(shapes.account(f"acct_{key_for('stripe-id', name, 16)}", name))

    def create(self, call: Call) -> web.Response:
        """Create a record; a repeated Idempotency-Key gets the first answer again."""
        key = call.request.headers.get("Idempotency-Key", "")
        asked = (call.request.path, call.body)
        if key and key in call.at.answers:
            before, body = call.at.answers[key]
            if before != asked:
                said = "Keys for idempotent requests can only be used with the same parameters"
                error = {
                    "message": f"{said} they were first used with.",
                    "type": "idempotency_error",
                }
                return answer({"error": error}, 400)
            return answer(body, 200, **{"Idempotent-Replayed": "true"})
        record = self._refusing(lambda: self._made(call, call.path("kind")))
        if key:
            call.at.answers[key] = (asked, record.fields)
        return answer(record.fields)

    def listing(self, call: Call) -> web.Response:
        """List records, the newest first, without index."""
        kind = call.path("kind")
        limit = max(1, call.number("limit", 10, 100))
        last = call.query("starting_after")
        shelf = call.at.shelf(kind)
        if last and last not in shelf.records:
            raise Refusal(self._missing(kind, last, "starting_after"))
        found, begun = [], not last
        for record in self._matching(call, shelf):
            if begun:
                found.append(record)
            begun = begun or record.id == last
            if len(found) > limit:
                break
        shown = [record.fields for record in found[:limit]]
        more = len(found) > limit
        url = f"/v1/{kind}"
        return answer({"object": "list", "data": shown, "has_more": more, "url": url})

    def search(self, call: Call) -> web.Response:
        """Search customers through the index: email:'…', name~'…', metadata['…']:'…'."""
        wanted = shapes.question(call.query("query"))
        found = [
            record.fields
            for record in call.at.shelf("customers").newest()
            if not record.archived and not call.hides(record) and wanted(record.fields)
        ]
        body = {"object": "search_result", "data": found[:100], "has_more": False}
        return answer({**body, "next_page": None, "url": "/v1/customers/search"})

    def read(self, call: Call) -> web.Response:
        """Show a record; a deleted customer says that it was."""
        record = self._need(call)
        if record.archived:
            return answer(_gone("customers", record.id))
        return answer(record.fields)

    def change(self, call: Call) -> web.Response:
        """Change a record."""
        record, kind = self._living(call), call.path("kind")

        def changed() -> Record:
            given = form.nested(call.form())
            form.check(given, {"customers": form.CUSTOMER, "invoices": form.INVOICE}[kind])
            shapes.fill(record.fields, given)
            call.at.shelf(kind).touch(record, call.now, str(record.fields.get("email") or ""))
            return record

        if kind == "invoiceitems":
            raise Refusal(self.error(404))
        return answer(self._refusing(changed).fields)

    def remove(self, call: Call) -> web.Response:
        """Delete a customer for good, or an invoice that is still a draft."""
        record, kind = self._living(call), call.path("kind")
        if kind == "customers":
            # GET by id goes on answering, with deleted: true; no listing shows it any more.
            record.archived = True
        elif kind == "invoices" and record.fields["status"] != "draft":
            raise Refusal(self.error(400, "You can only delete draft invoices."))
        else:
            call.at.shelf(kind).drop(record.id)
            self._drop_items(call.at, record.id)
        return answer(_gone(kind, record.id))

    def _drop_items(self, account: Account, invoice: str) -> None:
        items = account.shelf("invoiceitems")
        for item in [one for one in items.records.values() if one.fields["invoice"] == invoice]:
            items.drop(item.id)

    def plant(self, account: Account, resource: str, fields: dict[str, Any], at: float) -> Record:
        id = f"{PREFIXES[resource]}_{next_id():x}"
        held = shapes.BLANK[resource](id, int(at))
        shapes.fill(held, shapes.unflat(fields))
        if "amount_due" in fields:
            # Only an invoice that is there whole has an amount from the start.
            item = {**shapes.BLANK["invoiceitems"](f"ii_{id}", int(at)), "invoice": id}
            held["lines"]["data"].append(shapes.line({**item, "amount": fields["amount_due"]}))
        email = str(held.get("email") or held.get("customer_email") or "")
        return account.shelf(resource).put(Record(id, held, at, at, email))

    def _made(self, call: Call, kind: str) -> Record:
        given = form.nested(call.form())
        if kind == "customers":
            form.check(given, form.CUSTOMER)
            record = self.plant(call.at, kind, given, call.now)
            self.tell(call.at, kind, record)
            return record
        form.check(given, form.INVOICE if kind == "invoices" else form.ITEM)
        customer = self._customer(call.at, given)
        if kind == "invoices":
            return self._invoice(call, given, customer)
        return self._item(call, given, customer)

    def _customer(self, account: Account, given: dict[str, Any]) -> Record:
        id = str(given.get("customer") or "")
        if not id:
            raise form.Wrong("Missing required param: customer.", "customer", "parameter_missing")
        customer = account.shelf("customers").records.get(id)
        if customer is None or customer.archived:
            raise form.Wrong(f"No such customer: '{id}'", "customer", "resource_missing")
        return customer

    def _invoice(self, call: Call, given: dict[str, Any], customer: Record) -> Record:
        copied = {f"customer_{key}": customer.fields[key] for key in ("name", "email", "phone")}
        pending = given.pop("pending_invoice_items_behavior", "exclude") == "include"
        given.pop("days_until_due", None)
        record = self.plant(call.at, "invoices", {**given, **copied}, call.now)
        if pending:
            for item in call.at.shelf("invoiceitems").records.values():
                if item.fields["customer"] == customer.id and not item.fields["invoice"]:
                    self._add_line(call.at, record, item)
        return record

    def _item(self, call: Call, given: dict[str, Any], customer: Record) -> Record:
        amount = form.whole(str(given.get("amount") or "0"), "amount")
        invoice = call.at.shelf("invoices").records.get(str(given.get("invoice") or ""))
        if given.get("invoice") and invoice is None:
            said = f"No such invoice: '{given['invoice']}'"
            raise form.Wrong(said, "invoice", "resource_missing")
        fields = {**given, "amount": amount, "customer": customer.id}
        item = self.plant(call.at, "invoiceitems", fields, call.now)
        if invoice is not None:
            self._add_line(call.at, invoice, item)
        return item

    def _add_line(self, account: Account, invoice: Record, item: Record) -> None:
        item.fields["invoice"] = invoice.id
        lines = invoice.fields["lines"]["data"]
        lines.append(shapes.line(item.fields))
        total = sum(line["amount"] for line in lines)
        for key in ("amount_due", "amount_remaining", "subtotal", "total"):
            invoice.fields[key] = total
        if len(lines) == 1:
            # Only now is the invoice what its maker wanted; automations see it from here on.
            self.tell(account, "invoices", invoice, customers=str(invoice.fields["customer"]))

    def _matching(self, call: Call, shelf: Shelf) -> Iterator[Record]:
        query = call.request.query
        since = max(
            float(query.get("created[gte]") or query.get("created") or 0),
            float(query.get("created[gt]") or 0),
        )
        before = float(query.get("created[lte]") or query.get("created[lt]") or "inf")
        email, customer = query.get("email"), query.get("customer")
        status = query.get("status")
        # The filter is exact, letter case included; the index only narrows it down.
        records = reversed(shelf.of_email(email)) if email else shelf.newest(since)
        for record in records:
            if record.archived or call.hides(record) or not since <= record.created <= before:
                continue
            if email is not None and record.fields.get("email") != email:
                continue
            if customer is not None and record.fields.get("customer") != customer:
                continue
            if status is None or record.fields.get("status") == status:
                yield record

    def _refusing(self, act: Callable[[], Record]) -> Record:
        try:
            return act()
        except form.Wrong as wrong:
            error = {"message": str(wrong), "param": wrong.param, "code": wrong.code}
            error["type"] = "invalid_request_error"
            raise Refusal(answer({"error": error}, 400)) from None

    def _missing(self, kind: str, id: str, param: str) -> web.Response:
        error = {"code": "resource_missing", "message": f"No such {NAMES[kind]}: '{id}'"}
        return answer({"error": {**error, "param": param, "type": "invalid_request_error"}}, 404)

    def _need(self, call: Call) -> Record:
        record = call.at.shelf(call.path("kind")).records.get(call.path("id"))
        if record is None:
            raise Refusal(self._missing(call.path("kind"), call.path("id"), "id"))
        return record

    def _living(self, call: Call) -> Record:
        record = self._need(call)
        if record.archived:
            raise Refusal(self._missing(call.path("kind"), record.id, "id"))
        return record


def _gone(kind: str, id: str) -> dict[str, Any]:
    return {"id": id, "object": NAMES[kind], "deleted": True}
