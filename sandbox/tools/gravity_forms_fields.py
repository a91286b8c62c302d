"""The fields of the business's Gravity Forms form: what each takes, and what it makes of it."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

REQUIRED = "This field is required."
_ADDRESS = re.compile(r"^[^@\s,;<>()]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+$")
# Field id: type, label, whether it must be filled in.
FIELDS: Mapping[str, tuple[str, str, bool]] = {
    "1": ("name", "Name", True),
    "2": ("email", "Email", True),
    "3": ("phone", "Phone", False),
    "4": ("textarea", "Message", False),
    "5": ("text", "Company", False),
    "6": ("address", "Address", False),
    "7": ("text", "Name as you would write it", False),
    "8": ("date", "Day", False),
    "9": ("text", "Day and time", False),
    "10": ("number", "Budget", False),
    "11": ("number", "How many", False),
    "12": ("website", "Website", False),
    "13": ("text", "Topic", False),
    "14": ("radio", "May we call you?", False),
    "15": ("html", "Thanks", False),
}
INPUTS: Mapping[str, tuple[tuple[str, str, bool], ...]] = {
    "1": (("1.2", "Prefix", True), ("1.3", "First", False), ("1.4", "Middle", True),
          ("1.6", "Last", False), ("1.8", "Suffix", True)),
    "6": (("6.1", "Street Address", False), ("6.2", "Address Line 2", False),
          ("6.3", "City", False), ("6.4", "State / Province", False),
          ("6.5", "ZIP / Postal Code", False), ("6.6", "Country", False)),
}  # fmt: skip
CHOICES = {"14": ("true", "false")}
NEEDED = {"1": ("1.3", "1.6")}
EMAIL = "2"


def names() -> list[str]:
    """Answer the keys an entry has, whether they hold anything or not."""
    return [
        key
        for field, (kind, _label, _required) in FIELDS.items()
        if kind != "html"
        for key in [part[0] for part in INPUTS.get(field, ())] or [field]
    ]


def describe() -> list[dict[str, Any]]:
    """Answer the fields as the API shows them."""
    return [_field(field) for field in FIELDS]


def checked(given: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Answer what is stored, and by field what is refused. Other names are passed over."""
    held: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for key in names():
        value = given.get(f"input_{key.replace('.', '_')}")
        kind = FIELDS[key.partition(".")[0]][0]
        try:
            held[key] = _stored(kind, "" if value is None else _text(value))
        except ValueError as problem:
            wrong[key] = str(problem)
    for field, (_kind, _label, required) in FIELDS.items():
        missing = [key for key in NEEDED.get(field, (field,)) if not held.get(key, "").strip()]
        if required and missing and field not in wrong:
            wrong[field] = REQUIRED
    return {key: value for key, value in held.items() if value}, wrong


def _field(field: str) -> dict[str, Any]:
    kind, label, required = FIELDS[field]
    inputs = [
        {"id": key, "label": part, "name": "", **({"isHidden": True} if hidden else {})}
        for key, part, hidden in INPUTS.get(field, ())
    ]
    choices = [{"text": one, "value": one, "isSelected": False} for one in CHOICES.get(field, ())]
    told = {"type": kind, "id": int(field), "label": label, "adminLabel": "", "formId": 1}
    told |= {"isRequired": required, "inputs": inputs or None, "choices": choices or ""}
    return told | ({"dateFormat": "mdy", "dateType": "datepicker"} if kind == "date" else {})


def _text(value: object) -> str:
    """Answer a value as PHP writes it: true is 1, false is nothing."""
    if isinstance(value, bool):
        return "1" if value else ""
    return str(value)


def _stored(kind: str, text: str) -> str:
    made = _MAKERS.get(kind)
    return made(text.strip()) if made and text.strip() else text


def _email(text: str) -> str:
    if not _ADDRESS.match(text):
        raise ValueError("The email address entered is invalid, please check the formatting.")
    return text


def _website(text: str) -> str:
    if not re.match(r"^https?://[^\s.]+\.\S+$", text):
        raise ValueError("Please enter a valid Website URL (e.g. https://gravityforms.com).")
    return text


def _number(text: str) -> str:
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        raise ValueError("Please enter a valid number.")
    return text


def _day(text: str) -> str:
    found = re.fullmatch(r"(\d\d?)/(\d\d?)/(\d{4})", text)
    try:
        if found:
            return date(int(found[3]), int(found[1]), int(found[2])).isoformat()
    except ValueError:
        pass
    raise ValueError("Please enter a valid date in the format (mm/dd/yyyy).")


_MAKERS: Mapping[str, Callable[[str], str]] = {
    "email": _email,
    "website": _website,
    "number": _number,
    "date": _day,
}
