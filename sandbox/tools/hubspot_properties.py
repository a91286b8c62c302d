"""HubSpot's properties: which a contact and a deal have, and which values each takes."""

import re
from datetime import UTC, date, datetime
from typing import Any

STRINGS = "string"
_CUSTOM = ("full_name", "topic", "street", "postcode")
CONTACT = {
    **dict.fromkeys(("email", "firstname", "lastname", "phone", "mobilephone", "company"), STRINGS),
    **dict.fromkeys(("address", "zip", "city", "state", "country", "website", "message"), STRINGS),
    **dict.fromkeys(("jobtitle", "hs_additional_emails", *_CUSTOM), STRINGS),
    "lifecyclestage": "enumeration",
    "event_date": "date",
    "event_time": "datetime",
    "amount": "number",
    "quantity": "number",
    "consent": "bool",
}
DEAL = {
    **dict.fromkeys(("dealname", "description", "dealstage", "pipeline"), STRINGS),
    "amount": "number",
    "closedate": "datetime",
}
# The business carries the lead on its deals in properties of its own.
CARRIED = ("email", "first_name", "last_name", "phone", "company", "street", "postcode", "city",
           "country", "datetime", "quantity", "website", "topic", "consent")  # fmt: skip
OF_LEADS = {f"lead_{name}": STRINGS for name in CARRIED}
READ_ONLY = {
    "createdate": "datetime",
    "hs_object_id": "number",
    "lastmodifieddate": "datetime",
    "hs_lastmodifieddate": "datetime",
}
STAGES = ("subscriber", "lead", "marketingqualifiedlead", "opportunity", "customer")
_EMAIL = re.compile(r"^[^@\s,;<>()]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+$")


def type_of(kind: str, name: str) -> str:
    """Answer a property's type, empty where HubSpot knows none of this name."""
    if name in READ_ONLY:
        return READ_ONLY[name]
    if kind == "contacts":
        return CONTACT.get(name, "")
    if name.startswith("lead_"):
        return STRINGS
    return DEAL.get(name, "")


def describe(kind: str) -> list[dict[str, Any]]:
    """Answer the properties as the API lists them."""
    own = CONTACT if kind == "contacts" else {**DEAL, **OF_LEADS}
    return [
        {
            "name": name,
            "label": name.replace("_", " ").capitalize(),
            "type": held,
            "fieldType": {"number": "number", "date": "date", "datetime": "date"}.get(held, "text"),
            "groupName": f"{kind[:-1]}information",
            "options": [{"label": stage, "value": stage} for stage in STAGES]
            if held == "enumeration"
            else [],
            "hasUniqueValue": name in ("email", "hs_object_id"),
            "modificationMetadata": {"readOnlyValue": name in READ_ONLY},
        }
        for name, held in {**own, **READ_ONLY}.items()
    ]


def checked(kind: str, given: dict[str, Any]) -> tuple[dict[str, str | None], list[dict[str, Any]]]:
    """Answer what is stored and what is wrong; one wrong property refuses the whole record."""
    stored: dict[str, str | None] = {}
    problems = []
    for name, value in given.items():
        held = type_of(kind, name)
        text = "" if value is None else _text(value)
        try:
            if not held:
                raise ValueError(f'Property "{name}" does not exist', "PROPERTY_DOESNT_EXIST")  # noqa: TRY301 - one place turns problems into data
            stored[name] = _stored(name, held, text) or None
        except ValueError as problem:
            message, code = problem.args
            error = {"isValid": False, "message": message, "error": code, "name": name}
            problems.append(error | {"localizedErrorMessage": message})
    return stored, problems


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _stored(name: str, held: str, text: str) -> str:
    if not text:
        return ""
    if name == "email":
        if not _EMAIL.match(text.strip()):
            raise ValueError(f"Email address {text} is invalid", "INVALID_EMAIL")
        return text.strip().lower()
    if held == "number" and not re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", text.strip()):
        raise ValueError(f"{text} was not a valid number.", "INVALID_LONG")
    if held == "bool" and text.lower() not in ("true", "false"):
        raise ValueError(
            f"{text} was not one of the allowed options: true, false", "INVALID_OPTION"
        )
    if held == "enumeration" and text not in STAGES:
        raise ValueError(f"{text} was not one of the allowed options", "INVALID_OPTION")
    if held in ("date", "datetime"):
        return _moment(text, held)
    return text


def _moment(text: str, held: str) -> str:
    problem = ValueError(f"{text} was not a valid {held}.", "INVALID_DATE")
    try:
        if re.fullmatch(r"-?\d{8,}", text):
            at = datetime.fromtimestamp(int(text) / 1000, UTC)
        elif re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            day = date.fromisoformat(text)
            at = datetime(day.year, day.month, day.day, tzinfo=UTC)
        else:
            at = datetime.fromisoformat(text)
            if at.tzinfo is None:
                raise problem
    except (ValueError, OverflowError):
        raise problem from None
    at = at.astimezone(UTC)
    if held == "date":
        if (at.hour, at.minute, at.second) != (0, 0, 0):
            raise ValueError(f"{text} is at {at:%H:%M:%S} UTC, not midnight!", "INVALID_DATE")
        return at.date().isoformat()
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
