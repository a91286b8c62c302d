"""Salesforce's fields: which a lead and a contact have, and which values each takes."""

import re
from datetime import UTC, date, datetime
from typing import Any

Field = tuple[str, int]

_TEXT: Field = ("string", 255)
_OWN: dict[str, Field] = {
    "FullName__c": _TEXT,
    "Topic__c": _TEXT,
    "Place__c": _TEXT,
    "Message__c": ("textarea", 32_768),
    "EventDate__c": ("date", 0),
    "EventTime__c": ("datetime", 0),
    "Amount__c": ("currency", 0),
    "Quantity__c": ("double", 0),
    "Consent__c": ("boolean", 0),
}
_PERSON: dict[str, Field] = {
    "LastName": ("string", 80),
    "FirstName": ("string", 40),
    "Salutation": ("picklist", 40),
    "Title": ("string", 128),
    "Email": ("email", 80),
    "Phone": ("phone", 40),
    "MobilePhone": ("phone", 40),
    "LeadSource": ("picklist", 255),
    "Description": ("textarea", 32_000),
}
_ALWAYS: dict[str, Field] = {
    "Id": ("id", 18),
    "Name": ("string", 121),
    "IsDeleted": ("boolean", 0),
    "CreatedDate": ("datetime", 0),
    "LastModifiedDate": ("datetime", 0),
    "SystemModstamp": ("datetime", 0),
}
OBJECTS: dict[str, dict[str, Field]] = {
    "Lead": {
        **_PERSON,
        "Company": _TEXT,
        "Street": ("textarea", 255),
        "City": ("string", 40),
        "PostalCode": ("string", 20),
        "Country": ("string", 80),
        "Website": ("url", 255),
        "Status": ("picklist", 255),
        "IsConverted": ("boolean", 0),
        "ConvertedContactId": ("reference", 18),
        **_OWN,
        **_ALWAYS,
    },
    "Contact": {
        **_PERSON,
        "AccountId": ("reference", 18),
        "MailingStreet": ("textarea", 255),
        "MailingCity": ("string", 40),
        "MailingPostalCode": ("string", 20),
        "MailingCountry": ("string", 80),
        "Company__c": _TEXT,
        "Website__c": ("url", 255),
        **_OWN,
        **_ALWAYS,
    },
    "Organization": {
        "Id": ("id", 18),
        "Name": ("string", 80),
        "IsSandbox": ("boolean", 0),
        "OrganizationType": ("picklist", 40),
    },
}
PREFIXES = {"Lead": "00Q", "Contact": "003"}
REQUIRED = {"Lead": ("LastName", "Company"), "Contact": ("LastName",)}
READ_ONLY = frozenset({*_ALWAYS, "IsConverted", "ConvertedContactId"})
CHOICES = {
    "Salutation": ("Mr.", "Ms.", "Dr."),
    "LeadSource": ("Web", "Phone Inquiry", "Other"),
    "Status": ("Open - Not Contacted", "Working - Contacted", "Closed - Converted"),
}
_EMAIL = re.compile(r"^[^@\s,;<>()]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+$")


class Wrong(ValueError):
    """A record is not taken: the vendor's code, its sentence, and the fields it is about."""

    def __init__(self, code: str, said: str, *fields: str) -> None:
        super().__init__(said)
        self.code = code
        self.fields = fields


def spelled(kind: str, name: str) -> str:
    """Answer a field's own spelling; Wrong where the object has none of this name."""
    known = {one.lower(): one for one in OBJECTS[kind]}
    if name.lower() not in known:
        said = f"No such column '{name}' on entity '{kind}'."
        raise Wrong("INVALID_FIELD", said)
    return known[name.lower()]


def checked(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """Answer what is stored; one wrong field refuses the whole record."""
    stored: dict[str, Any] = {}
    for key, value in given.items():
        name = spelled(kind, key)
        if name in READ_ONLY:
            said = f"Unable to create/update fields: {name}."
            raise Wrong("INVALID_FIELD_FOR_INSERT_UPDATE", said, name)
        stored[name] = None if value in (None, "") else _stored(name, OBJECTS[kind][name], value)
    return stored


def lacking(kind: str, stored: dict[str, Any]) -> None:
    """Raise Wrong where a required field is empty."""
    missing = [name for name in REQUIRED[kind] if not str(stored.get(name) or "").strip()]
    if missing:
        said = f"Required fields are missing: [{', '.join(missing)}]"
        raise Wrong("REQUIRED_FIELD_MISSING", said, *missing)


def _stored(name: str, field: Field, value: Any) -> Any:
    held, length = field
    if held == "boolean":
        return _typed(name, held, value, right=isinstance(value, bool))
    if held in ("double", "currency"):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return _typed(name, held, value, right=number)
    text = str(_typed(name, held, value, right=isinstance(value, str)))
    if held in ("date", "datetime"):
        return _moment(name, held, text)
    if length and len(text) > length:
        said = f"{name}: data value too large: {text[:20]} (max length={length})"
        raise Wrong("STRING_TOO_LONG", said, name)
    if held == "email" and not _EMAIL.match(text.strip()):
        said = f"{name}: invalid email address: {text}"
        raise Wrong("INVALID_EMAIL_ADDRESS", said, name)
    # Text is kept without the white space around it.
    return text.strip()


def _typed(name: str, held: str, value: Any, *, right: bool) -> Any:
    if not right:
        said = f"Cannot deserialize instance of {held} from value {value!r} for {name}"
        raise Wrong("JSON_PARSER_ERROR", said)
    return value


def _moment(name: str, held: str, text: str) -> str:
    try:
        if held == "date":
            return date.fromisoformat(text).isoformat()
        # Without a zone this says no more than a text does.
        return stamp(datetime.strptime(_zoned(text), "%Y-%m-%dT%H:%M:%S.%f%z").timestamp())
    except ValueError:
        said = f"Cannot deserialize instance of {held} from VALUE_STRING value {text} for {name}"
        raise Wrong("JSON_PARSER_ERROR", said) from None


def _zoned(text: str) -> str:
    """Answer a moment's text with its fraction, which may be left out."""
    return re.sub(r"(T\d\d:\d\d:\d\d)(?!\.)", r"\1.0", text)


def stamp(moment: float) -> str:
    """Answer a moment as Salesforce writes it."""
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "+0000")


def describe(kind: str) -> dict[str, Any]:
    """Answer the object as `describe` tells it."""
    told = [
        {
            "name": name,
            "label": name.removesuffix("__c"),
            "type": held,
            "length": length,
            "nillable": name not in REQUIRED[kind] and held != "boolean",
            "createable": name not in READ_ONLY,
            "updateable": name not in READ_ONLY,
            "defaultedOnCreate": held == "boolean",
            "custom": name.endswith("__c"),
            "picklistValues": [
                {"value": one, "label": one, "active": True} for one in CHOICES.get(name, ())
            ],
        }
        for name, (held, length) in OBJECTS[kind].items()
    ]
    return {"name": kind, "label": kind, "keyPrefix": PREFIXES[kind], "fields": told}
