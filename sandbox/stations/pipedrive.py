"""A person in Pipedrive, and the deal or the lead made of one."""

from typing import Any

from sandbox.errand import Errand
from sandbox.mapping import PLAIN, Values
from sandbox.station import BARE, station
from sandbox.tools.pipedrive_fields import CUSTOM

CURRENCY = "EUR"
CONSENT = {"from": "consent", "as": "boolean", "choices": {"true": 111, "false": 112}}
NUMBERS = ("quantity", "consent")


def _custom(kind: str) -> dict[str, Any]:
    """Answer a mapping onto the business's own fields; an amount's number is a part of it."""
    names = {code: name for code, name in CUSTOM[kind].items() if name != "source"}
    special: dict[str, Any] = {}
    for code in [code for code, name in names.items() if name in ("amount", "consent")]:
        amount = names.pop(code) == "amount"
        special |= {f"{code}.value": BARE} if amount else {code: CONSENT}
    return {**names, **special}


PERSON = {"name": "full_name", "email": "email", "phone": "phone", **_custom("person")}
DEAL = {
    "title": "full_name",
    "value": BARE,
    "expected_close_date": "date",
    **_custom("deal"),
}
LEAD = {**DEAL, "value.amount": {"from": "amount", "as": "money", PLAIN: True}}
del LEAD["value"]


async def deliver_person(errand: Errand) -> None:
    """Create a person."""
    own, custom = _parted("person", errand.record)
    for key in ("email", "phone"):
        if (value := own.pop(key, None)) is not None:
            own[f"{key}s"] = [{"value": value, "primary": True}]
    own.setdefault("name", errand.values.get("email") or "Nobody")
    own["name"] = own["name"] or "Nobody"
    body = {**own, "custom_fields": custom}
    await errand.take("POST", "/api/v2/persons", headers=_key(errand), json=body)


async def deliver_deal(errand: Errand) -> None:
    """Create a deal, on the person it came from if there is one."""
    own, custom = _parted("deal", errand.record)
    own["title"] = own.get("title") or "New deal"
    if "value" in own:
        own |= {"value": _number(own["value"]), "currency": CURRENCY}
    if "persons" in errand.ids:
        own["person_id"] = int(errand.ids["persons"])
    body = {**own, "custom_fields": custom}
    await errand.take("POST", "/api/v2/deals", headers=_key(errand), json=body)


async def deliver_lead(errand: Errand) -> None:
    """Create a lead on the person it came from, who is made first if there is none."""
    own, custom = _parted("deal", errand.record)
    own["title"] = own.get("title") or "New lead"
    if "value.amount" in own:
        amount = _number(own.pop("value.amount"))
        own["value"] = {"amount": amount, "currency": CURRENCY} if amount is not None else None
    person = errand.ids.get("persons") or await _person(errand)
    body = {**own, **custom, "person_id": int(person)}
    await errand.take("POST", "/api/v1/leads", headers=_key(errand), json=body)


async def _person(errand: Errand) -> str:
    name = str(errand.values.get("full_name") or "Nobody")
    emails = [{"value": str(errand.values.get("email") or ""), "primary": True}]
    body = {"name": name, "emails": emails}
    made = await errand.take("POST", "/api/v2/persons", headers=_key(errand), json=body)
    return str(made["data"]["id"])


def _parted(kind: str, record: Values) -> tuple[Values, Values]:
    """Answer what goes beside the custom fields, and those, with numbers as numbers."""
    own: Values = {}
    custom: Values = {}
    for key, value in record.items():
        code, _dot, part = key.partition(".")
        name = CUSTOM[kind].get(code)
        if name is None:
            own[key] = value
        elif part:
            custom[code] = {part: _number(value), "currency": CURRENCY}
        else:
            custom[code] = _number(value) if name in NUMBERS else value
    return own, {code: value for code, value in custom.items() if value not in (None, "")}


def _number(value: object) -> object:
    """Answer a text as the number it is, or as it stands: the tool says what it thinks of it."""
    text = "" if value is None else str(value).strip()
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return value or None


def _key(errand: Errand) -> dict[str, str]:
    return {"x-api-token": errand.secrets["api_token"]}


STATIONS = (
    station("pipedrive_person", "pipedrive", "persons", PERSON, deliver_person),
    station("pipedrive_deal", "pipedrive", "deals", DEAL, deliver_deal),
    station("pipedrive_lead", "pipedrive", "leads", LEAD, deliver_lead),
)
