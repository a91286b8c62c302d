"""ActiveCampaign's custom fields: their types, and what each keeps of a value."""

import re
from datetime import date
from typing import Any

# Title and type by id, in the order they were made; ids are texts everywhere.
FIELDS: dict[str, tuple[str, str]] = {
    "1": ("Full name", "text"),
    "2": ("Company", "text"),
    "3": ("Street", "text"),
    "4": ("Postcode", "text"),
    "5": ("City", "text"),
    "6": ("Country", "text"),
    "7": ("Event date", "date"),
    "8": ("Event time", "text"),
    "9": ("Amount", "text"),
    "10": ("Quantity", "text"),
    "11": ("Website", "text"),
    "12": ("Topic", "text"),
    "13": ("Consent", "text"),
    "14": ("Message", "textarea"),
    "15": ("Segment", "dropdown"),
    "16": ("Interests", "checkbox"),
}
OPTIONS = {"15": ("Retail", "Trade"), "16": ("Garden", "Kitchen")}


def describe(at: str) -> list[dict[str, Any]]:
    """Answer the fields as the API lists them."""
    return [
        {
            "title": title,
            "descript": "",
            "type": kind,
            "isrequired": "0",
            "perstag": title.upper().replace(" ", "_"),
            "defval": "",
            "visible": "1",
            "ordernum": id,
            "cdate": at,
            "udate": at,
            "options": [_option(id, number) for number, _ in enumerate(OPTIONS.get(id, ()), 1)],
            "relations": ["0"],
            "links": {"options": f"/api/3/fields/{id}/options"},
            "id": id,
        }
        for id, (title, kind) in FIELDS.items()
    ]


def options() -> list[dict[str, Any]]:
    """Answer what the fields with options offer."""
    return [
        {
            "field": id,
            "orderid": str(number),
            "value": value,
            "label": value,
            "isdefault": "0",
            "id": _option(id, number),
        }
        for id, values in OPTIONS.items()
        for number, value in enumerate(values, 1)
    ]


def checked(given: object) -> dict[str, str]:
    """Answer the values by field id; those of no field, or of none it can hold, are left out."""
    kept: dict[str, str] = {}
    for one in given if isinstance(given, list) else []:
        id, value = str(one.get("field", "")), one.get("value")
        if id in FIELDS and value is not None:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            if not text or _holds(id, text):
                kept[id] = text
    return kept


def _holds(id: str, text: str) -> bool:
    kind = FIELDS[id][1]
    if kind == "date":
        try:
            return bool(date.fromisoformat(text))
        except ValueError:
            return False
    if kind == "dropdown":
        return text in OPTIONS[id]
    if kind == "checkbox":
        found = re.fullmatch(r"\|\|(.+)\|\|", text)
        return found is not None and set(found[1].split("||")) <= {*OPTIONS[id]}
    return True


def _option(id: str, number: int) -> str:
    return f"{id}{number:02}"
