"""Airtable's formulas, as far as searches use them: read into a test of one record."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sandbox.storage import Record
from sandbox.tools.crm import iso, moment_of

Value = Callable[[Record], Any]
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<field>\{(?:\\.|[^\\}])*\})
    | (?P<text>"(?:\\.|[^\\"])*"|'(?:\\.|[^\\'])*')
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<name>[A-Za-z_]\w*)
    | (?P<sign>!=|>=|<=|[=<>&(),])
    )""",
    re.VERBOSE | re.DOTALL,
)
# RE2 knows neither looking around nor referring back.
_NOT_RE2 = re.compile(r"\(\?[=!<]|\\[1-9]")
_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
}
_CALLED: Mapping[str, Callable[..., Any]] = {
    "OR": lambda *held: any(_is_true(one) for one in held),
    "AND": lambda *held: all(_is_true(one) for one in held),
    "NOT": lambda held: not _is_true(held),
    "LOWER": lambda held: _text(held).lower(),
    "UPPER": lambda held: _text(held).upper(),
    "TRIM": lambda held: _text(held).strip(),
    "LEN": lambda held: len(_text(held)),
    "CONCATENATE": lambda *held: "".join(map(_text, held)),
    "FIND": lambda part, held: _text(held).find(_text(part)) + 1,
    "SEARCH": lambda part, held: _text(held).lower().find(_text(part).lower()) + 1,
    "REGEX_MATCH": lambda held, pattern: re.search(_pattern(pattern), _text(held)) is not None,
    "IS_AFTER": lambda one, other: moment_of(_text(one)) > moment_of(_text(other)),
    "IS_BEFORE": lambda one, other: moment_of(_text(one)) < moment_of(_text(other)),
    "TRUE": lambda: True,
    "FALSE": lambda: False,
    "BLANK": lambda: "",
}
_OF_RECORD: Mapping[str, Value] = {
    "RECORD_ID": lambda record: record.id,
    "CREATED_TIME": lambda record: iso(record.created),
    "LAST_MODIFIED_TIME": lambda record: iso(record.updated),
}


class BadFormula(ValueError):
    """The formula cannot be used; the sentence says why."""


def matcher(formula: str, names: frozenset[str]) -> Callable[[Record], bool]:
    """Answer a test of records whose fields have these names; an error is no match."""
    reading = _Reading(formula, names)
    value = reading.compared()
    reading.end()

    def holds(record: Record) -> bool:
        try:
            return _is_true(value(record))
        except (TypeError, ValueError, re.error):
            return False

    return holds


class _Reading:
    """A formula read from left to right."""

    def __init__(self, formula: str, names: frozenset[str]) -> None:
        self._tokens = [*_tokens(formula)]
        self._names = names

    def compared(self) -> Value:
        left = self._joined()
        while self._next() in _COMPARED:
            compare, right = _COMPARED[self._take()], self._joined()
            left = _both(compare, left, right)
        return left

    def end(self) -> None:
        if self._tokens:
            raise BadFormula(f"Unexpected {self._tokens[0][1]}")

    def _joined(self) -> Value:
        left = self._one()
        while self._next() == "&":
            self._take()
            left = _both(lambda a, b: _text(a) + _text(b), left, self._one())
        return left

    def _one(self) -> Value:
        if not self._tokens:
            raise BadFormula("Unexpected end")
        kind, word = self._tokens.pop(0)
        if kind == "text":
            text = _unescaped(word)
            return lambda _record: text
        if kind == "number":
            return lambda _record: float(word)
        if kind == "field":
            return self._field(_unescaped(word))
        if kind == "name":
            return self._call(word) if self._next() == "(" else self._field(word)
        if word == "(":
            inner = self.compared()
            self._close()
            return inner
        raise BadFormula(f"Unexpected {word}")

    def _field(self, name: str) -> Value:
        if name not in self._names:
            raise BadFormula(f"Unknown field names: {name.lower()}")
        return lambda record: record.fields.get(name, "")

    def _call(self, name: str) -> Value:
        self._take()
        given: list[Value] = []
        while self._next() != ")":
            given.append(self.compared())
            if self._next() == ",":
                self._take()
        self._close()
        if name.upper() in _OF_RECORD:
            return _OF_RECORD[name.upper()]
        if name.upper() not in _CALLED:
            raise BadFormula(f"Unknown function {name}")
        called = _CALLED[name.upper()]
        return lambda record: called(*(one(record) for one in given))

    def _close(self) -> None:
        if self._next() != ")":
            raise BadFormula("A bracket is open")
        self._take()

    def _next(self) -> str:
        return self._tokens[0][1] if self._tokens and self._tokens[0][0] == "sign" else ""

    def _take(self) -> str:
        return self._tokens.pop(0)[1]


def _tokens(formula: str) -> Iterator[tuple[str, str]]:
    at, whole = 0, formula.rstrip()
    while at < len(whole):
        found = _TOKEN.match(whole, at)
        if found is None or found.lastgroup is None:
            raise BadFormula(f"Unexpected {whole[at : at + 10]}")
        yield found.lastgroup, found[found.lastgroup]
        at = found.end()


def _both(join: Callable[[Any, Any], Any], left: Value, right: Value) -> Value:
    return lambda record: join(left(record), right(record))


def _unescaped(token: str) -> str:
    return re.sub(r"\\(.)", r"\1", token[1:-1], flags=re.DOTALL)


def _pattern(text: object) -> str:
    if _NOT_RE2.search(str(text)):
        raise ValueError("RE2 does not know this.")
    return str(text)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return "" if value is None else str(value)


def _is_true(value: object) -> bool:
    return bool(value) and value != []
