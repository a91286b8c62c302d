"""Pipedrive's records and answers as its API shows them, in version 2 and in version 1."""

import base64
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from sandbox.call import answer
from sandbox.storage import Record
from sandbox.tools import pipedrive_fields as fields

WORDS = {
    400: "Bad request",
    401: "unauthorized access",
    403: "Forbidden",
    404: "Not found",
    410: "Gone",
    429: "request over limit",
}
INFO = "Please check developers.pipedrive.com for more information about Pipedrive API."


def stamp(moment: float) -> str:
    """Answer a moment as version 2 writes it: whole seconds."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def fine(data: object, **more: object) -> web.Response:
    """Answer a success; `more` is what lies beside the data."""
    return answer({"success": True, "data": data, "additional_data": more or None})


def error(status: int, said: str = "") -> web.Response:
    """Answer a refusal."""
    told = said or WORDS.get(status, "Server error")
    body = {"success": False, "error": told, "errorCode": status, "error_info": INFO}
    return answer({**body, "data": None, "additional_data": None}, status)


def shape(kind: str, record: Record) -> dict[str, Any]:
    """Answer a record as lists and reads show it."""
    held = {**record.fields, "add_time": stamp(record.created)}
    held |= {"update_time": stamp(record.updated)}
    if kind == "leads":
        custom = held.pop("custom_fields")
        return {"id": record.id, **held, **_old(custom), "is_archived": False}
    usual: dict[str, Any] = {
        "id": int(record.id),
        "owner_id": 1,
        "org_id": None,
        "is_deleted": False,
    }
    usual |= {"visible_to": 3, "label_ids": []}
    if kind == "persons":
        first, _space, last = str(held["name"]).partition(" ")
        return {**usual, "first_name": first, "last_name": last or None, **held}
    more = {"pipeline_id": 1, "stage_id": 1, "status": "open", "is_archived": False}
    return {**usual, **more, **held}


def flat(kind: str, record: Record) -> dict[str, Any]:
    """Answer a record's fields keyed as a mapping names them."""
    held = {**record.fields, **record.fields["custom_fields"]}
    if kind == "persons":
        for one, many in (("email", "emails"), ("phone", "phones")):
            held[one] = primary(record.fields[many])
    for key, value in list(held.items()):
        if isinstance(value, dict):
            held |= {f"{key}.{part}": inner for part, inner in value.items()}
    return {key: value for key, value in held.items() if not isinstance(value, dict | list)}


def primary(listed: Iterable[dict[str, Any]]) -> str | None:
    """Answer the value that is marked primary, else the first."""
    held = list(listed)
    first = next((one for one in held if one.get("primary")), held[0] if held else {})
    return first.get("value")


def whole(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """Answer the record that flat fields stand for; what is whole stays as it is."""
    made: dict[str, Any] = {"custom_fields": {}}
    own = fields.CUSTOM["person" if kind == "persons" else "deal"]
    for key, value in given.items():
        code, _dot, part = key.partition(".")
        place = made["custom_fields"] if code in own else made
        if key in ("email", "phone"):
            made[f"{key}s"] = [{"value": value, "primary": True, "label": "work"}]
        elif part:
            place.setdefault(code, {})[part] = value
        else:
            place[code] = value
    if kind == "persons":
        made = {"name": "", "emails": [], "phones": [], **made}
    return made


def page(
    found: list[Record], by: str, limit: int, cursor: str, *, down: bool = False
) -> tuple[list[Record], str | None]:
    """Answer one page of records in the order of `by`, and the cursor of the next, if any."""

    def place(record: Record) -> tuple[float, int]:
        moment = {"add_time": record.created, "update_time": record.updated}.get(by, 0.0)
        return moment, int(record.id)

    ordered = sorted(found, key=place, reverse=down)
    if cursor:
        moment, id = json.loads(base64.urlsafe_b64decode(cursor))
        after = (float(moment), int(id))
        ordered = [one for one in ordered if (place(one) < after if down else place(one) > after)]
    shown = ordered[:limit]
    if len(ordered) <= limit:
        return shown, None
    return shown, base64.urlsafe_b64encode(json.dumps(place(shown[-1])).encode()).decode()


def _old(custom: dict[str, Any]) -> dict[str, Any]:
    """Answer custom fields as version 1 writes them: beside the others, currency apart."""
    made: dict[str, Any] = {}
    for code, value in custom.items():
        if isinstance(value, dict):
            made |= {code: value.get("value"), f"{code}_currency": value.get("currency")}
        else:
            made[code] = value
    return made
