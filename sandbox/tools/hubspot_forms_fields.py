"""The fields of the business's HubSpot form, and what a submission is refused for."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_ADDRESS = re.compile(r"^[^@\s,;<>()]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+$")
# Property: type, label, whether the form asks for it.
FIELDS: Mapping[str, tuple[str, str, bool]] = {
    "email": ("email", "Email", True),
    "firstname": ("single_line_text", "First name", False),
    "lastname": ("single_line_text", "Last name", True),
    "phone": ("phone", "Phone number", False),
    "company": ("single_line_text", "Company name", False),
    "address": ("single_line_text", "Street address", False),
    "zip": ("single_line_text", "Postal code", False),
    "city": ("single_line_text", "City", False),
    "country": ("single_line_text", "Country", False),
    "full_name": ("single_line_text", "Name as you would write it", False),
    "event_date": ("datepicker", "Day", False),
    "event_time": ("single_line_text", "Day and time", False),
    "amount": ("number", "Budget", False),
    "quantity": ("number", "How many", False),
    "website": ("single_line_text", "Website", False),
    "topic": ("dropdown", "Topic", False),
    "consent": ("single_checkbox", "May we call you?", False),
    "message": ("multi_line_text", "Message", False),
}
OPTIONS = {"topic": ("quote", "booking", "support", "other")}
MOST = 1000


def describe() -> list[dict[str, Any]]:
    """Answer the form's field groups as the API shows them: up to three fields in each."""
    told = [_field(name) for name in FIELDS]
    return [
        {"groupType": "default_group", "richTextType": "text", "fields": told[start : start + 3]}
        for start in range(0, len(told), 3)
    ]


def problems(given: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Answer everything a submission is refused for, in the vendor's own words."""
    if len(given) > MOST:
        said = f"A submission has up to {MOST} values"
        return [{"message": said, "errorType": "MAX_NUMBER_OF_SUBMITTED_VALUES_EXCEEDED"}]
    values = {str(one.get("name", "")): str(one.get("value", "")) for one in given}
    found = [_error(name, "FIELD_NOT_IN_FORM_DEFINITION") for name in values if name not in FIELDS]
    for name, (kind, _label, required) in FIELDS.items():
        value = values.get(name, "").strip()
        if required and not value:
            found.append(_error(name, "REQUIRED_FIELD"))
        elif value and kind == "email" and not _ADDRESS.match(value):
            found.append(_error(name, "INVALID_EMAIL"))
        elif value and kind == "number" and not re.fullmatch(r"-?\d+(\.\d+)?", value):
            found.append(_error(name, "INVALID_NUMBER"))
    return found


SENTENCES = {
    "FIELD_NOT_IN_FORM_DEFINITION": "Field is not in the form definition",
    "REQUIRED_FIELD": "Required field is missing",
    "INVALID_EMAIL": "Invalid email address",
    "INVALID_NUMBER": "Invalid number",
}


def _error(name: str, kind: str) -> dict[str, str]:
    return {"message": f"Error in 'fields.{name}'. {SENTENCES[kind]}", "errorType": kind}


def _field(name: str) -> dict[str, Any]:
    kind, label, required = FIELDS[name]
    told: dict[str, Any] = {"objectTypeId": "0-1", "name": name, "label": label}
    told |= {"fieldType": kind, "required": required, "hidden": False, "dependentFields": []}
    if name in OPTIONS:
        told["options"] = [
            {"label": one.title(), "value": one, "displayOrder": place}
            for place, one in enumerate(OPTIONS[name])
        ]
    return told
