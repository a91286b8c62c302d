"""How a tool's own keys stand for lead fields; automations read and write records through it."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

Rule = Mapping[str, Any]
Fields = dict[str, Rule]
Values = dict[str, Any]

# The tool takes bare numbers only: what an automation writes there loses the currency.
PLAIN = "_plain"
_AMOUNT = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*(?:[A-Z]{3}|[€$£])?\s*")
_FORMATS = {
    "DD/MM/YYYY": ("{2}/{1}/{0}", r"(?P<d>\d\d)/(?P<m>\d\d)/(?P<y>\d{4})"),
    "MM/DD/YYYY": ("{1}/{2}/{0}", r"(?P<m>\d\d)/(?P<d>\d\d)/(?P<y>\d{4})"),
    "DD.MM.YYYY": ("{2}.{1}.{0}", r"(?P<d>\d\d)\.(?P<m>\d\d)\.(?P<y>\d{4})"),
}


def parse(fields: Mapping[str, Any]) -> Fields:
    """Answer rules from a mapping whose values are rules or plain lead field names."""
    return {
        key: {"from": rule} if isinstance(rule, str) else dict(rule) for key, rule in fields.items()
    }


def told(fields: Fields) -> dict[str, dict[str, Any]]:
    """Answer a mapping as others may read it, without what only the automations need to know."""
    return {
        key: {name: value for name, value in rule.items() if not name.startswith("_")}
        for key, rule in fields.items()
    }


def read(record: Mapping[str, Any], fields: Fields) -> Values:
    """Answer the lead's values that a flat record holds; what it lacks is absent."""
    values: Values = {}
    for key, rule in fields.items():
        if record.get(key) is not None and "from" in rule:
            values[rule["from"]] = _lead_value(record[key], rule)
    return values


def write(values: Values, fields: Fields) -> Values:
    """Answer what to write, keyed as the tool keys it; lead fields that are absent stay out."""
    return {
        key: _record_value(values[rule["from"]], rule)
        for key, rule in fields.items()
        if rule.get("from") in values
    }


def complete(values: Values) -> Values:
    """Answer the values with a whole name made of its parts, or parts of a whole, as Zaps do."""
    after = dict(values)
    first, last, whole = (after.get(key) for key in ("first_name", "last_name", "full_name"))
    if not whole and (first or last):
        after["full_name"] = f"{first or ''} {last or ''}".strip()
    elif whole and first is None and last is None:
        after["first_name"], _, after["last_name"] = str(whole).partition(" ")
    return after


def _lead_value(value: object, rule: Rule) -> str:
    for told, stored in (rule.get("choices") or {}).items():
        if str(stored) == str(value):
            return str(told)
    if isinstance(value, bool):
        return "true" if value else "false"
    if rule.get("unit") == "cents":
        try:
            return f"{Decimal(str(value)) / 100:.2f}"
        except InvalidOperation:
            return str(value)
    if rule.get("as") == "date" and re.fullmatch(r"[\d-]{10}T00:00:00(\.0+)?Z", str(value)):
        return str(value)[:10]
    shape = _FORMATS.get(str(rule.get("format", "")))
    found = re.fullmatch(shape[1], str(value)) if shape else None
    return f"{found['y']}-{found['m']}-{found['d']}" if found else str(value)


def _record_value(value: object, rule: Rule) -> object:
    if value is None:
        return None
    text = str((rule.get("choices") or {}).get(value, value))
    amount = _AMOUNT.fullmatch(text)
    if rule.get("unit") == "cents" and amount:
        return f"{Decimal(amount[1]) * 100:.0f}"
    if rule.get(PLAIN) and amount:
        return amount[1]
    shape = _FORMATS.get(str(rule.get("format", "")))
    day = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text)
    return shape[0].format(*day.groups()) if shape and day else text
