"""The fields of the business's table in Airtable: their types, and what each takes."""

import re
from datetime import UTC, date, datetime
from typing import Any

TYPES: dict[str, str] = {
    "Name": "singleLineText",
    "First name": "singleLineText",
    "Last name": "singleLineText",
    "Email": "email",
    "Phone": "phoneNumber",
    "Company": "singleLineText",
    "Street": "singleLineText",
    "Postcode": "singleLineText",
    "City": "singleLineText",
    "Country": "singleLineText",
    "Event date": "date",
    "Event time": "dateTime",
    "Amount": "number",
    "Quantity": "number",
    "Website": "url",
    "Topic": "singleSelect",
    "Interests": "multipleSelects",
    "Consent": "checkbox",
    "Message": "multilineText",
    'Odd "{name}"': "singleLineText",
    "Created": "createdTime",
    "Greeting": "formula",
}
COMPUTED = ("createdTime", "formula")
CHOICES = {"Topic": ("quote", "booking"), "Interests": ("Garden", "Kitchen")}
_TICKED = ("true", "yes", "checked", "1")


class NotTaken(ValueError):
    """A field does not take a value: the error's type, and the sentence."""

    def __init__(self, kind: str, said: str) -> None:
        super().__init__(said)
        self.kind = kind


class Table:
    """What one table's fields take; `typecast` adds to the choices for good."""

    def __init__(self) -> None:
        self.choices = {name: list(held) for name, held in CHOICES.items()}

    def describe(self) -> list[dict[str, Any]]:
        """Answer the fields as the schema lists them."""
        return [
            {"id": f"fld{number:014}", "name": name, "type": kind, **self._options(name, kind)}
            for number, (name, kind) in enumerate(TYPES.items(), 1)
        ]

    def checked(self, given: dict[str, Any], *, typecast: bool) -> dict[str, Any]:
        """Answer what is stored of these; NotTaken where Airtable refuses the record."""
        stored = {}
        for name, value in given.items():
            if name not in TYPES:
                raise NotTaken("UNKNOWN_FIELD_NAME", f'Unknown field name: "{name}"')
            stored[name] = self._stored(name, TYPES[name], value, typecast=typecast)
        return stored

    def _stored(self, name: str, kind: str, value: object, *, typecast: bool) -> object:
        if kind in COMPUTED:
            said = f'Field "{name}" cannot accept a value because the field is computed'
            raise NotTaken("INVALID_VALUE_FOR_COLUMN", said)
        if value is None or value in ("", []):
            return None
        if kind in ("singleSelect", "multipleSelects"):
            return self._chosen(name, kind, value, typecast=typecast)
        try:
            return _converted(kind, value) if typecast else _exact(kind, value)
        except ValueError:
            said = f'Field "{name}" cannot accept the provided value'
            raise NotTaken("INVALID_VALUE_FOR_COLUMN", said) from None

    def _chosen(self, name: str, kind: str, value: object, *, typecast: bool) -> object:
        many = kind == "multipleSelects"
        named = value if isinstance(value, list) else [str(value)]
        if many and not typecast and not isinstance(value, list):
            said = f'Field "{name}" cannot accept the provided value'
            raise NotTaken("INVALID_VALUE_FOR_COLUMN", said)
        for one in named:
            if one not in self.choices[name]:
                if not typecast:
                    said = f'Insufficient permissions to create new select option ""{one}""'
                    raise NotTaken("INVALID_MULTIPLE_CHOICE_OPTIONS", said)
                self.choices[name].append(one)
        return named if many else named[0]

    def _options(self, name: str, kind: str) -> dict[str, Any]:
        if name in self.choices:
            listed = [{"id": f"sel{one}", "name": one} for one in self.choices[name]]
            return {"options": {"choices": listed}}
        return {"options": {"precision": 2}} if kind == "number" else {}


def present(fields: dict[str, Any]) -> dict[str, Any]:
    """Answer the cells that hold something: an empty cell, and a box not ticked, are absent."""
    return {
        name: held
        for name, held in fields.items()
        if held is not False and held not in (None, "", [])
    }


def _exact(kind: str, value: object) -> object:
    """Answer a value that has the field's own type already."""
    if kind == "number":
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(kind)
        return value
    if kind == "checkbox":
        if not isinstance(value, bool):
            raise ValueError(kind)
        return value
    if not isinstance(value, str):
        raise ValueError(kind)  # noqa: TRY004 - callers know one error
    return _day(kind, value) if kind in ("date", "dateTime") else value


def _converted(kind: str, value: object) -> object:
    """Answer a value as well as it can be read; what cannot be leaves the cell empty."""
    text = str(value).strip()
    if kind == "number":
        number = float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else None
        return int(number) if number is not None and number == int(number) else number
    if kind == "checkbox":
        return text.lower() in _TICKED
    if kind not in ("date", "dateTime"):
        return str(value)
    try:
        return _day(kind, text)
    except ValueError:
        return None


def _day(kind: str, text: str) -> str:
    if kind == "date":
        return date.fromisoformat(text[:10]).isoformat()
    found = datetime.fromisoformat(text)
    at = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
