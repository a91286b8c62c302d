"""HubSpot's objects, batches and errors as its API shows them."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from sandbox.call import answer
from sandbox.storage import Account, Record

TYPE_IDS = {("contacts", "deals"): 4, ("deals", "contacts"): 3}


def names(text: str) -> tuple[str, ...]:
    """Answer the names of a comma-separated list."""
    return tuple(name for name in text.split(",") if name)


def stamp(moment: float) -> str:
    """Answer a moment as HubSpot writes it."""
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def shape(record: Record, wanted: tuple[str, ...]) -> dict[str, Any]:
    """Answer an object with the properties asked for, absent ones as null."""
    held = record.fields["properties"]
    usual = ("createdate", "lastmodifieddate", "hs_object_id", "email", "firstname", "lastname")
    names = dict.fromkeys([*usual[:3], *(wanted or usual)])
    return {
        "id": record.id,
        "properties": {name: held.get(name) for name in names},
        "createdAt": stamp(record.created),
        "updatedAt": stamp(record.updated),
        "archived": record.archived,
    }


def linked(account: Account, kind: str, other: str) -> Callable[[str], list[str]]:
    """Answer a function that says what of `other` hangs on a record of `kind`."""
    deals = account.shelf("deals").records
    if (kind, other) == ("deals", "contacts"):
        return lambda id: list(deals[id].fields["links"]) if id in deals else []
    by_contact: dict[str, list[str]] = {}
    for deal in deals.values():
        for contact in deal.fields["links"]:
            by_contact.setdefault(contact, []).append(deal.id)
    return lambda id: by_contact.get(id, [])


def link(kind: str, other: str, id: str) -> dict[str, Any]:
    """Answer one association."""
    type_id = TYPE_IDS.get((kind, other), 0)
    types = [{"category": "HUBSPOT_DEFINED", "typeId": type_id, "label": None}]
    return {"toObjectId": int(id), "associationTypes": types}


def batch(results: list[Any], lost: list[str], said: str, category: str) -> web.Response:
    """Answer a batch, with 207 where something was not found."""
    now = stamp(datetime.now(UTC).timestamp())
    body: dict[str, Any] = {"status": "COMPLETE", "results": results}
    body |= {"startedAt": now, "completedAt": now}
    if not lost:
        return answer(body)
    problem = {"status": "error", "category": category, "message": said, "context": {"ids": lost}}
    return answer({**body, "numErrors": 1, "errors": [problem]}, 207)


def error(status: int, category: str, message: str, **extra: str) -> web.Response:
    """Answer an error."""
    body = {"status": "error", "message": message, "correlationId": str(uuid.uuid4())}
    return answer({**body, "category": category, **extra}, status)
