"""The file's entries, each checked by itself, so that one wrong key hides no other."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from connectors.kit.message import Message, _
from monitor.actions.file.mistake import Mistakes, Path
from monitor.actions.file.shape import (
    SLUG,
    ChainEntry,
    ChannelEntry,
    ConnectionEntry,
    Entry,
    File,
    HopEntry,
    WorkspaceEntry,
)
from monitor.actions.file.source import Tree

E = TypeVar("E", bound=Entry)

# What pydantic found, in words that say what to write instead.
SENTENCES = {
    "missing": _("“%(key)s” is missing; add it."),
    "string_type": _("“%(key)s” takes a text; write one, in quotes if need be."),
    "int_parsing": _("“%(key)s” takes a whole number."),
    "int_type": _("“%(key)s” takes a whole number."),
    "bool_parsing": _("“%(key)s” takes true or false."),
    "bool_type": _("“%(key)s” takes true or false."),
    "dict_type": _("“%(key)s” takes entries of the form “name: value”, one to a line."),
    "model_type": _("“%(key)s” takes entries of the form “name: value”, one to a line."),
    "list_type": _("“%(key)s” takes a list, such as [one, another]."),
    "string_too_long": _("“%(key)s” is too long; shorten it to %(max_length)s characters."),
    "greater_than_equal": _("“%(key)s” is too small; write at least %(ge)s."),
    "less_than_equal": _("“%(key)s” is too large; write at most %(le)s."),
    "string_pattern_mismatch": _("“%(key)s” has characters that do not belong there."),
    "enum": _("“%(key)s” must be one of: %(expected)s."),
    "literal_error": _("“%(key)s” must be one of: %(expected)s."),
    "duration": _("“%(key)s” is no length of time; write 20m, 45s, 2h or 1d."),
}
OTHER = _("“%(key)s” cannot be used: %(problem)s.")


def entries(tree: Tree, mistakes: Mistakes) -> File:
    """Answer every entry of the file that is in shape; the others are noted."""
    top = _mapping(tree, (), mistakes, File.model_fields)
    workspace = _entry(WorkspaceEntry, top.get("workspace") or {}, ("workspace",), mistakes)
    return File.model_construct(
        workspace=workspace or WorkspaceEntry(),
        connections=_section(ConnectionEntry, top, "connections", mistakes),
        chains=_chains(top, mistakes),
        channels=_section(ChannelEntry, top, "channels", mistakes),
    )


def _mapping(
    tree: Tree | None, path: Path, mistakes: Mistakes, known: Iterable[str] | None = None
) -> dict[str, Tree]:
    """Answer the entries at `path`; keys that are not `known`, or no short names, are noted."""
    if not tree:
        return {}
    if not isinstance(tree, dict):
        mistakes.add(path, Message(SENTENCES["dict_type"], {"key": path[-1]}))
        return {}
    for key in tree:
        if known is not None and key not in known:
            mistakes.unknown((*path, key), known)
        elif known is None and not re.fullmatch(SLUG, key):
            text = _(
                "“%(key)s” is no short name: write small letters, digits and hyphens, at most 60."
            )
            mistakes.add((*path, key), Message(text, {"key": key}))
    return tree


def _section(model: type[E], top: dict[str, Tree], name: str, mistakes: Mistakes) -> dict[str, E]:
    found = {}
    for slug, tree in _mapping(top.get(name), (name,), mistakes).items():
        entry = _entry(model, tree, (name, slug), mistakes)
        if entry is not None:
            found[slug] = entry
    return found


def _chains(top: dict[str, Tree], mistakes: Mistakes) -> dict[str, ChainEntry]:
    found = {}
    for slug, tree in _mapping(top.get("chains"), ("chains",), mistakes).items():
        path = ("chains", slug)
        hops = tree.get("hops") if isinstance(tree, dict) else None
        rest = {k: v for k, v in tree.items() if k != "hops"} if isinstance(tree, dict) else tree
        chain = _entry(ChainEntry, rest, path, mistakes)
        drawn = {}
        for hop, hop_tree in _mapping(hops, (*path, "hops"), mistakes).items():
            entry = _entry(HopEntry, hop_tree, (*path, "hops", hop), mistakes)
            if entry is not None:
                drawn[hop] = entry
        if chain is not None:
            found[slug] = chain.model_copy(update={"hops": drawn})
    return found


def _entry(model: type[E], tree: Tree, path: Path, mistakes: Mistakes) -> E | None:
    """Answer one entry, None where it is out of shape."""
    try:
        return model.model_validate(tree or {})
    except ValidationError as error:
        # The values are left out of what pydantic tells: one of them may be a secret.
        for found in error.errors(include_input=False, include_url=False):
            _note(model, found, path, mistakes)
    return None


def _note(model: type[Entry], found: Mapping[str, Any], path: Path, mistakes: Mistakes) -> None:
    place = (*path, *(str(part) for part in found["loc"]))
    if found["type"] == "extra_forbidden":
        mistakes.unknown(place, _fields(model, found["loc"][:-1]))
        return
    values = {name: str(value) for name, value in found.get("ctx", {}).items()}
    key = place[-1] if place else "file"
    sentence = SENTENCES.get(found["type"], OTHER)
    mistakes.add(place, Message(sentence, {**values, "key": key, "problem": str(found["msg"])}))


def _fields(model: type[Entry], way: tuple[int | str, ...]) -> Iterable[str]:
    """Answer the keys of the entry at `way` below `model`."""
    for part in way:
        annotation = model.model_fields[str(part)].annotation
        below = [one for one in getattr(annotation, "__args__", (annotation,)) if one is not None]
        model = next(
            (one for one in below if isinstance(one, type) and issubclass(one, Entry)), model
        )
    return model.model_fields
