"""Stripe's objects as its API shows them, filled from what was given."""

import re
from collections.abc import Callable
from typing import Any

_CLAUSE = re.compile(
    r"""(?:(\w+)|metadata\[["']([^"']+)["']\])\s*([:~])\s*["']((?:[^"'\\]|\\.)*)["']"""
)


def account(id: str, name: str) -> dict[str, Any]:
    """Answer an account."""
    return {
        "id": id,
        "object": "account",
        "business_profile": {"name": f"{name} business"},
        "country": "DE",
        "default_currency": "eur",
        "email": f"{name}@handoff.test",
        "settings": {"dashboard": {"display_name": f"{name} billing", "timezone": "Etc/UTC"}},
        "type": "standard",
    }


def _customer(id: str, now: int) -> dict[str, Any]:
    nothing = dict.fromkeys(("name", "email", "phone", "description", "currency", "shipping"))
    return {
        "id": id,
        "object": "customer",
        **nothing,
        "address": None,
        "balance": 0,
        "created": now,
        "delinquent": False,
        "invoice_prefix": id[-8:].upper(),
        "livemode": False,
        "metadata": {},
        "preferred_locales": [],
        "tax_exempt": "none",
    }


def _invoice(id: str, now: int) -> dict[str, Any]:
    amounts = dict.fromkeys(
        ("amount_due", "amount_paid", "amount_remaining", "subtotal", "total"), 0
    )
    url = f"/v1/invoices/{id}/lines"
    return {
        "id": id,
        "object": "invoice",
        **amounts,
        "auto_advance": False,
        "billing_reason": "manual",
        "collection_method": "charge_automatically",
        "created": now,
        "currency": "eur",
        "customer": None,
        "customer_email": None,
        "customer_name": None,
        "customer_phone": None,
        "description": None,
        "due_date": None,
        "lines": {"object": "list", "data": [], "has_more": False, "url": url},
        "livemode": False,
        "metadata": {},
        "number": None,
        "status": "draft",
    }


def _item(id: str, now: int) -> dict[str, Any]:
    return {
        "id": id,
        "object": "invoiceitem",
        "amount": 0,
        "currency": "eur",
        "customer": None,
        "date": now,
        "description": None,
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "quantity": 1,
    }


BLANK: dict[str, Callable[[str, int], dict[str, Any]]] = {
    "customers": _customer,
    "invoices": _invoice,
    "invoiceitems": _item,
}


def fill(held: dict[str, Any], given: dict[str, Any]) -> None:
    """Write what was given into an object; an empty text unsets, as Stripe has it."""
    for key, value in given.items():
        if key == "expand":
            continue
        if isinstance(value, dict) and isinstance(held.get(key) or {}, dict):
            before = held.get(key) or {}
            kept = {name: held_ for name, held_ in {**before, **value}.items() if held_ != ""}
            held[key] = kept
        elif key == "auto_advance":
            held[key] = value == "true"
        else:
            held[key] = None if value == "" else value


def line(item: dict[str, Any]) -> dict[str, Any]:
    """Answer an item as a line of its invoice."""
    return {
        "id": item["id"].replace("ii_", "il_"),
        "object": "line_item",
        "amount": item["amount"],
        "currency": item["currency"],
        "description": item["description"],
        "invoice": item["invoice"],
        "metadata": item["metadata"],
        "quantity": item["quantity"],
    }


def flat(held: dict[str, Any]) -> dict[str, Any]:
    """Answer an object with dotted keys."""
    found: dict[str, Any] = {}
    for key, value in held.items():
        if key in ("metadata", "address", "shipping") and isinstance(value, dict):
            found |= {f"{key}.{name}": inner for name, inner in value.items()}
        elif value is not None and not isinstance(value, dict):
            found[key] = value
    return found


def unflat(given: dict[str, Any]) -> dict[str, Any]:
    """Answer dotted keys as nested objects."""
    found: dict[str, Any] = {}
    for key, value in given.items():
        outer, dot, inner = key.partition(".")
        if dot:
            found.setdefault(outer, {})[inner] = value
        else:
            found[key] = value
    return found


def question(text: str) -> Callable[[dict[str, Any]], bool]:
    """Answer what a search query asks of a customer; clauses joined by AND."""
    clauses = _CLAUSE.findall(text)

    def holds(held: dict[str, Any]) -> bool:
        for name, tag, operator, wanted in clauses:
            value = str((held["metadata"].get(tag) if tag else held.get(name)) or "").lower()
            exact = operator == ":"
            if (value != wanted.lower()) if exact else (wanted.lower() not in value):
                return False
        return bool(clauses)

    return holds
