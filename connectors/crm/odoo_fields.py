"""Odoo's fields: what they are, and what their values say to others."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from connectors.crm.odoo_rpc import Protocols
from connectors.kit.answer import Piece
from connectors.kit.records import FieldInfo

STAMP = "%Y-%m-%d %H:%M:%S"
KINDS = {
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "float": "number",
    "integer": "number",
    "monetary": "money",
    "selection": "choice",
}
ADDRESSES = frozenset({"email", "email_from"})
_STAMPED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:.*")


class Fields:
    """The fields of one model. Types are asked for once, and only where they matter."""

    def __init__(self, rpc: Protocols, model: str) -> None:
        self._rpc = rpc
        self._model = model
        self._types: Mapping[str, str] | None = None

    def described(self) -> list[FieldInfo]:
        """Answer every field as a mapping may name it."""
        told = self._told("string", "type", "required", "readonly", "selection")
        return [_info(key, piece) for key, piece in told.items()]

    def read(self, key: str, value: object) -> object:
        """Answer a value as others mean it: nothing is not False, and a moment has its zone."""
        if isinstance(value, list) and len(value) == 2 and isinstance(value[1], str):
            return value[1]  # another record: its number and its name
        if value is False and self._type(key) != "boolean":
            return None
        if isinstance(value, str) and _STAMPED.fullmatch(value) and self._type(key) == "datetime":
            return f"{value}+00:00"
        return value

    def written(self, key: str, value: object) -> object:
        """Answer a moment as Odoo takes it, in UTC and without a zone; the rest as it is."""
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return value
        if moment.tzinfo is None or self._type(key) != "datetime":
            return value
        return moment.astimezone(UTC).strftime(STAMP)

    def _type(self, key: str) -> str:
        if self._types is None:
            told = self._told("type")
            self._types = {name: piece.maybe_text("type") for name, piece in told.items()}
        return self._types.get(key, "")

    def _told(self, *attributes: str) -> dict[str, Piece]:
        told = self._rpc.call(self._model, "fields_get", ("allfields", []), attributes=attributes)
        if not isinstance(told.value, Mapping):
            raise told.origin.unexpected(told.path, "fields")
        return {str(key): told.at(str(key)) for key in told.value}


def _info(key: str, told: Piece) -> FieldInfo:
    required, fixed = told.maybe("required"), told.maybe("readonly")
    kind = KINDS.get(told.maybe_text("type"), "text")
    return FieldInfo(
        key=key,
        label=told.maybe_text("string"),
        kind="email" if key in ADDRESSES else kind,
        required=required is not None and required.value is True,
        writable=fixed is None or fixed.value is not True,
        choices=tuple(pair.text("0") for pair in told.maybe_each("selection")),
    )
