"""How Pipedrive says things: records, fields, pages, and when it is too fast for it."""

import re
from collections.abc import Iterator, Mapping

from connectors.kit.answer import Answer, Piece
from connectors.kit.body import nested
from connectors.kit.records import FieldInfo

CUSTOM = re.compile(r"[0-9a-f]{40}(?![^.])")
# A person has many addresses and numbers; a mapping means the primary one.
MANY = {"email": "emails", "phone": "phones"}
ONE = {many: one for one, many in MANY.items()}
KINDS = {
    "date": "date",
    "double": "number",
    "email": "email",
    "emails": "email",
    "enum": "choice",
    "monetary": "money",
    "phone": "phone",
    "phones": "phone",
}
REQUIRED = frozenset({"name", "title"})
# What a lead has beside the deals' custom fields, which are its own as well.
LEAD_FIELDS = (
    FieldInfo(key="title", label="Title", required=True),
    FieldInfo(key="value.amount", label="Value", kind="money"),
    FieldInfo(key="value.currency", label="Currency"),
    FieldInfo(key="expected_close_date", label="Expected close date", kind="date"),
)
# The day's budget comes back at the server's midnight, which it does not tell.
SPENT = 3600.0


def is_limit(answer: Answer) -> bool:
    """Whether a 403 means "too fast": then the edge says so, in HTML."""
    return answer.status == 403 and "json" not in answer.headers.get("Content-Type")


def pause(answer: Answer) -> float | None:
    """Answer for how long to stay away: to the end of the window, longer where the day is spent."""
    if answer.headers.get("x-daily-ratelimit-token-remaining").strip() == "0":
        return SPENT
    left = answer.headers.get("x-ratelimit-reset").strip()
    return float(left) if re.fullmatch(r"\d+(\.\d+)?", left) else None


def following(answer: Piece) -> str:
    """Answer where the next page begins, as either version tells it; empty on the last."""
    paging = answer.maybe("additional_data.pagination")
    if paging is None or paging.value is None:
        return answer.maybe_text("additional_data.next_cursor")
    more = paging.at("more_items_in_collection").value
    return paging.text("next_start") if more is True else ""


def flat(record: Piece) -> Piece:
    """Answer a record whose custom fields lie beside the others, and its primary address."""
    if not isinstance(record.value, Mapping):
        raise record.origin.unexpected(record.path, "record")
    custom = record.value.get("custom_fields")
    made = {**record.value, **(custom if isinstance(custom, Mapping) else {})}
    # Version 1 writes an amount's currency beside it, version 2 within.
    for code in [key for key in made if CUSTOM.fullmatch(key) and f"{key}_currency" in made]:
        made[code] = {"value": made[code], "currency": made[f"{code}_currency"]}
    for one, many in MANY.items():
        if isinstance(listed := made.get(many), list):
            made[one] = _primary(listed)
    return Piece(made, record.origin, record.path)


def body(record: Mapping[str, object]) -> dict[str, object]:
    """Answer what creates this record: custom fields apart, addresses in lists."""
    custom = {key: value for key, value in record.items() if CUSTOM.match(key)}
    own = {key: value for key, value in record.items() if key not in custom}
    for one in MANY.keys() & own.keys():
        own[MANY[one]] = [{"value": own.pop(one), "primary": True}]
    return {**own, "custom_fields": nested(custom)} if custom else own


def described(field: Piece) -> Iterator[FieldInfo]:
    """Yield what a mapping may name of one field; one of several parts is named part by part."""
    code, kind = field.text("field_code"), field.maybe_text("field_type")
    key, label = ONE.get(code, code), field.maybe_text("field_name")
    parts = [part.text("field_code") for part in _listed(field, "subfields")]
    writable = (told := field.maybe("is_writable")) is None or told.value is not False
    choices = tuple(option.text("id") for option in _listed(field, "options"))
    if not (CUSTOM.fullmatch(code) and parts):
        yield FieldInfo(
            key=key,
            label=label,
            kind=KINDS.get(code) or KINDS.get(kind, "text"),
            required=key in REQUIRED,
            writable=writable,
            choices=choices if kind == "enum" else (),
        )
        return
    for part in parts:
        held = KINDS.get(kind, "text") if part == "value" else "text"
        yield FieldInfo(key=f"{key}.{part}", label=label, kind=held, writable=writable)


def _listed(field: Piece, name: str) -> list[Piece]:
    held = field.maybe(name)
    return list(held.each()) if held is not None and held.value is not None else []


def _primary(listed: list[object]) -> object:
    """Answer the value that is marked primary, else the first, None without any."""
    held = [one for one in listed if isinstance(one, Mapping)]
    first = next((one for one in held if one.get("primary") is True), held[0] if held else {})
    return first.get("value")
