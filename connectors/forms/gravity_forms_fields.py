"""A Gravity Forms form's fields: a compound one is as many as it has inputs."""

from collections.abc import Iterator

from connectors.kit.answer import Piece
from connectors.kit.records import FieldInfo

# What shows and takes nothing.
SILENT = ("html", "section", "page", "captcha", "submit")
KINDS = {"name": "name", "email": "email", "phone": "phone", "date": "date", "number": "number",
         "website": "url", "select": "choice", "radio": "choice"}  # fmt: skip
# Of a name or an address that must be filled in, the parts a form asks for.
NEEDED = {"name": (".3", ".6"), "address": (".1", ".3", ".5")}


def described(form: Piece) -> list[FieldInfo]:
    """Answer the fields of a form, in its own order."""
    return [info for field in form.each("fields") for info in _fields(field)]


def _fields(field: Piece) -> Iterator[FieldInfo]:
    type_ = field.maybe_text("type")
    if type_ in SILENT:
        return
    kind, label, required = KINDS.get(type_, "text"), field.maybe_text("label"), _true(field)
    inputs = _each(field, "inputs")
    for part in inputs:
        key = part.text("id")
        if not _true(part, "isHidden"):
            yield FieldInfo(
                key=key,
                label=f"{label}: {part.maybe_text('label')}",
                kind=kind,
                required=required and key.endswith(NEEDED.get(type_, ())),
            )
    if not inputs:
        choices = tuple(one.maybe_text("value") for one in _each(field, "choices"))
        key, kind = field.text("id"), kind if choices or kind != "choice" else "text"
        yield FieldInfo(key=key, label=label, kind=kind, required=required, choices=choices)


def _each(field: Piece, path: str) -> list[Piece]:
    """Answer a list that may as well be null, absent or an empty text."""
    found = field.maybe(path)
    return [*found.each()] if found and isinstance(found.value, list) else []


def _true(piece: Piece, path: str = "isRequired") -> bool:
    found = piece.maybe(path)
    return bool(found and found.value)
