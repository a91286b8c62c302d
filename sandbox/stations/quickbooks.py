"""A customer and an unsent invoice in QuickBooks Online."""

from typing import Any

from sandbox import nesting
from sandbox.errand import Errand, NotTaken
from sandbox.station import BARE, station

CUSTOMER = {
    "DisplayName": "full_name",
    "GivenName": "first_name",
    "FamilyName": "last_name",
    "CompanyName": "company",
    "PrimaryEmailAddr.Address": "email",
    "PrimaryPhone.FreeFormNumber": "phone",
    "WebAddr.URI": "website",
    "BillAddr.Line1": "street",
    "BillAddr.City": "city",
    "BillAddr.PostalCode": "postcode",
    "BillAddr.Country": "country",
    "Notes": "message",
}
INVOICE = {
    "CustomerRef.name": "full_name",
    "BillEmail.Address": "email",
    "TotalAmt": BARE,
    "DueDate": "date",
    "CustomerMemo.value": "message",
}
# QuickBooks itself copies it from the customer.
COPIED = ("CustomerRef.name",)


async def deliver_customer(errand: Errand) -> None:
    """Create a customer, or update the one that has this name."""
    customer = _filled(errand)
    status, said = await errand.call("POST", _path(errand, "customer"), **_sent(errand, customer))
    if status < 400:
        return
    known = await _known(errand, str(customer.get("DisplayName") or ""))
    if known is None or not _is_duplicate(said):
        raise NotTaken(f"{status}: {str(said)[:300]}")
    customer |= {"Id": known["Id"], "SyncToken": known["SyncToken"], "sparse": True}
    await errand.take("POST", _path(errand, "customer"), **_sent(errand, customer))


async def deliver_invoice(errand: Errand) -> None:
    """Write an invoice that nobody mails, for the customer who is found by name or made first."""
    invoice = _filled(errand)
    invoice.pop("CustomerRef", None)
    amount = float(invoice.pop("TotalAmt", 0))
    line = {"DetailType": "SalesItemLineDetail", "Amount": amount, "Description": "Order"}
    line["SalesItemLineDetail"] = {"ItemRef": {"value": "1"}}
    invoice |= {"Line": [line], "EmailStatus": "NotSet"}
    invoice["CustomerRef"] = {"value": errand.ids.get("customers") or await _customer(errand)}
    await errand.take("POST", _path(errand, "invoice"), **_sent(errand, invoice))


async def _customer(errand: Errand) -> str:
    name = str(errand.values.get("full_name") or "")
    known = await _known(errand, name)
    if known is not None:
        return str(known["Id"])
    made: dict[str, Any] = {"DisplayName": name}
    if email := errand.values.get("email"):
        made["PrimaryEmailAddr"] = {"Address": email}
    status, said = await errand.call("POST", _path(errand, "customer"), **_sent(errand, made))
    if _is_duplicate(said):
        # Another automation made the customer meanwhile.
        known = await _known(errand, name)
    elif status < 400:
        known = said["Customer"]
    if known is None:
        raise NotTaken(f"{status}: {str(said)[:300]}")
    return str(known["Id"])


async def _known(errand: Errand, name: str) -> dict[str, Any] | None:
    quoted = name.replace("\\", "\\\\").replace("'", "\\'")
    said = await errand.take(
        "GET",
        _path(errand, "query"),
        headers=errand.bearer(),
        params={"query": f"select * from Customer where DisplayName = '{quoted}'"},  # noqa: S608
    )
    found = said["QueryResponse"].get("Customer") or [None]
    return found[0] if isinstance(found[0], dict) else None


def _is_duplicate(said: dict[str, Any]) -> bool:
    return any(error.get("code") == "6240" for error in said.get("Fault", {}).get("Error", []))


def _filled(errand: Errand) -> dict[str, Any]:
    """Answer the record as QuickBooks takes it; what is empty is not sent."""
    return nesting.nested({key: held for key, held in errand.record.items() if held is not None})


def _path(errand: Errand, what: str) -> str:
    return f"/v3/company/{errand.secrets['realm_id']}/{what}"


def _sent(errand: Errand, body: dict[str, Any]) -> dict[str, Any]:
    return {"headers": errand.bearer(), "json": body}


STATIONS = (
    station("quickbooks_customer", "quickbooks", "customers", CUSTOMER, deliver_customer),
    station(
        "quickbooks_invoice",
        "quickbooks",
        "invoices",
        INVOICE,
        deliver_invoice,
        known_by={"customers": COPIED},
    ),
)
