"""How Salesforce says things: limits, likenesses, refusals within a success, fields."""

from connectors.kit.answer import Answer, Piece
from connectors.kit.errors import Refused
from connectors.kit.message import Message, _
from connectors.kit.records import FieldInfo

# The limit of a day rolls on: what was spent a day ago comes back all the time.
SPENT = 900.0
GONE = frozenset({"ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY"})
KEPT = _("Salesforce does not remove a record: %(reason)s")
KINDS = {
    "boolean": "boolean",
    "currency": "money",
    "date": "date",
    "datetime": "datetime",
    "double": "number",
    "email": "email",
    "int": "number",
    "percent": "number",
    "phone": "phone",
    "picklist": "choice",
    "url": "url",
}


def is_limit(answer: Answer) -> bool:
    """Whether a 403 means that the day's calls are spent."""
    return answer.status == 403 and b"REQUEST_LIMIT_EXCEEDED" in answer.body


def is_known(answer: Answer) -> bool:
    """Whether a refusal means that a rule found a record like this one."""
    return b"DUPLICATES_DETECTED" in answer.body


def pause(answer: Answer) -> float | None:
    """Answer for how long to stay away; Salesforce itself says nothing of it."""
    return SPENT if is_limit(answer) else None


def removed(answer: Piece) -> None:
    """Raise Refused where a record of several stays; one that is gone already is fine."""
    for error in (one for record in answer.each() for one in record.maybe_each("errors")):
        if error.maybe_text("statusCode") not in GONE:
            message = Message(KEPT, {"reason": error.maybe_text("message")})
            raise Refused(message, status=400, where="Salesforce")


def described(field: Piece) -> FieldInfo:
    """Answer a field; it is required where Salesforce neither fills it nor takes nothing."""
    kind = field.text("type")
    filled = field.at("nillable").value is True or field.at("defaultedOnCreate").value is True
    writable = field.at("createable").value is True
    choices = [one for one in field.maybe_each("picklistValues") if one.at("active").value is True]
    return FieldInfo(
        key=field.text("name"),
        label=field.maybe_text("label"),
        kind=KINDS.get(kind, "text"),
        required=writable and not filled,
        writable=writable,
        choices=tuple(one.text("value") for one in choices) if kind == "picklist" else (),
    )
