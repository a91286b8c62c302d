"""Mailchimp's merge fields: their types, what each accepts, and what it makes of it."""

import re
from datetime import date
from typing import Any

DETAIL = (
    "The resource submitted could not be validated. For field-specific details, "
    "see the 'errors' array."
)
TYPES = {
    "FNAME": ("First Name", "text"),
    "LNAME": ("Last Name", "text"),
    "FULLNAME": ("Full Name", "text"),
    "PHONE": ("Phone Number", "phone"),
    "COMPANY": ("Company", "text"),
    "STREET": ("Street", "text"),
    "POSTCODE": ("Postcode", "text"),
    "CITY": ("City", "text"),
    "COUNTRY": ("Country", "text"),
    "DATE": ("Date", "date"),
    "DATETIME": ("Date and time", "text"),
    "AMOUNT": ("Amount", "text"),
    "QUANTITY": ("Quantity", "number"),
    "WEBSITE": ("Website", "url"),
    "TOPIC": ("Topic", "text"),
    "CONSENT": ("Consent", "text"),
    "MESSAGE": ("Message", "text"),
}
LIMIT = 255
_ADDRESS = re.compile(r"^[^@\s,;<>()\[\]\"]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+$")
_FAKE = ("example.com", "example.org", "example.net", "test.com")


def address_problem(email: object) -> str:
    """Answer what Mailchimp says to this address, empty if it takes it."""
    if not isinstance(email, str) or not _ADDRESS.match(email.strip()):
        return "Please provide a valid email address."
    if email.rpartition("@")[2].lower() in _FAKE:
        return f"{email} looks fake or invalid, please enter a real email address."
    return ""


def describe() -> list[dict[str, Any]]:
    """Answer the merge fields as the API lists them."""
    return [
        {
            "merge_id": number,
            "tag": tag,
            "name": name,
            "type": kind,
            "required": False,
            "default_value": "",
            "public": False,
            "display_order": number,
            "options": {"size": 25} if kind == "text" else {},
        }
        for number, (tag, (name, kind)) in enumerate(TYPES.items(), 1)
    ]


def blank() -> dict[str, Any]:
    """Answer a member's merge fields before anything was written: all there, all empty."""
    return dict.fromkeys(TYPES, "")


def checked(values: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Answer what is stored and what is refused; unknown tags are passed over in silence."""
    stored: dict[str, Any] = {}
    errors = []
    for tag, value in values.items():
        if tag not in TYPES:
            continue
        try:
            stored[tag] = _stored(TYPES[tag][1], value)
        except ValueError as problem:
            errors.append({"field": tag, "message": str(problem)})
    return stored, errors


def only(member: dict[str, Any], wanted: str, prefix: str) -> dict[str, Any]:
    """Answer the parts of a member that the `fields` parameter asks for."""
    if not wanted:
        return member
    names = {name.removeprefix(prefix).partition(".")[0] for name in wanted.split(",")}
    return {name: value for name, value in member.items() if name in names}


def _stored(kind: str, value: object) -> object:
    if value is None or value == "":
        return ""
    text = str(value)
    if kind == "date":
        return _day(text)
    if kind == "number":
        if not re.fullmatch(r"-?\d+(\.\d+)?", text.strip()):
            raise ValueError("This value should be of type number.")
        return float(text) if "." in text else int(text)
    if kind == "url" and not re.match(r"^https?://\S+$", text.strip()):
        raise ValueError("Please enter a valid URL.")
    if len(text) > LIMIT:
        raise ValueError(f"Please limit the length to {LIMIT} characters.")
    return text


def _day(text: str) -> str:
    iso = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text.strip())
    slashed = re.fullmatch(r"(\d\d?)/(\d\d?)/(\d{4})", text.strip())
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3])).isoformat()
        if slashed:
            return date(int(slashed[3]), int(slashed[1]), int(slashed[2])).isoformat()
    except ValueError:
        pass
    raise ValueError("Please enter the date as MM/DD/YYYY or YYYY-MM-DD.")
