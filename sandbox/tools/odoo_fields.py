"""Odoo's fields: which a lead and a contact have, and what becomes of a value that is written."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sandbox.storage import Record

COUNTRIES = {57: "Germany", 75: "France", 231: "United Kingdom"}
_STAMP = "%Y-%m-%d %H:%M:%S"
# The business keeps what Odoo has no field for in fields of its own.
_CUSTOM = {
    **dict.fromkeys(("x_first_name", "x_last_name", "x_country", "x_date", "x_moment"), "char"),
    **dict.fromkeys(("x_amount", "x_topic", "x_website"), "char"),
    "x_message": "text",
    "x_quantity": "integer",
    "x_consent": "boolean",
    "x_visit": "datetime",
}
_PLACE = dict.fromkeys(("street", "street2", "zip", "city", "phone", "website"), "char")
FIELDS: dict[str, dict[str, str]] = {
    "crm.lead": {
        "name": "char",
        "contact_name": "char",
        "partner_name": "char",
        "email_from": "char",
        "email_normalized": "char",
        **_PLACE,
        "type": "selection",
        "priority": "selection",
        "description": "html",
        "expected_revenue": "monetary",
        "date_deadline": "date",
        "partner_id": "many2one",
        "country_id": "many2one",
        **_CUSTOM,
    },
    "res.partner": {
        "name": "char",
        "email": "char",
        "email_normalized": "char",
        **_PLACE,
        "company_name": "char",
        "type": "selection",
        "comment": "html",
        "is_company": "boolean",
        "country_id": "many2one",
        **_CUSTOM,
    },
    "res.company": {"name": "char"},
}
EVERYWHERE = {
    "id": "integer",
    "active": "boolean",
    "create_date": "datetime",
    "write_date": "datetime",
}
READ_ONLY = frozenset({"id", "create_date", "write_date", "email_normalized"})
CHOICES = {
    ("crm.lead", "type"): ("lead", "opportunity"),
    ("crm.lead", "priority"): ("0", "1", "2", "3"),
    ("res.partner", "type"): ("contact", "invoice", "delivery", "other"),
}
REQUIRED = {"crm.lead": ("name", "type"), "res.partner": ("name",), "res.company": ("name",)}
ADDRESS = {"crm.lead": "email_from", "res.partner": "email"}


class Invalid(ValueError):
    """A field or a value that Odoo does not know: a ValueError of Python's, and a 500."""


def type_of(model: str, name: str) -> str:
    """Answer a field's type; Invalid where the model has none of this name."""
    held = FIELDS[model].get(name) or EVERYWHERE.get(name)
    if held is None:
        raise Invalid(f"Invalid field {name!r} on model {model!r}")
    return held


def describe(model: str) -> dict[str, dict[str, Any]]:
    """Answer the fields as `fields_get` tells them."""
    told: dict[str, dict[str, Any]] = {}
    for name, held in {**FIELDS[model], **EVERYWHERE}.items():
        told[name] = {
            "string": name.removeprefix("x_").replace("_", " ").capitalize(),
            "type": held,
            "required": name in REQUIRED[model],
            "readonly": name in READ_ONLY,
            "store": True,
        }
        if (model, name) in CHOICES:
            told[name]["selection"] = [[one, one.title()] for one in CHOICES[model, name]]
    return told


def stored(model: str, name: str, value: object) -> object:
    """Answer what is kept of a value; Invalid where the field does not take it."""
    held = type_of(model, name)
    if held == "boolean":
        return bool(value)  # so that the text "false" is true
    if value is None or value is False:
        return False
    if held == "selection" and value not in CHOICES[model, name]:
        raise Invalid(f"Wrong value for {model}.{name}: {value!r}")
    try:
        return _TAKEN.get(held, str)(value)
    except ValueError as problem:
        raise Invalid(f"{name}: {problem}") from None


def shown(model: str, name: str, record: Record) -> object:
    """Answer a field's value as `read` tells it: False for nothing, a pair for another record."""
    held = type_of(model, name)
    special: dict[str, object] = {
        "id": int(record.id),
        "create_date": _written(record.created),
        "write_date": _written(record.updated),
        "active": not record.archived,
        "email_normalized": _lowered(record.fields.get(ADDRESS.get(model, ""))),
    }
    if name in special:
        return special[name]
    value = record.fields.get(name, False)
    if held == "many2one" and value:
        return [value, COUNTRIES.get(int(value), f"{name},{value}")]
    return value or 0.0 if held == "monetary" else value


def _lowered(address: object) -> object:
    return str(address or "").strip().lower() or False


def _written(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime(_STAMP)


def _html(value: Any) -> str:
    text = str(value)
    return text if text.startswith("<") else f"<p>{' '.join(text.split())}</p>"


def _day(value: Any) -> str:
    return date.fromisoformat(str(value)[:10]).isoformat()


def _moment(value: Any) -> str:
    text = str(value)
    if not re.fullmatch(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?", text):
        raise ValueError(f"time data {text!r} does not match format {_STAMP!r}")
    return text if len(text) > 10 else f"{text} 00:00:00"


_TAKEN: dict[str, Callable[[Any], object]] = {
    "integer": int,
    "many2one": int,
    "monetary": float,
    "date": _day,
    "datetime": _moment,
    "html": _html,
}
