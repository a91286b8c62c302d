"""A customer and a draft invoice in Stripe."""

from sandbox.errand import Errand
from sandbox.mapping import Values
from sandbox.station import CENTS, same, station
from sandbox.tools.website import FORM_FIELDS

_IN_CUSTOMER = ("full_name", "email", "phone", "street", "postcode", "city", "message")
CUSTOMER = {
    "name": "full_name",
    "email": "email",
    "phone": "phone",
    "description": "message",
    "address.line1": "street",
    "address.postal_code": "postcode",
    "address.city": "city",
    **same(*FORM_FIELDS, prefix="metadata.", left_out=_IN_CUSTOMER),
}
_IN_INVOICE = ("email", "full_name", "amount", "message")
INVOICE = {
    # Stripe itself copies these two from the customer.
    "customer_email": "email",
    "customer_name": "full_name",
    "amount_due": CENTS,
    "description": "message",
    **same(*FORM_FIELDS, prefix="metadata.", left_out=_IN_INVOICE),
}
# Who the customer is known by: nothing that happens to these on the way is seen in the invoice.
COPIED = ("customer_email", "customer_name")


async def deliver_customer(errand: Errand) -> None:
    """Create a customer."""
    data = _form(errand.record)
    await errand.take("POST", "/v1/customers", headers=errand.bearer(), data=data)


async def deliver_invoice(errand: Errand) -> None:
    """Draft an invoice for the customer, who is found by email or made first."""
    headers = errand.bearer()
    customer = errand.ids.get("customers") or await _customer(errand)
    record = {key: held for key, held in errand.record.items() if not key.startswith("customer_")}
    amount = record.pop("amount_due", None)
    data = {"customer": customer, "auto_advance": "false", "currency": "eur"}
    data |= {"collection_method": "send_invoice", "days_until_due": "30", **_form(record)}
    invoice = await errand.take("POST", "/v1/invoices", headers=headers, data=data)
    item = {"customer": customer, "invoice": str(invoice["id"]), "currency": "eur"}
    item |= {"amount": str(amount if amount is not None else 0), "description": "Order"}
    await errand.take("POST", "/v1/invoiceitems", headers=headers, data=item)


async def _customer(errand: Errand) -> str:
    headers, email = errand.bearer(), str(errand.values.get("email") or "")
    params = {"email": email, "limit": "1"}
    found = await errand.take("GET", "/v1/customers", headers=headers, params=params)
    if found["data"]:
        return str(found["data"][0]["id"])
    name = str(errand.values.get("full_name") or "")
    data = {"email": email, "name": name}
    made = await errand.take("POST", "/v1/customers", headers=headers, data=data)
    return str(made["id"])


def _form(record: Values) -> dict[str, str]:
    """Answer a record as Stripe's form fields: `address.city` is `address[city]`."""
    data = {}
    for key, value in record.items():
        outer, dot, inner = key.partition(".")
        data[f"{outer}[{inner}]" if dot else outer] = "" if value is None else str(value)
    return data


STATIONS = (
    station("stripe_customer", "stripe", "customers", CUSTOMER, deliver_customer),
    station(
        "stripe_invoice",
        "stripe",
        "invoices",
        INVOICE,
        deliver_invoice,
        known_by={"customers": COPIED},
    ),
)
