"""What a vendor's own description of its API says of a request and its answer.

A description is read by `tests.connectors.specs`.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from jsonschema import Draft202012Validator

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method at one path: what it takes and what it answers. `body` is None where none is."""

    method: str
    path: str
    way: re.Pattern[str]
    query: Mapping[str, Json]
    needed: frozenset[str]
    body: Json | None
    answers: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Description:
    """A vendor's operations. With `exact` values must have the described shape; without, as for
    descriptions that others wrote, only paths and names bind."""

    operations: tuple[Operation, ...]
    shared: Json
    exact: bool = True
    free: Sequence[str] = field(default=())

    def deviations(self, asked: Json) -> list[str]:
        """Answer how a recorded request and its answer depart from the description."""
        url = urlsplit(asked["url"])
        where = f"{asked['method']} {url.path}"
        found = [one for one in self.operations
                 if one.method == asked["method"] and one.way.fullmatch(url.path)]  # fmt: skip
        if not found:
            return [f"{where}: there is no such call"]
        # The most literal path is meant where several fit.
        one = min(found, key=lambda each: each.path.count("{"))
        told = [*self._query(one, url.query), *self._body(one, asked), *self._answer(one, asked)]
        return [f"{where}: {each}" for each in told]

    def describes(self, asked: Json) -> bool:
        """Whether there is an operation at this path, whatever the method."""
        path = urlsplit(asked["url"]).path
        return any(one.way.fullmatch(path) for one in self.operations)

    def _query(self, one: Operation, query: str) -> Iterator[str]:
        given = dict(parse_qsl(query, keep_blank_values=True))
        for name in sorted(one.needed - given.keys()):
            yield f"the query lacks {name}"
        for name, value in given.items():
            schema = one.query.get(name) or one.query.get(name.partition("[")[0])
            if schema is None and f"query.{name}" in self.free:
                continue
            if schema is None:
                yield f"the query has {name}, which is not described"
            elif (choices := schema.get("enum")) and value not in map(str, choices):
                yield f"the query's {name} is {value!r}, not one of {choices}"

    def _body(self, one: Operation, asked: Json) -> Iterator[str]:
        if not asked["body"]:
            return
        if one.body is None:
            yield "a body is sent, and none is described"
            return
        kind = next((v for k, v in asked["headers"].items() if k.lower() == "content-type"), "")
        if "form" in kind:
            names = {name.partition("[")[0] for name, _ in parse_qsl(asked["body"])}
            yield from self._strays(one.body, dict.fromkeys(names), "body")
        else:
            yield from self._checked(one.body, json.loads(asked["body"]), "body")

    def _answer(self, one: Operation, asked: Json) -> Iterator[str]:
        status = str(asked["status"])
        if not status.startswith("2"):
            return
        kept = next((one.answers[key] for key in (status, "2XX") if key in one.answers), None)
        if kept is None:
            yield f"it answered {status}, which is not described"
        elif kept and asked["answer"]:
            yield from self._checked(kept, json.loads(asked["answer"]), "answer")

    def _checked(self, schema: Json, value: Any, place: str) -> Iterator[str]:
        yield from self._strays(schema, value, place)
        if self.exact:
            validator = Draft202012Validator({**schema, **self.shared})
            for error in validator.iter_errors(value):
                yield f"{place}{error.json_path[1:]}: {error.message[:160]}"

    def _strays(self, schema: Json, value: Any, place: str) -> Iterator[str]:
        """Yield the names in `value` that the description does not know, at any depth."""
        if isinstance(value, list):
            for item in value:
                yield from self._strays(self._items(schema), item, f"{place}[]")
            return
        known, is_open = self._properties(schema)
        if not isinstance(value, dict) or not known:
            return
        for name, held in value.items():
            if name in known:
                yield from self._strays(known[name], held, f"{place}.{name}")
            elif not is_open and f"{place}.{name}" not in self.free:
                yield f"{place}.{name} is not described"

    def _items(self, schema: Json) -> Json:
        for part in self._parts(schema):
            if "items" in part:
                items: Json = part["items"]
                return items
        return {}

    def _properties(self, schema: Json) -> tuple[Json, bool]:
        """Answer what a schema names, and whether there may be more."""
        known: Json = {}
        is_open = False
        for part in self._parts(schema):
            known |= part.get("properties", {})
            is_open = is_open or bool(part.get("additionalProperties"))
        return known, is_open

    def _parts(self, schema: Json, depth: int = 8) -> Iterator[Json]:
        """Yield a schema and all it consists of."""
        if not depth:
            return
        if "$ref" in schema:
            target: Any = self.shared
            for step in str(schema["$ref"]).removeprefix("#/").split("/"):
                target = target[unquote(step).replace("~1", "/").replace("~0", "~")]
            yield from self._parts(target, depth - 1)
        yield schema
        for kind in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(kind, ()):
                yield from self._parts(part, depth - 1)
