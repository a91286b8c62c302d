"""The fields of a table as Airtable's schema lists them.

https://airtable.com/developers/web/api/field-model
"""

from connectors.kit.answer import Piece
from connectors.kit.records import FieldInfo

KINDS = {"email": "email", "url": "url", "phoneNumber": "phone", "date": "date",
         "dateTime": "datetime", "currency": "money", "checkbox": "boolean",
         "singleSelect": "choice", "multipleSelects": "choice",
         **dict.fromkeys(("number", "percent", "rating", "duration"), "number")}  # fmt: skip
COMPUTED = (
    *("formula", "rollup", "count", "multipleLookupValues", "autoNumber", "createdTime"),
    *("lastModifiedTime", "createdBy", "lastModifiedBy", "button", "externalSyncSource"),
)


def described(field: Piece) -> FieldInfo:
    """Answer one field; a computed one takes no value."""
    kind = field.text("type")
    return FieldInfo(
        key=field.text("name"),
        label=field.text("name"),
        kind=KINDS.get(kind, "text"),
        writable=kind not in COMPUTED,
        choices=tuple(option.text("name") for option in field.maybe_each("options.choices")),
    )
