"""Xero's records as a mapping names them, and back: phones in three parts, lists by kind, dates."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from connectors.kit.body import nested

KINDS = ("PhoneType", "AddressType")
_MOMENT = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")


def written(record: Mapping[str, object]) -> dict[str, object]:
    """Answer a flat record as Xero takes it: a list for each kind of phone and address.

    A phone goes whole into its number: Xero's other two parts may be empty.
    """
    shaped = nested(record)
    phones, addresses = shaped.get("Phones"), shaped.get("Addresses")
    if isinstance(phones, Mapping):
        shaped["Phones"] = [{"PhoneType": kind, "PhoneNumber": one} for kind, one in phones.items()]
    if isinstance(addresses, Mapping):
        shaped["Addresses"] = [{"AddressType": kind, **one} for kind, one in addresses.items()]
    return shaped


def told(value: object) -> object:
    """Answer what Xero said with phones and addresses by their kind, and times in ISO 8601."""
    if isinstance(value, str) and (found := _MOMENT.fullmatch(value)):
        return (datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(found[1]))).isoformat()
    if isinstance(value, list):
        shaped = [told(one) for one in value]
        kinds = [_kind(one) for one in value]
        return dict(zip(kinds, shaped, strict=True)) if kinds and all(kinds) else shaped
    if isinstance(value, Mapping):
        return _phone(value) if "PhoneType" in value else {k: told(v) for k, v in value.items()}
    return value


def _kind(one: object) -> str:
    """Answer which phone or address this is, empty for what is neither."""
    found = [one[key] for key in KINDS if key in one] if isinstance(one, Mapping) else []
    return str(found[0]) if found else ""


def _phone(parts: Mapping[str, object]) -> str:
    """Answer a phone's three parts as one number."""
    country, area, number = (
        str(parts.get(name) or "").strip()
        for name in ("PhoneCountryCode", "PhoneAreaCode", "PhoneNumber")
    )
    country = f"+{country}" if country[:1].isdigit() and not country.startswith("00") else country
    return " ".join(filter(None, (country, area, number)))
