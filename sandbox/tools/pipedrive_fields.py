"""Pipedrive's fields: which a person and a deal have, and which values each takes."""

import hashlib
import re
from typing import Any

from sandbox.tools.website import FORM_FIELDS

MOST = 255
# There is no field for yes and no: people take one with two options.
OPTIONS = {
    "source": {101: "Website", 102: "Referral", 103: "Fair"},
    "consent": {111: "Yes", 112: "No"},
}
_TYPES = {
    "date": "date",
    "amount": "monetary",
    "quantity": "double",
    "message": "text",
    **dict.fromkeys(OPTIONS, "enum"),
}
# What a record of this kind holds in fields of Pipedrive's own.
OWN = {
    "person": {
        "name": "varchar",
        "first_name": "varchar",
        "last_name": "varchar",
        "emails": "email",
        "phones": "phone",
        "owner_id": "user",
        "org_id": "org",
        "add_time": "date",
        "update_time": "date",
        "label_ids": "set",
        "visible_to": "visible_to",
    },
    "deal": {
        "title": "varchar",
        "value": "double",
        "currency": "varchar",
        "person_id": "people",
        "org_id": "org",
        "owner_id": "user",
        "pipeline_id": "double",
        "stage_id": "stage",
        "status": "status",
        "expected_close_date": "date",
        "add_time": "date",
        "update_time": "date",
        "label_ids": "set",
        "visible_to": "visible_to",
    },
}
READ_ONLY = frozenset({"first_name", "last_name", "add_time", "update_time"})
_HELD = {
    "person": ("full_name", "email", "phone"),
    "deal": ("full_name", "amount", "date"),
}


class Wrong(ValueError):
    """A value that a field does not take; the sentence says so."""


def code_of(kind: str, name: str) -> str:
    """Answer the key of the business's own field for this lead field: a hash, as there."""
    return hashlib.sha1(f"{kind}/{name}".encode(), usedforsecurity=False).hexdigest()


def _own(kind: str) -> dict[str, str]:
    names = [name for name in (*FORM_FIELDS, "source") if name not in _HELD[kind]]
    return {code_of(kind, name): name for name in names}


CUSTOM = {kind: _own(kind) for kind in OWN}


def type_of(kind: str, code: str) -> str:
    """Answer a field's type, empty where there is no such field."""
    if code in OWN[kind]:
        return OWN[kind][code]
    name = CUSTOM[kind].get(code)
    return _TYPES.get(name, "varchar") if name else ""


def describe(kind: str) -> list[dict[str, Any]]:
    """Answer the fields as the API lists them."""
    own = [_field(code, code.replace("_", " "), held, custom=False)
           for code, held in OWN[kind].items()]  # fmt: skip
    made = [_field(code, name, type_of(kind, code), custom=True)
            for code, name in CUSTOM[kind].items()]  # fmt: skip
    return own + made


def _field(code: str, name: str, held: str, *, custom: bool) -> dict[str, Any]:
    options = [{"id": id, "label": label} for id, label in OPTIONS.get(name, {}).items()]
    parts = [
        {"field_code": "value", "field_name": "Value", "field_type": "double"},
        {"field_code": "currency", "field_name": "Currency", "field_type": "varchar"},
    ]
    return {
        "field_name": name.replace("_", " ").capitalize(),
        "field_code": code,
        "field_type": held,
        "options": options if held == "enum" else None,
        "subfields": parts if held == "monetary" else None,
        "is_custom_field": custom,
        "is_optional_response_field": False,
        "is_writable": code not in READ_ONLY,
    }


def checked(kind: str, custom: dict[str, Any]) -> dict[str, Any]:
    """Answer what is stored of custom fields; Wrong where one does not take its value."""
    for code, value in custom.items():
        held = type_of(kind, code) if code in CUSTOM[kind] else ""
        if not held:
            raise Wrong(f"Custom field {code} does not exist.")
        if value is not None and not _takes(CUSTOM[kind][code], held, value):
            raise Wrong(f"Validation failed: custom_fields: {code}: invalid value for {held}.")
    return dict(custom)


def _takes(name: str, held: str, value: Any) -> bool:
    if held == "double":
        return _number(value)
    if held == "monetary":
        return isinstance(value, dict) and _number(value.get("value"))
    if held == "enum":
        return _number(value) and value in OPTIONS[name]
    if not isinstance(value, str):
        return False
    if held == "date":
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value))
    return held == "text" or len(value) <= MOST


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
