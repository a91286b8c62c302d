"""Brevo's contact attributes: which the account has, and what each makes of a value."""

import re
from datetime import date
from typing import Any

BUILT_IN = {"FIRSTNAME": "text", "LASTNAME": "text", "SMS": "text"}
OWN = {
    **dict.fromkeys(("FULL_NAME", "COMPANY", "STREET", "POSTCODE", "CITY", "COUNTRY"), "text"),
    **dict.fromkeys(("EVENT_TIME", "WEBSITE", "TOPIC", "MESSAGE"), "text"),
    "EVENT_DATE": "date",
    "AMOUNT": "float",
    "QUANTITY": "float",
    "CONSENT": "boolean",
    "SEGMENT": "category",
    "INTERESTS": "multiple-choice",
}
TYPES = {**BUILT_IN, **OWN}
SEGMENTS = {1: "Retail", 2: "Trade"}
INTERESTS = ("Garden", "Kitchen")
CALCULATED = "TOTAL_ORDERS"
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")


class Ignored(ValueError):
    """The value is not of the attribute's type: Brevo passes it over and says nothing."""


def describe() -> list[dict[str, Any]]:
    """Answer the attributes as the API lists them."""
    listed: list[dict[str, Any]] = []
    for name, kind in TYPES.items():
        one: dict[str, Any] = {"name": name, "category": "normal", "type": kind}
        if kind == "category":
            del one["type"]
            one["category"] = "category"
            one["enumeration"] = [
                {"value": number, "valueStr": str(number), "label": label}
                for number, label in SEGMENTS.items()
            ]
        if kind == "multiple-choice":
            one["multiCategoryOptions"] = list(INTERESTS)
        listed.append(one)
    formula = "COUNT[orders, ORDER_ID]"
    return [*listed, {"name": CALCULATED, "category": "calculated", "calculatedValue": formula}]


def checked(given: dict[str, Any]) -> dict[str, Any]:
    """Answer what is stored of these; what is not declared or of another type is left out."""
    stored: dict[str, Any] = {}
    for name, value in given.items():
        kind = TYPES.get(name.upper())
        if kind is None or value is None:
            continue
        try:
            stored[name.upper()] = "" if value == "" else _stored(kind, value)
        except Ignored:
            continue
    return stored


def phone(value: object) -> str | None:
    """Answer a phone as Brevo keeps it, digits alone; None where the country code is missing."""
    digits = re.sub(r"[\s()./-]", "", str(value)).removeprefix("+").removeprefix("00")
    return digits if re.fullmatch(r"[1-9]\d{7,14}", digits) else None


def _stored(kind: str, value: object) -> object:
    text = str(value).strip()
    if kind == "text":
        return _words(value)
    if kind == "date":
        return _day(text)
    if kind == "float":
        return _number(text)
    if kind == "boolean":
        return _truth(text.lower())
    if kind == "category":
        return _choice(text)
    return [one for one in value if one in INTERESTS] if isinstance(value, list) else [text]


def _words(value: object) -> str:
    if isinstance(value, bool | list | dict):
        raise Ignored
    return str(value)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Ignored from None


def _number(text: str) -> float | int:
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        raise Ignored
    number = float(text)
    return int(number) if number == int(number) else number


def _truth(text: str) -> bool:
    if text not in (*_TRUE, *_FALSE):
        raise Ignored
    return text in _TRUE


def _choice(text: str) -> int:
    for number, label in SEGMENTS.items():
        if text in (str(number), label):
            return number
    raise Ignored
