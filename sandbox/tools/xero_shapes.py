"""Xero's contacts and invoices as its Accounting API shows them, and what it refuses."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.world import key_for

Fields = dict[str, Any]

PHONES = ("DDI", "DEFAULT", "FAX", "MOBILE")
ADDRESSES = ("STREET", "POBOX")
TEXTS = {"Name": 255, "FirstName": 255, "LastName": 255, "EmailAddress": 255, "ContactNumber": 50,
         "AccountNumber": 50, "CompanyNumber": 50, "TaxNumber": 50}  # fmt: skip
PHONE_PARTS = {"PhoneNumber": 50, "PhoneAreaCode": 10, "PhoneCountryCode": 20}
ADDRESS_PARTS = {"AddressLine1": 500, "AddressLine2": 500, "AddressLine3": 500,
                 "AddressLine4": 500, "City": 255, "Region": 255, "PostalCode": 50, "Country": 50,
                 "AttentionTo": 255}  # fmt: skip
OPEN = ("DRAFT", "SUBMITTED")
TAKEN = (
    "The contact name {} is already assigned to another contact. "
    "The contact name must be unique across all active contacts."
)
_EMAIL = re.compile(r"[!-?A-~]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_COUNTRY = re.compile(r"[A-Za-z ]*")


class Wrong(ValueError):
    """An element is refused, with Xero's sentence."""


def ms_date(at: float) -> str:
    """Answer a moment in the notation of Microsoft's JSON."""
    return f"/Date({int(at * 1000)}+0000)/"


def day(text: str) -> float:
    """Answer the midnight in UTC of a day given as YYYY-MM-DD or in Microsoft's notation."""
    found = re.fullmatch(r"/Date\((\d+)(?:[+-]\d{4})?\)/", text)
    if found:
        return int(found[1]) / 1000
    try:
        moment = datetime.fromisoformat(text[:10])
    except ValueError:
        raise Wrong(f"The date {text} is not valid.") from None
    return moment.replace(tzinfo=UTC).timestamp()


def connection(name: str, tenant: str) -> Fields:
    """Answer what a sign-in opens."""
    made = "2026-01-07T18:46:19.5165400"
    return {
        "id": str(uuid.UUID(key_for("xero-connection", name))),
        "tenantId": tenant,
        "tenantType": "ORGANISATION",
        "tenantName": f"{name} Ltd",
        "createdDateUtc": made,
        "updatedDateUtc": made,
    }


def organisation(name: str, tenant: str) -> Fields:
    """Answer an organisation."""
    return {
        "OrganisationID": tenant,
        "Name": f"{name} Ltd",
        "LegalName": f"{name} Ltd",
        "BaseCurrency": "EUR",
        "CountryCode": "DE",
        "IsDemoCompany": False,
        "OrganisationStatus": "ACTIVE",
        "OrganisationType": "COMPANY",
    }


def contact(id: str, at: float) -> Fields:
    """Answer a new contact without a name yet."""
    blank = {"City": "", "Region": "", "PostalCode": "", "Country": ""}
    parts = dict.fromkeys(PHONE_PARTS, "")
    return {
        "ContactID": id,
        "ContactStatus": "ACTIVE",
        "Name": "",
        "EmailAddress": "",
        "BankAccountDetails": "",
        "Addresses": [{"AddressType": kind, **blank} for kind in ADDRESSES],
        "Phones": [{"PhoneType": kind, **parts} for kind in PHONES],
        "UpdatedDateUTC": ms_date(at),
        "ContactGroups": [],
        "IsSupplier": False,
        "IsCustomer": False,
        "ContactPersons": [],
        "HasAttachments": False,
        "HasValidationErrors": False,
    }


def check_contact(given: Fields) -> None:
    """Refuse what Xero would refuse of a contact; what it does not know it ignores."""
    _short(given, TEXTS)
    email = given.get("EmailAddress")
    if email and not _EMAIL.fullmatch(email):
        raise Wrong("Email address must be valid.")
    for phone in given.get("Phones") or []:
        if phone.get("PhoneType") not in (*PHONES, "OFFICE"):
            raise Wrong(f"The Phone Type {phone.get('PhoneType')} is not valid.")
        _short(phone, PHONE_PARTS)
    for address in given.get("Addresses") or []:
        if address.get("AddressType") not in ADDRESSES:
            raise Wrong(f"The Address Type {address.get('AddressType')} is not valid.")
        _short(address, ADDRESS_PARTS)
        if not _COUNTRY.fullmatch(str(address.get("Country") or "")):
            raise Wrong("The Country may hold letters only.")


def _short(given: Fields, most: dict[str, int]) -> None:
    for name, length in most.items():
        value = given.get(name)
        if value is not None and not isinstance(value, str):
            raise Wrong(f"The {name} must be a text.")
        if value and len(value) > length:
            raise Wrong(f"The {name} field must not exceed {length} characters.")


def fill_contact(held: Fields, given: Fields, at: float) -> None:
    """Write what was given into a contact; phones and addresses go by their type."""
    for name in (*TEXTS, "ContactStatus", "DefaultCurrency"):
        if name in given:
            held[name] = given[name]
    for key, kind in (("Phones", "PhoneType"), ("Addresses", "AddressType")):
        known = PHONE_PARTS if key == "Phones" else ADDRESS_PARTS
        for one in given.get(key) or []:
            for place in held[key]:
                if place[kind] == one.get(kind):
                    place.update({name: one[name] for name in known if name in one})
    held["UpdatedDateUTC"] = ms_date(at)


def in_list(held: Fields) -> Fields:
    """Answer a contact as an invoice in a listing shows it: hardly more than its name."""
    empty: Fields = {key: [] for key in ("Addresses", "Phones", "ContactGroups", "ContactPersons")}
    named = {"ContactID": held["ContactID"], "Name": held["Name"]}
    return {**named, **empty, "HasValidationErrors": False}


def invoice(number: int, given: Fields, of: Fields, at: float) -> Fields:
    """Answer a new invoice; its total is that of its lines, without tax."""
    begun = day(str(given.get("Date") or datetime.fromtimestamp(at, UTC).date()))
    due = day(str(given["DueDate"])) if given.get("DueDate") else begun + 14 * 86400
    lines = [_line(line) for line in given.get("LineItems") or []]
    total = round(sum(line["LineAmount"] for line in lines), 2)
    return {
        "Type": given.get("Type"),
        "InvoiceID": str(uuid.uuid4()),
        "InvoiceNumber": str(given.get("InvoiceNumber") or f"INV-{number:04}"),
        "Reference": str(given.get("Reference") or ""),
        "Payments": [],
        "CreditNotes": [],
        "Prepayments": [],
        "Overpayments": [],
        "AmountDue": total,
        "AmountPaid": 0.0,
        "AmountCredited": 0.0,
        "SentToContact": False,
        "CurrencyRate": 1.0,
        "HasErrors": False,
        "IsDiscounted": False,
        "HasAttachments": False,
        "Contact": of,
        "DateString": f"{_day(begun)}T00:00:00",
        "Date": ms_date(begun),
        "DueDateString": f"{_day(due)}T00:00:00",
        "DueDate": ms_date(due),
        "Status": given.get("Status") or "DRAFT",
        "LineAmountTypes": given.get("LineAmountTypes") or "Exclusive",
        "LineItems": lines,
        "SubTotal": total,
        "TotalTax": 0.0,
        "Total": total,
        "UpdatedDateUTC": ms_date(at),
        "CurrencyCode": given.get("CurrencyCode") or "EUR",
    }


def _day(at: float) -> str:
    return (datetime.fromtimestamp(0, UTC) + timedelta(seconds=at)).date().isoformat()


def check_invoice(given: Fields) -> None:
    """Refuse what Xero would refuse of a new invoice."""
    if given.get("Type") not in ("ACCREC", "ACCPAY"):
        raise Wrong("A Type must be specified.")
    if given.get("Status", "DRAFT") not in (*OPEN, "AUTHORISED"):
        raise Wrong("Invoice not of valid status for creation.")
    lines = given.get("LineItems") or []
    if not lines and given.get("Status", "DRAFT") != "DRAFT":
        raise Wrong("One or more line items must be specified.")
    for line in lines:
        if not str(line.get("Description") or "").strip():
            raise Wrong("Description must be at least 1 char long.")


def _line(given: Fields) -> Fields:
    quantity, each = float(given.get("Quantity", 1)), float(given.get("UnitAmount", 0))
    amount = float(given.get("LineAmount", round(quantity * each, 2)))
    return {
        "LineItemID": str(uuid.uuid4()),
        "Description": given["Description"],
        "Quantity": quantity,
        "UnitAmount": each,
        "LineAmount": amount,
        "TaxAmount": 0.0,
        "AccountCode": str(given.get("AccountCode") or ""),
        "Tracking": [],
    }


def flat_contact(held: Fields) -> Fields:
    """Answer a contact as a mapping names it: phones whole, addresses by their type."""
    record: Fields = {name: held[name] for name in TEXTS if held.get(name)}
    for phone in held["Phones"]:
        country = str(phone.get("PhoneCountryCode") or "")
        parts = (country and f"+{country.lstrip('+')}", phone["PhoneAreaCode"],
                 phone["PhoneNumber"])  # fmt: skip
        if phone["PhoneNumber"]:
            record[f"Phones.{phone['PhoneType']}"] = " ".join(filter(None, parts))
    for address in held["Addresses"]:
        for name in ADDRESS_PARTS:
            if address.get(name):
                record[f"Addresses.{address['AddressType']}.{name}"] = address[name]
    return record


def given_contact(record: Fields) -> Fields:
    """Answer a contact to be written, from a record keyed as a mapping names it."""
    given: Fields = {name: record[name] for name in TEXTS if name in record}
    places: dict[str, Fields] = {}
    for key, value in record.items():
        kind, _dot, rest = key.partition(".")
        if kind == "Phones":
            given.setdefault("Phones", []).append({"PhoneType": rest, "PhoneNumber": value})
        elif kind == "Addresses":
            place, _dot, name = rest.partition(".")
            places.setdefault(place, {})[name] = value
    if places:
        given["Addresses"] = [{"AddressType": kind, **parts} for kind, parts in places.items()]
    return given


def flat_invoice(held: Fields) -> Fields:
    """Answer an invoice as a mapping names it."""
    lines = enumerate(held["LineItems"])
    contact = {f"Contact.{key}": value for key, value in flat_contact(held["Contact"]).items()}
    return {
        **contact,
        "Total": held["Total"],
        "Reference": held["Reference"],
        "DueDate": held["DueDateString"][:10],
        "Status": held["Status"],
        **{f"LineItems.{place}.Description": line["Description"] for place, line in lines},
    }
