"""ActiveCampaign's contacts, their values and its errors as the API shows them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from aiohttp import web

from sandbox.call import answer
from sandbox.storage import Record

# The zone of every account here; moments without a zone are read in it, too.
ZONE = timezone(timedelta(hours=-5))


def stamp(moment: float) -> str:
    """Answer a moment as the account's own clock shows it."""
    return datetime.fromtimestamp(moment, UTC).astimezone(ZONE).isoformat(timespec="seconds")


def moment(text: str) -> float:
    """Answer an ISO 8601 text as epoch seconds; ValueError where it is none."""
    found = datetime.fromisoformat(text.replace(" ", "+"))
    return (found if found.tzinfo else found.replace(tzinfo=ZONE)).timestamp()


def contact(record: Record) -> dict[str, Any]:
    """Answer a contact; its custom values stand beside it, not in it."""
    local, _, domain = record.email.partition("@")
    fields = record.fields
    return {
        "cdate": stamp(record.created),
        "udate": stamp(record.updated),
        "email": record.email,
        "phone": fields.get("phone", ""),
        "firstName": fields.get("firstName", ""),
        "lastName": fields.get("lastName", ""),
        "orgid": "0",
        "email_local": local,
        "email_domain": domain,
        "deleted": "0",
        "scoreValues": [],
        "links": {"fieldValues": f"/api/3/contacts/{record.id}/fieldValues"},
        "id": record.id,
        "organization": None,
    }


def values(records: Iterable[Record]) -> list[dict[str, Any]]:
    """Answer the custom values of these contacts."""
    return [
        {
            "contact": record.id,
            "field": field,
            "value": held,
            "cdate": stamp(record.created),
            "udate": stamp(record.updated),
            "links": {"owner": f"/api/3/fieldValues/{record.id}{field}/owner"},
            "id": f"{record.id}{field}",
            "owner": record.id,
        }
        for record in records
        for field, held in record.fields["values"].items()
    ]


def invalid(title: str, code: str, pointer: str, error: str = "") -> web.Response:
    """Answer that what was sent cannot be processed."""
    problem = {"title": title, "detail": "", "code": code}
    problem |= {"error": error} if error else {}
    source = {"source": {"pointer": f"/data/attributes/{pointer}"}}
    return answer({"errors": [{**problem, **source}]}, 422)
