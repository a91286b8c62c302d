"""SOQL, as far as lists of records need it: select, from, where, order by, limit."""

import fnmatch
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.tools.salesforce_fields import OBJECTS, Wrong, spelled

Row = Mapping[str, Any]
Test = Callable[[Row], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*')|(?P<moment>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d))?)"
    r"|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>[A-Za-z][\w.]*)|(?P<mark><=|>=|!=|[(),=<>]))"
)
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    ">": lambda held, wanted: held > wanted,
    ">=": lambda held, wanted: held >= wanted,
    "<": lambda held, wanted: held < wanted,
    "<=": lambda held, wanted: held <= wanted,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked: which fields of which object, of which rows, in which order."""

    kind: str
    names: tuple[str, ...]
    test: Test
    order: str = ""
    down: bool = False
    limit: int | None = None


def parse(text: str) -> Query:
    """Answer the query that a text is; Wrong where it is none."""
    return _Reader(_tokens(text)).query()


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    while place < len(text.rstrip()):
        match = _TOKEN.match(text, place)
        if match is None:
            raise _malformed(text[place : place + 10])
        found.append(match[0].strip())
        place = match.end()
    return found


def _malformed(near: str) -> Wrong:
    return Wrong("MALFORMED_QUERY", f"unexpected token: '{near}'")


class _Reader:
    """Reads a query word by word."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.at = 0
        self.kind = ""

    def query(self) -> Query:
        self._need("select")
        wanted = self._list()
        self._need("from")
        self.kind = next((one for one in OBJECTS if one.lower() == self._peek().lower()), "")
        if not self.kind:
            said = f"sObject type '{self._peek()}' is not supported."
            raise Wrong("INVALID_TYPE", said)
        self.at += 1
        names = tuple(self._name(name) for name in wanted)
        if len({name.lower() for name in names}) < len(names):
            raise Wrong("INVALID_FIELD", "duplicate field selected")
        test = self._any() if self._takes("where") else _all
        order, down, limit = "", False, None
        if self._takes("order"):
            self._need("by")
            order = self._name(self._word())
            down = self._takes("desc") or (self._takes("asc") and False)
        if self._takes("limit"):
            limit = int(self._word())
        if self.at < len(self.words):
            raise _malformed(self._peek())
        return Query(kind=self.kind, names=names, test=test, order=order, down=down, limit=limit)

    def _any(self) -> Test:
        tests = [self._both()]
        while self._takes("or"):
            tests.append(self._both())
        return lambda row: any(test(row) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._takes("and"):
            tests.append(self._one())
        return lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        if self._takes("("):
            inner = self._any()
            self._need(")")
            return inner
        if self._takes("not"):
            refused = self._one()
            return lambda row: not refused(row)
        name, sign = self._name(self._word()), self._word().lower()
        if sign == "not":
            self._need("in")
            among = self._among()
            return lambda row: _low(row[name]) not in among
        if sign == "in":
            among = self._among()
            return lambda row: _low(row[name]) in among
        return _compared(name, sign, self._value())

    def _among(self) -> set[Any]:
        self._need("(")
        values = {_low(self._value())}
        while self._takes(","):
            values.add(_low(self._value()))
        self._need(")")
        return values

    def _value(self) -> Any:
        word = self._word()
        if word.startswith("'"):
            return _ESCAPE.sub(lambda one: _ESCAPED.get(one[1], one[1]), word[1:-1])
        if word.lower() in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[word.lower()]
        if re.fullmatch(r"-?\d+(\.\d+)?", word):
            return float(word)
        if re.match(r"\d{4}-", word):
            return word
        raise _malformed(word)

    def _list(self) -> list[str]:
        names = [self._word()]
        while self._takes(","):
            names.append(self._word())
        return names

    def _name(self, word: str) -> str:
        return spelled(self.kind, word)

    def _peek(self) -> str:
        return self.words[self.at] if self.at < len(self.words) else ""

    def _word(self) -> str:
        if self.at >= len(self.words):
            raise _malformed("<EOF>")
        self.at += 1
        return self.words[self.at - 1]

    def _takes(self, word: str) -> bool:
        if self._peek().lower() != word:
            return False
        self.at += 1
        return True

    def _need(self, word: str) -> None:
        if not self._takes(word):
            raise _malformed(self._peek() or "<EOF>")


def _all(row: Row) -> bool:
    del row
    return True


def _low(value: Any) -> Any:
    """Answer a value as it is compared: letter case says nothing."""
    return value.lower() if isinstance(value, str) else value


def _compared(name: str, sign: str, wanted: Any) -> Test:
    if sign in ("=", "!="):
        return lambda row: (_low(row[name]) == _low(wanted)) is (sign == "=")
    if sign == "like":
        shell = re.sub(r"([\[*?])", r"[\1]", str(wanted)).replace("%", "*").replace("_", "?")
        pattern = re.compile(fnmatch.translate(shell), re.IGNORECASE | re.DOTALL)
        return lambda row: bool(pattern.match(str(row[name] or "")))
    if sign not in _ORDERS:
        raise _malformed(sign)
    compare = _ORDERS[sign]
    return lambda row: row[name] is not None and compare(_number(row[name]), _number(wanted))


def _number(value: Any) -> Any:
    """Answer moments as numbers, so that notations do not matter."""
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
        return datetime.fromisoformat(value).timestamp()
    return value
