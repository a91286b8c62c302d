"""Salesforce's query language: what is asked for, with every text quoted."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

FIELD = re.compile(r"[A-Za-z]\w*(\.[A-Za-z]\w*)*", re.ASCII)
_SPECIAL = re.compile(r"[\\'\"]")
_BREAKS = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quoted(text: str) -> str:
    """Answer a text as the language writes it."""
    escaped = _SPECIAL.sub(lambda found: f"\\{found[0]}", text)
    for sign, written in _BREAKS.items():
        escaped = escaped.replace(sign, written)
    return f"'{escaped}'"


def select(names: Iterable[str], kind: str, condition: str) -> str:
    """Answer the query for records of a kind; what is no field's name is not asked for."""
    wanted = {name.lower(): name for name in names if FIELD.fullmatch(name)}
    listed = ", ".join(wanted.values())
    return f"SELECT {listed} FROM {kind} WHERE {condition} ORDER BY Id"  # noqa: S608 - quoted


def among(name: str, values: Sequence[str]) -> str:
    """Answer the condition that a field holds one of these texts."""
    return f"{name} IN ({', '.join(quoted(value) for value in dict.fromkeys(values))})"


def at_least(name: str, moment: datetime) -> str:
    """Answer the condition that a field's moment is not before this one."""
    stamp = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{name} >= {stamp}"
