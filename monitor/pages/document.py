"""A page as JSON: the same facts for the command line and whoever reads it by machine."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum

from connectors.kit.message import Message

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


def document(value: object) -> Json:
    """Answer `value` in plain JSON types: messages as sentences, times in ISO 8601."""
    if isinstance(value, Mapping):
        return {str(key): document(item) for key, item in value.items()}
    if isinstance(value, Message):
        return value.render()
    if is_dataclass(value):
        return {part.name: document(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, tuple | list | set | frozenset):
        return [document(item) for item in value]
    return _plain(value)


def _plain(value: object) -> Json:
    if isinstance(value, Enum):
        return _plain(value.value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"A page holds a {type(value).__name__}, which is no fact.")


class Page:
    """A page: frozen facts that web, command line and API show alike."""

    __slots__ = ()

    def document(self) -> dict[str, Json]:
        """Answer the page as a JSON object."""
        answer = document(self)
        assert isinstance(answer, dict)  # noqa: S101 - a page is a dataclass
        return answer
