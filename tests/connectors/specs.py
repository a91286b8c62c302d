"""Vendors' descriptions of their APIs, read from their files and made alike.

They come as OpenAPI 3, Swagger 2 or Google discovery, and lie outside the repository:
HANDOFF_SPECS names their folder.
"""

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ruamel.yaml import YAML

from tests.connectors.oracle import Description, Json, Operation
from tests.sandbox_process import ROOT

SPECS = Path(os.environ.get("HANDOFF_SPECS") or ROOT.parent / "shared" / "specs")
METHODS = ("get", "post", "put", "patch", "delete")
# What a description says of a value beside its shape, and what older dialects say otherwise.
UNUSED = ("format", "pattern", "example", "default", "discriminator", "xml", "readOnly",
          "exclusiveMinimum", "exclusiveMaximum", "nullable", "x-nullable")  # fmt: skip


def described(*files: str, exact: bool = True, free: Sequence[str] = ()) -> Description:
    """Answer the descriptions in these files as one. FileNotFoundError names one that is absent."""
    operations: list[Operation] = []
    shared: Json = {}
    for name in files:
        document = _read(SPECS / name)
        operations += _discovered(document) if "rootUrl" in document else _listed(document)
        for part in ("definitions", "components", "schemas", "parameters"):
            shared.setdefault(part, {})
            for key, value in document.get(part, {}).items():
                held = shared[part].setdefault(key, {} if isinstance(value, dict) else value)
                if isinstance(held, dict) and isinstance(value, dict):
                    held |= value
    return Description(tuple(operations), shared, exact, free)


def _read(file: Path) -> Json:
    text = file.read_text()
    if file.suffix == ".json":
        told: Json = _alike(json.loads(text))
        return told
    # Two of the files hold prose that is no YAML; none of it is needed.
    text = re.sub(r"(?ms)^info:.*?(?=^\w)", "", text).replace("\t", " ")
    document: Json = _alike(YAML(typ="safe").load(text))
    return document


def _alike(value: Any, *, named: bool = False) -> Any:
    """Answer a description in one dialect; under `properties` names are names, not words."""
    if isinstance(value, list):
        return [_alike(item) for item in value]
    if not isinstance(value, dict):
        return value
    if named:
        return {key: _alike(item) for key, item in value.items()}
    made = {
        key: _alike(item, named=key in ("properties", "parameters") and isinstance(item, dict))
        for key, item in value.items()
        if key not in UNUSED and not _is_older(key, value)
    }
    if value.get("nullable") or value.get("x-nullable"):
        return {"anyOf": [made, {"type": "null"}]}
    return made


def _is_older(key: str, holder: Json) -> bool:
    """Whether a word is one of older dialects, with no meaning in a schema of today."""
    if key == "required":
        return isinstance(holder[key], bool) and not {"in", "location"} & holder.keys()
    return key == "type" and holder[key] == "any"


def _way(base: str, path: str) -> re.Pattern[str]:
    whole = f"{base.rstrip('/')}/{path.lstrip('/')}"
    return re.compile(re.sub(r"\\\{\\?\+?[^}]+\\\}", "[^/]+", re.escape(whole)))


def _listed(document: Json) -> Iterator[Operation]:
    """Yield the operations of OpenAPI and of Swagger."""
    servers = document.get("servers") or [{"url": document.get("basePath", "")}]
    base = urlsplit(str(servers[0]["url"])).path
    for path, item in document["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            one = item[method]
            taken = [
                _followed(document, each)
                for each in [*item.get("parameters", ()), *one.get("parameters", ())]
            ]
            query = {each["name"]: each.get("schema", each) for each in taken
                     if each.get("in") == "query"}  # fmt: skip
            yield Operation(
                method=method.upper(),
                path=path,
                way=_way(base, path),
                query=query,
                needed=frozenset(each["name"] for each in taken
                                 if each.get("in") == "query" and each.get("required") is True),
                body=_taken(document, one, taken),
                answers={
                    str(status): _said(_followed(document, answer))
                    for status, answer in one.get("responses", {}).items()
                },
            )  # fmt: skip


def _taken(document: Json, one: Json, taken: Sequence[Json]) -> Json | None:
    """Answer the schema of an operation's body."""
    for each in taken:
        if each.get("in") == "body":
            schema: Json = each.get("schema", {})
            return schema
    fields = {each["name"]: each for each in taken if each.get("in") == "formData"}
    if fields:
        return {"properties": fields}
    if "requestBody" not in one:
        return None
    return _said(_followed(document, one["requestBody"]))


def _said(holder: Json) -> Json:
    """Answer the schema of a body, {} where it has no shape."""
    if "schema" in holder:
        schema: Json = holder["schema"]
        return schema
    return next((kind.get("schema", {}) for kind in holder.get("content", {}).values()), {})


def _followed(document: Json, value: Json) -> Json:
    if "$ref" not in value:
        return value
    found: Any = document
    for step in str(value["$ref"]).removeprefix("#/").split("/"):
        found = found[step]
    answer: Json = found
    return answer


def _discovered(document: Json) -> Iterator[Operation]:
    """Yield the operations of a Google discovery document."""
    document["schemas"] = json.loads(
        re.sub(r'"\$ref": "(\w+)"', r'"$ref": "#/schemas/\1"', json.dumps(document["schemas"]))
    )
    yield from _of_resources(document, document)


def _of_resources(document: Json, holder: Json) -> Iterator[Operation]:
    for method in holder.get("methods", {}).values():
        taken = {**document.get("parameters", {}), **method.get("parameters", {})}
        query = {name: one for name, one in taken.items() if one.get("location") == "query"}
        body, said = (method.get(part) for part in ("request", "response"))
        yield Operation(
            method=method["httpMethod"],
            path=method["path"],
            way=_way(document.get("servicePath") or "", method["path"]),
            query=query,
            needed=frozenset(name for name, one in query.items() if one.get("required") is True),
            body=_of_schemas(body),
            answers={"200": _of_schemas(said) or {}},
        )
    for inner in holder.get("resources", {}).values():
        yield from _of_resources(document, inner)


def _of_schemas(holder: Json | None) -> Json | None:
    return None if holder is None else {"$ref": f"#/schemas/{holder['$ref']}"}
