"""A contact and a draft invoice in Xero."""

from typing import Any

from sandbox.errand import Errand
from sandbox.station import BARE, station
from sandbox.tools.xero_shapes import given_contact

# No country: one spelled with more than A to Z would be refused, and the whole contact with it.
CONTACT = {
    "Name": "full_name",
    "FirstName": "first_name",
    "LastName": "last_name",
    "EmailAddress": "email",
    "Phones.DEFAULT": "phone",
    "Addresses.STREET.AddressLine1": "street",
    "Addresses.STREET.City": "city",
    "Addresses.STREET.PostalCode": "postcode",
    "Addresses.STREET.AttentionTo": "company",
}
INVOICE = {
    "Contact.Name": "full_name",
    "Contact.EmailAddress": "email",
    "Total": BARE,
    "DueDate": "date",
    "Reference": "topic",
    "LineItems.0.Description": "message",
}
# Xero itself shows these two of the contact.
COPIED = ("Contact.Name", "Contact.EmailAddress")


async def deliver_contact(errand: Errand) -> None:
    """Create a contact, or update the one that has this name."""
    contacts = {"Contacts": [given_contact(_filled(errand))]}
    await errand.take("POST", "/api.xro/2.0/Contacts", headers=_headers(errand), json=contacts)


async def deliver_invoice(errand: Errand) -> None:
    """Draft an invoice for the contact, who is known by id or named."""
    record = _filled(errand)
    if "contacts" in errand.ids:
        contact: dict[str, Any] = {"ContactID": errand.ids["contacts"]}
    else:
        named = {"Name": record.get("Contact.Name") or errand.values.get("full_name") or ""}
        email = record.get("Contact.EmailAddress") or errand.values.get("email")
        contact = {**named, **({"EmailAddress": email} if email else {})}
    line = {"Description": record.get("LineItems.0.Description") or "Order", "Quantity": 1,
            "UnitAmount": float(record.get("Total") or 0), "AccountCode": "200"}  # fmt: skip
    kept = {key: record[key] for key in ("DueDate", "Reference") if key in record}
    invoice = {"Type": "ACCREC", "Status": "DRAFT", "Contact": contact, "LineItems": [line]}
    await errand.take(
        "POST",
        "/api.xro/2.0/Invoices",
        headers=_headers(errand),
        json={"Invoices": [{**invoice, **kept}]},
    )


def _filled(errand: Errand) -> dict[str, Any]:
    return {key: held for key, held in errand.record.items() if held not in (None, "")}


def _headers(errand: Errand) -> dict[str, str]:
    return {**errand.bearer(), "xero-tenant-id": errand.secrets["tenant_id"]}


STATIONS = (
    station("xero_contact", "xero", "contacts", CONTACT, deliver_contact),
    station(
        "xero_invoice",
        "xero",
        "invoices",
        INVOICE,
        deliver_invoice,
        known_by={"contacts": COPIED},
    ),
)
