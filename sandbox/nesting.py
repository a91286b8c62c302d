"""Dotted keys for nested values and back: how a mapping names what lies deeper in a record."""

from typing import Any


def flat(value: dict[str, Any]) -> dict[str, Any]:
    """Answer a record with dotted keys; list positions count as keys, what is empty stays out."""
    found: dict[str, Any] = {}
    for key, inner in value.items():
        if isinstance(inner, list):
            inner = {str(place): one for place, one in enumerate(inner)}
        if isinstance(inner, dict):
            found |= {f"{key}.{name}": deeper for name, deeper in flat(inner).items()}
        elif inner not in (None, ""):
            found[key] = inner
    return found


def nested(given: dict[str, Any]) -> dict[str, Any]:
    """Answer dotted keys as nested objects; a position of a list stays a key."""
    found: dict[str, Any] = {}
    for key, value in given.items():
        *outer, last = key.split(".")
        place = found
        for step in outer:
            place = place.setdefault(step, {})
        place[last] = value
    return found
