"""QuickBooks' query language: one entity, conditions joined by AND, an order and a page."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

MOST, USUAL = 1000, 100
_QUERY = re.compile(
    r"\s*select\s+(?P<what>\*|count\(\*\))\s+from\s+(?P<entity>\w+)"
    r"(?:\s+where\s+(?P<where>.+?))?"
    r"(?:\s+order\s*by\s+(?P<order>[\w.]+)(?:\s+(?P<way>asc|desc))?)?"
    r"(?:\s+startposition\s+(?P<start>\d+))?(?:\s+maxresults\s+(?P<most>\d+))?\s*;?\s*",
    re.IGNORECASE | re.DOTALL,
)
_TEXT = r"'(?:[^'\\]|\\.)*'"
_CONDITION = re.compile(
    rf"\s*(?P<name>[\w.]+)\s*(?P<sign><=|>=|=|<|>|\blike\b|\bin\b)\s*"
    rf"(?P<value>{_TEXT}|true|false|\(\s*(?:{_TEXT}|true|false)(?:\s*,\s*(?:{_TEXT}|true|false))*\s*\))"
    r"\s*(?P<more>\band\b|$)",
    re.IGNORECASE,
)
_VALUE = re.compile(rf"{_TEXT}|true|false", re.IGNORECASE)
_TIMES = ("MetaData.CreateTime", "MetaData.LastUpdatedTime")
QUERYABLE = {
    "Customer": ("Id", "DisplayName", "GivenName", "MiddleName", "FamilyName", "CompanyName",
                 "FullyQualifiedName", "PrintOnCheckName", "Active", "Balance", *_TIMES),
    "Invoice": ("Id", "DocNumber", "TxnDate", "DueDate", "CustomerRef", "TotalAmt", "Balance",
                *_TIMES),
    "Item": ("Id", "Name", "Active", "Type", *_TIMES),
}  # fmt: skip

Fields = dict[str, Any]


class BadQuery(ValueError):
    """The query cannot be run; `code` is Intuit's."""

    def __init__(self, said: str, code: str) -> None:
        super().__init__(said)
        self.code = code


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was understood. Without a word on Active, only active names are shown."""

    entity: str
    counts: bool
    tests: tuple[Callable[[Fields], bool], ...]
    order: str
    descending: bool
    start: int
    most: int

    def of(self, held: Iterable[Fields]) -> list[Fields]:
        """Answer everything that fits, in order."""
        found = [fields for fields in held if all(test(fields) for test in self.tests)]
        if self.order:
            found.sort(key=lambda fields: _key(_value(fields, self.order)))
        return found[::-1] if self.descending else found


def parsed(text: str) -> Query:
    """Answer the query that `text` is; BadQuery where it is none."""
    found = _QUERY.fullmatch(text)
    if found is None:
        raise BadQuery("QueryParserError: Invalid content. Lexical error", "4000")
    entity = next((name for name in QUERYABLE if name.lower() == found["entity"].lower()), "")
    if not entity:
        raise BadQuery(f"QueryValidationError: invalid context declaration: {found['entity']}",
                       "4001")  # fmt: skip
    conditions = list(_conditions(found["where"] or "", entity))
    if entity != "Invoice" and all(name != "Active" for name, _test in conditions):
        conditions.append(("Active", lambda fields: bool(fields.get("Active", True))))
    most = int(found["most"] or USUAL)
    if not 0 < most <= MOST:
        raise BadQuery(f"QueryValidationError: value {most} is too large. Max allowed value is "
                       f"{MOST}.", "4001")  # fmt: skip
    order = found["order"] or ""
    if order and order not in QUERYABLE[entity]:
        raise BadQuery(f"QueryValidationError: property '{order}' is not sortable", "4001")
    return Query(
        entity=entity,
        counts=found["what"] != "*",
        tests=tuple(test for _name, test in conditions),
        order=order,
        descending=(found["way"] or "").lower() == "desc",
        start=int(found["start"] or 1),
        most=most,
    )


def _conditions(text: str, entity: str) -> Iterable[tuple[str, Callable[[Fields], bool]]]:
    place = 0
    while text and place < len(text):
        found = _CONDITION.match(text, place)
        if found is None:
            raise BadQuery(f'QueryParserError: Encountered "{text[place : place + 20]}"', "4000")
        name = found["name"]
        if name not in QUERYABLE[entity]:
            raise BadQuery(f"QueryValidationError: property '{name}' is not queryable", "4001")
        wanted = [_literal(one) for one in _VALUE.findall(found["value"])]
        yield name, _test(name, found["sign"].lower(), wanted)
        place = found.end()


def _literal(text: str) -> str:
    if text.startswith("'"):
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text.lower()


def _test(name: str, sign: str, wanted: list[str]) -> Callable[[Fields], bool]:
    if sign == "like":
        parts = [re.escape(part) for part in wanted[0].split("%")]
        pattern = re.compile(".*".join(parts), re.IGNORECASE | re.DOTALL)
        return lambda fields: bool(pattern.fullmatch(_text(_value(fields, name))))
    if sign in ("=", "in"):
        some = {one.lower() for one in wanted}
        return lambda fields: _text(_value(fields, name)).lower() in some
    limit = _key(wanted[0])
    compared: dict[str, Callable[[Any, Any], bool]] = {
        "<": lambda a, b: a < b,
        ">": lambda a, b: a > b,
        "<=": lambda a, b: a <= b,
        ">=": lambda a, b: a >= b,
    }
    return lambda fields: compared[sign](_key(_value(fields, name)), limit)


def _value(fields: Fields, name: str) -> object:
    value: Any = fields
    for step in name.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    # A reference is asked for by the id it holds.
    return value.get("value") if isinstance(value, dict) else value


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _key(value: object) -> tuple[int, float, str]:
    """Answer what to compare by: a number, a moment or a text."""
    text = _text(value)
    try:
        return 0, float(text), ""
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 1, 0.0, text.lower()
    return 0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp(), ""
