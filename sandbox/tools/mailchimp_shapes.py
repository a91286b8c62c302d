"""Mailchimp's members and problems as its API shows them."""

import uuid
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from sandbox.call import answer
from sandbox.storage import Account, Record
from sandbox.tools import mailchimp_fields as merge

DOCS = "https://mailchimp.com/developer/marketing/docs/errors/"


def member(account: Account, record: Record) -> dict[str, Any]:
    """Answer a member."""
    fields = record.fields
    merged = merge.blank() | fields["merge_fields"]
    born = stamp(record.created)
    return {
        "id": record.id,
        "email_address": fields["email_address"],
        "unique_email_id": record.id[:10],
        "contact_id": record.id,
        "full_name": f"{merged.get('FNAME', '')} {merged.get('LNAME', '')}".strip(),
        "web_id": fields.get("web_id", 0),
        "email_type": "html",
        "status": fields["status"],
        "merge_fields": merged,
        "timestamp_signup": "",
        "timestamp_opt": born,
        "last_changed": stamp(record.updated),
        "list_id": account.secrets["list_id"],
    }


def stamp(moment: float) -> str:
    """Answer a moment as Mailchimp writes it."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")


def problem(
    status: int, title: str, detail: str, errors: list[dict[str, str]] | None = None
) -> web.Response:
    """Answer a problem document."""
    body: dict[str, Any] = {"type": DOCS, "title": title, "status": status, "detail": detail}
    body["instance"] = str(uuid.uuid4())
    if errors:
        body["errors"] = errors
    response = answer(body, status)
    response.headers["Content-Type"] = "application/problem+json; charset=utf-8"
    return response


def invalid(field: str, message: str) -> web.Response:
    """Answer that one field is refused."""
    errors = [{"field": field, "message": message}]
    return problem(400, "Invalid Resource", merge.DETAIL, errors)
