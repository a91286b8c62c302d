"""Stripe's form encoding: bracketed keys in, and the checks every create and update makes."""

import re
from typing import Any

_PART = re.compile(r"\[([^\]]*)\]")
_EMAIL = re.compile(r"^[^@\s,;<>()]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+$")

CUSTOMER = {"name", "email", "phone", "description", "metadata", "address", "shipping"}
CUSTOMER |= {"preferred_locales", "tax_exempt", "expand"}
INVOICE = {"customer", "auto_advance", "collection_method", "days_until_due", "description"}
INVOICE |= {"metadata", "currency", "due_date", "footer", "custom_fields", "expand"}
INVOICE |= {"pending_invoice_items_behavior"}
ITEM = {"customer", "amount", "currency", "description", "invoice", "quantity", "metadata"}
ITEM |= {"unit_amount", "unit_amount_decimal", "expand"}


class Wrong(ValueError):
    """A parameter is refused: `param`, `code` and the vendor's sentence."""

    def __init__(self, message: str, param: str, code: str) -> None:
        super().__init__(message)
        self.param = param
        self.code = code


def nested(flat: dict[str, str]) -> dict[str, Any]:
    """Answer bracketed keys as nested objects: metadata[a]=b is {"metadata": {"a": "b"}}."""
    found: dict[str, Any] = {}
    for key, value in flat.items():
        head = key.partition("[")[0]
        path = [head, *_PART.findall(key[len(head) :])]
        place = found
        for part in path[:-1]:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):
                raise Wrong(f"Invalid object: {key}", key, "parameter_invalid")
            place = inner
        place[path[-1]] = value
    return found


def check(given: dict[str, Any], known: set[str]) -> None:
    """Refuse unknown parameters, a wrong email, and metadata beyond what Stripe takes."""
    for key in given:
        if key not in known:
            raise Wrong(f"Received unknown parameter: {key}", key, "parameter_unknown")
    email = str(given.get("email") or "")
    if email and not _EMAIL.match(email.strip()):
        raise Wrong(f"Invalid email address: {email}", "email", "email_invalid")
    for key, limit in (("phone", 20), ("name", 256), ("description", 5000)):
        if len(str(given.get(key) or "")) > limit:
            said = f"Invalid string: must be at most {limit} characters"
            raise Wrong(said, key, "parameter_invalid_string_length")
    _check_metadata(given.get("metadata") or {})
    _check_country(given.get("address") or {})


def whole(text: str, param: str) -> int:
    """Answer a whole number, or refuse."""
    if not re.fullmatch(r"-?\d+", text.strip()):
        raise Wrong(f"Invalid integer: {text}", param, "parameter_invalid_integer")
    return int(text)


def _check_metadata(metadata: dict[str, str]) -> None:
    if len(metadata) > 50:
        raise Wrong("Metadata can have up to 50 keys.", "metadata", "parameter_invalid")
    for key, value in metadata.items():
        if len(key) > 40:
            said = f"Metadata keys can be up to 40 characters in length. Key: {key}"
            raise Wrong(said, "metadata", "parameter_invalid")
        if len(value) > 500:
            said = "Metadata values can have up to 500 characters, but you passed in a value that "
            raise Wrong(f"{said}is {len(value)} characters.", "metadata", "parameter_invalid")


def _check_country(address: dict[str, str]) -> None:
    country = address.get("country") or ""
    if country and not re.fullmatch(r"[A-Za-z]{2}", country):
        said = f"Country '{country}' is unknown. Try using a 2-character alphanumeric country code"
        raise Wrong(f"{said} instead.", "address[country]", "country_code_invalid")
