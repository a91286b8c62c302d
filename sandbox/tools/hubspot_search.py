"""HubSpot's search: filter groups over what the index already shows."""

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from sandbox.call import Call
from sandbox.storage import Record, Shelf

Test = Callable[[Record], bool]
LIMIT = 10_000
DEFAULT = {
    "contacts": ("firstname", "lastname", "email", "phone", "company"),
    "deals": ("dealname", "pipeline", "dealstage", "description"),
}


class BadSearch(ValueError):
    """The search cannot be run; the sentence says why."""


def run(kind: str, shelf: Shelf, asked: dict[str, Any], call: Call) -> list[Record]:
    """Answer what a search finds, in the order it asks for."""
    groups = asked.get("filterGroups") or (
        [{"filters": asked["filters"]}] if "filters" in asked else []
    )
    if len(groups) > 5 or any(len(group.get("filters", ())) > 6 for group in groups):
        raise BadSearch("A search has up to 5 filter groups of up to 6 filters each.")
    tests = [[_test(one) for one in group.get("filters", ())] for group in groups]
    term = str(asked.get("query") or "").lower()
    found = []
    for record in _candidates(shelf, groups, call):
        if record.archived or call.hides(record):
            continue
        if tests and not any(all(test(record) for test in group) for group in tests):
            continue
        if term and not any(term in _value(record, name).lower() for name in DEFAULT[kind]):
            continue
        found.append(record)
    return _sorted(found, asked.get("sorts") or [])


def _candidates(shelf: Shelf, groups: list[dict[str, Any]], call: Call) -> Iterator[Record]:
    """Yield the records worth testing: by the email index where every group names an email."""
    emails: list[str] = []
    for group in groups:
        named = [
            value
            for one in group.get("filters", ())
            if one.get("propertyName") == "email" and one.get("operator") in ("EQ", "IN")
            for value in one.get("values", [one.get("value")])
        ]
        if not named:
            yield from shelf.newest(_since(groups))
            return
        emails += [str(value) for value in named]
    del call
    if not groups:
        yield from shelf.newest()
        return
    for email in dict.fromkeys(email.lower() for email in emails):
        yield from shelf.of_email(email)


def _since(groups: list[dict[str, Any]]) -> float:
    """Answer the earliest creation that any group still asks for."""
    starts = [
        max(
            [
                _epoch(str(one.get("value", "0")))
                for one in group.get("filters", ())
                if one.get("propertyName") in ("createdate", "hs_createdate")
                and one.get("operator") in ("GT", "GTE")
            ],
            default=0.0,
        )
        for group in groups
    ]
    return min(starts, default=0.0)


def _test(asked: dict[str, Any]) -> Test:
    name, operator = str(asked.get("propertyName", "")), str(asked.get("operator", ""))
    values = [str(value).lower() for value in asked.get("values") or [asked.get("value", "")]]
    held: Callable[[Record], str] = lambda record: _value(record, name).lower()  # noqa: E731 - one place, used below
    tests: dict[str, Test] = {
        "EQ": lambda record: held(record) == values[0],
        "NEQ": lambda record: held(record) != values[0],
        "IN": lambda record: held(record) in values,
        "NOT_IN": lambda record: held(record) not in values,
        "HAS_PROPERTY": lambda record: bool(held(record)),
        "NOT_HAS_PROPERTY": lambda record: not held(record),
        "GT": lambda record: _compare(held(record), values[0]) > 0,
        "GTE": lambda record: _compare(held(record), values[0]) >= 0,
        "LT": lambda record: _compare(held(record), values[0]) < 0,
        "LTE": lambda record: _compare(held(record), values[0]) <= 0,
        "BETWEEN": lambda record: (
            _compare(held(record), values[0]) >= 0
            and _compare(held(record), str(asked.get("highValue", ""))) <= 0
        ),
        "CONTAINS_TOKEN": lambda record: _token(held(record), values[0]),
        "NOT_CONTAINS_TOKEN": lambda record: not _token(held(record), values[0]),
    }
    if operator not in tests:
        raise BadSearch(f"There is no operator {operator!r}.")
    if name == "associations.contact":
        return lambda record: any(value in record.fields["links"] for value in values)
    return tests[operator]


def _value(record: Record, name: str) -> str:
    return str(record.fields["properties"].get(name) or "")


def _token(held: str, pattern: str) -> bool:
    words = [held, *re.split(r"[\s@.,;:+_\-/]+", held)]
    return any(fnmatch.fnmatchcase(word, pattern) for word in words)


def _compare(held: str, wanted: str) -> float:
    if not held:
        return float("nan")
    return _epoch(held) - _epoch(wanted)


def _epoch(text: str) -> float:
    """Answer a number, or a moment as epoch seconds; searches give moments in milliseconds."""
    try:
        number = float(text)
    except ValueError:
        try:
            return datetime.fromisoformat(text.upper()).timestamp()
        except ValueError:
            return float("nan")
    return number / 1000 if number > 1e11 else number


def _sorted(found: list[Record], sorts: Iterable[Any]) -> list[Record]:
    for sort in sorts:
        name, down = (
            (sort, False)
            if isinstance(sort, str)
            else (
                str(sort.get("propertyName", "")),
                sort.get("direction") == "DESCENDING",
            )
        )
        return sorted(found, key=lambda record: _value(record, name), reverse=down)
    return sorted(found, key=lambda record: record.created)
