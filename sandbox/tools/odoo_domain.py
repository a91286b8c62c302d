"""Odoo's domains: conditions in Polish notation, joined by "and" where nothing is said."""

import fnmatch
import re
from collections.abc import Callable
from typing import Any

from sandbox.storage import Record
from sandbox.tools.odoo_fields import Invalid, shown

Test = Callable[[Record], bool]
COMPARED: dict[str, Callable[[str, str], bool]] = {
    ">": lambda held, wanted: held > wanted,
    ">=": lambda held, wanted: held >= wanted,
    "<": lambda held, wanted: held < wanted,
    "<=": lambda held, wanted: held <= wanted,
}


def test(model: str, domain: list[Any]) -> Test:
    """Answer whether a record meets the domain; Invalid where the domain is none."""
    rest = list(reversed(domain))
    tests = []
    while rest:
        tests.append(_next(model, rest))
    return lambda record: all(one(record) for one in tests)


def names(domain: list[Any]) -> set[str]:
    """Answer the fields that a domain speaks of."""
    return {str(leaf[0]) for leaf in domain if isinstance(leaf, list) and len(leaf) == 3}


def _next(model: str, rest: list[Any]) -> Test:
    if not rest:
        raise Invalid("Domain() invalid: a condition is missing")
    term = rest.pop()
    if term in ("|", "&"):
        one, other = _next(model, rest), _next(model, rest)
        if term == "|":
            return lambda record: one(record) or other(record)
        return lambda record: one(record) and other(record)
    if term == "!":
        negated = _next(model, rest)
        return lambda record: not negated(record)
    if not isinstance(term, list) or len(term) != 3:
        raise Invalid(f"Domain() invalid item in domain: {term!r}")
    return _leaf(model, *term)


def _leaf(model: str, name: str, operator: str, wanted: Any) -> Test:
    def held(record: Record) -> Any:
        value = shown(model, name, record)
        return value[0] if isinstance(value, list) else value

    if operator in ("=", "!="):
        return lambda record: (held(record) == wanted) is (operator == "=")
    if operator in ("in", "not in"):
        among = set(wanted)
        return lambda record: (held(record) in among) is (operator == "in")
    if operator in COMPARED:
        compare = COMPARED[operator]
        return lambda record: bool(held(record)) and compare(str(held(record)), str(wanted))
    if operator in ("ilike", "like", "=ilike", "=like"):
        pattern = _pattern(str(wanted), whole=operator.startswith("="))
        flags = re.IGNORECASE if operator.endswith("ilike") else 0
        found = re.compile(pattern, flags | re.DOTALL)
        return lambda record: bool(found.match(str(held(record) or "")))
    raise Invalid(f"Domain() invalid operator {operator!r}")


def _pattern(text: str, *, whole: bool) -> str:
    """Answer SQL's wildcards as a pattern: `_` is any letter, `%` any text."""
    shell = text.replace("[", "[[]").replace("*", "[*]").replace("?", "[?]")
    shell = shell.replace("%", "*").replace("_", "?")
    return fnmatch.translate(shell if whole else f"*{shell}*")
