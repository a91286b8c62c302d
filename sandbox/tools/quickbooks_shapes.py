"""QuickBooks' customers and invoices as its API shows them, and what it refuses."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sandbox.storage import Record

Fields = dict[str, Any]

CURRENCY = {"value": "EUR", "name": "Euro"}
ITEM: Fields = {"Id": "1", "Name": "Services", "Type": "Service", "Active": True, "SyncToken": "0"}
ADDRESS = {"Line1", "Line2", "Line3", "Line4", "Line5", "City", "Country", "PostalCode",
           "CountrySubDivisionCode", "Lat", "Long", "Id"}  # fmt: skip
CUSTOMER = {"Id", "SyncToken", "sparse", "domain", "DisplayName", "Title", "GivenName",
            "MiddleName", "Suffix", "FamilyName", "CompanyName", "PrimaryEmailAddr",
            "PrimaryPhone", "AlternatePhone", "Mobile", "Fax", "WebAddr", "BillAddr", "ShipAddr",
            "Notes", "Active", "PrintOnCheckName", "Taxable", "Job", "ParentRef", "ResaleNum",
            "PreferredDeliveryMethod", "CurrencyRef", "MetaData", "Balance"}  # fmt: skip
INVOICE = {"Id", "SyncToken", "sparse", "domain", "Line", "CustomerRef", "BillEmail",
           "BillEmailCc", "BillEmailBcc", "TxnDate", "DueDate", "DocNumber", "PrivateNote",
           "CustomerMemo", "EmailStatus", "PrintStatus", "BillAddr", "ShipAddr", "CurrencyRef",
           "GlobalTaxCalculation", "AllowOnlineACHPayment", "AllowOnlineCreditCardPayment",
           "Deposit", "TxnTaxDetail", "MetaData"}  # fmt: skip
# A text may be this long; what is not named here may be as long as it likes.
LONGEST = {"DisplayName": 500, "GivenName": 100, "FamilyName": 100, "MiddleName": 100,
           "CompanyName": 100, "Notes": 2000, "PrivateNote": 4000, "DocNumber": 21,
           "PrintOnCheckName": 110, "Title": 16, "Suffix": 16}  # fmt: skip
PHONE_LONGEST, EMAIL_LONGEST = 30, 100
PACIFIC = timezone(timedelta(hours=-8))
_EMAIL = re.compile(r"[^@\s,;<>()]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Wrong(ValueError):
    """A field is refused: Intuit's code, its short word and its sentence."""

    def __init__(self, code: str, message: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.message = message


def moment(at: float) -> str:
    """Answer a time as QuickBooks writes it: with the offset of the company's zone."""
    return datetime.fromtimestamp(at, PACIFIC).isoformat(timespec="seconds")


def check(given: Fields, known: set[str]) -> None:
    """Refuse what QuickBooks would refuse of a customer or an invoice."""
    for name, value in given.items():
        if name not in known:
            said = f"Property Name:{name} specified is unsupported or invalid"
            raise Wrong("2010", "Request has invalid or unsupported property", said)
        if name in LONGEST:
            _short(name, value, LONGEST[name])
    _check_parts(given)
    for name in ("TxnDate", "DueDate"):
        if given.get(name) and not _DAY.fullmatch(str(given[name])):
            raise Wrong("2100", "Invalid Date", f"Date {given[name]} is not a valid date")


def _check_parts(given: Fields) -> None:
    for name in ("PrimaryPhone", "AlternatePhone", "Mobile", "Fax"):
        _short(name, (given.get(name) or {}).get("FreeFormNumber"), PHONE_LONGEST)
    for name in ("PrimaryEmailAddr", "BillEmail", "BillEmailCc", "BillEmailBcc"):
        address = (given.get(name) or {}).get("Address")
        _short(name, address, EMAIL_LONGEST)
        if address and not all(_EMAIL.fullmatch(one.strip()) for one in address.split(",")):
            said = "Email Address does not conform to the standard format: " + str(address)
            raise Wrong("2210", "Invalid Email Address format", said)
    for name in ("BillAddr", "ShipAddr"):
        if odd := set(given.get(name) or {}) - ADDRESS:
            said = f"Property Name:{odd.pop()} specified is unsupported or invalid"
            raise Wrong("2010", "Request has invalid or unsupported property", said)


def _short(name: str, value: object, most: int) -> None:
    if value is not None and not isinstance(value, str):
        raise Wrong("2030", "Invalid String", f"{name} is not a text")
    if value and len(value) > most:
        said = f"String length specified does not match the supported length. Max:{most} {name}"
        raise Wrong("2050", "String length is either shorter or longer than supported", said)


def named(given: Fields) -> str:
    """Answer the display name of a new customer, made of its parts where none was given."""
    parts = (given.get(key) for key in ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix"))
    name = str(given.get("DisplayName") or " ".join(filter(None, parts))).strip()
    if not name:
        said = "At least one of: Title, GivenName, MiddleName, FamilyName, DisplayName"
        raise Wrong("2020", "Required param missing, need to supply the required value", said)
    if re.search(r"[:\t\n]", name):
        said = "The name may not contain a colon, a tab or a new line."
        raise Wrong("2040", "Invalid String", said)
    return name


def customer(id: str, given: Fields, at: float) -> Fields:
    """Answer a new customer."""
    name = named(given)
    return {
        "Taxable": True,
        "Job": False,
        "BillWithParent": False,
        "Balance": 0,
        "BalanceWithJobs": 0,
        "PreferredDeliveryMethod": "Print",
        "PrintOnCheckName": name,
        **_without_blanks(given),
        "DisplayName": name,
        "FullyQualifiedName": name,
        "Active": True,
        **_stamped(id, at),
    }


def invoice(id: str, given: Fields, of: Fields, at: float) -> Fields:
    """Answer a new invoice for a customer; its total is that of its lines."""
    today = datetime.fromtimestamp(at, UTC).date()
    lines, total = _lines(given.get("Line") or [])
    return {
        "DocNumber": id,
        "TxnDate": today.isoformat(),
        "DueDate": (today + timedelta(days=30)).isoformat(),
        "CurrencyRef": dict(CURRENCY),
        "EmailStatus": "NotSet",
        "PrintStatus": "NeedToPrint",
        "LinkedTxn": [],
        **_without_blanks(given),
        "CustomerRef": {"value": of["Id"], "name": of["DisplayName"]},
        "Line": lines,
        "TotalAmt": total,
        "Balance": total,
        **_stamped(id, at),
    }


def _lines(given: Any) -> tuple[list[Fields], float]:
    if not isinstance(given, list) or not given:
        raise Wrong("2020", "Required param missing, need to supply the required value", "Line")
    lines: list[Fields] = []
    for number, line in enumerate(given, 1):
        if line.get("DetailType") not in ("SalesItemLineDetail", "DescriptionOnly"):
            raise Wrong("2020", "Required param missing", "Line.DetailType")
        amount = line.get("Amount", 0)
        if isinstance(amount, bool) or not isinstance(amount, int | float):
            raise Wrong("2030", "Invalid Number", f"Line.Amount {amount} is not a number")
        lines.append({**line, "Id": str(number), "LineNum": number, "Amount": round(amount, 2)})
    total = round(sum(line["Amount"] for line in lines), 2)
    subtotal = {"Amount": total, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}
    return [*lines, subtotal], total


def _stamped(id: str, at: float) -> Fields:
    made = moment(at)
    meta = {"CreateTime": made, "LastUpdatedTime": made}
    return {"domain": "QBO", "sparse": False, "Id": id, "SyncToken": "0", "MetaData": meta}


def _without_blanks(given: Fields) -> Fields:
    return {key: value for key, value in given.items() if value not in (None, "", {})}


def change(record: Record, given: Fields, at: float) -> None:
    """Write a sparse update into a record; its token moves on."""
    held = record.fields
    for key, value in given.items():
        if isinstance(value, dict) and isinstance(held.get(key), dict):
            held[key] = {**held[key], **value}
        elif key not in ("Id", "SyncToken", "sparse", "MetaData"):
            held[key] = value
    held["SyncToken"] = str(int(held["SyncToken"]) + 1)
    held["MetaData"] = {**held["MetaData"], "LastUpdatedTime": moment(at)}
