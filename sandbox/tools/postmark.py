"""Postmark's message API: sends mail, and lists what it sent."""

import json
import uuid
from datetime import UTC, datetime
from email.utils import getaddresses, parseaddr
from typing import Any, ClassVar

from aiohttp import web

from sandbox.call import Call, Refusal, answer
from sandbox.storage import Account, Record
from sandbox.tool import Tool
from sandbox.tools.website import ADDRESS
from sandbox.world import key_for

TEST_TOKEN = "POSTMARK_API_TEST"  # noqa: S105 - Postmark publishes it
WORDS = {
    400: (403, "Invalid JSON received."),
    401: (10, "The Server API token you provided in the X-Postmark-Server-Token is not valid."),
    403: (10, "The request is not allowed for this token."),
    404: (701, "This message was not found."),
    429: (429, "Rate limit exceeded."),
    500: (0, "Internal server error."),
}


class Postmark(Tool):
    """One server an account. A message that was sent goes on to the mail server."""

    slug: ClassVar[str] = "postmark"
    title: ClassVar[str] = "Postmark"
    resources: ClassVar[tuple[str, ...]] = ("messages",)

    def routes(self) -> None:
        self.add("GET", "/server", self.server)
        self.add("POST", "/email", self.send)
        self.add("GET", "/messages/outbound", self.outbound)
        self.add("GET", "/messages/outbound/{id}/details", self.details)

    def credentials(self, name: str) -> dict[str, str]:
        return {"server_token": str(uuid.UUID(key_for(self.slug, name)))}

    def key_of(self, call: Call) -> str:
        return call.request.headers.get("X-Postmark-Server-Token", "")

    def error(self, status: int, detail: str = "") -> web.Response:
        code, words = WORDS.get(status, (0, "Something went wrong."))
        return answer({"ErrorCode": code, "Message": detail or words}, status)

    def open_account(self, name: str, *, lag: float = 0.0, **options: object) -> Account:
        self.keys.setdefault(
            TEST_TOKEN, Account(tool=self.slug, name="", secrets={"server_token": TEST_TOKEN})
        )
        return super().open_account(name, lag=lag, **options)

    def server(self, call: Call) -> web.Response:
        """Say whose server the token opens."""
        name = call.at.name
        return answer(
            {
                "ID": int(key_for("postmark-id", name, 6), 16),
                "Name": f"{name} mails",
                "ApiTokens": [call.at.secrets["server_token"]],
                "Color": "blue",
                "SmtpApiActivated": True,
                "DeliveryType": "Live",
            }
        )

    def send(self, call: Call) -> web.Response:
        """Send one mail; the test token only checks it."""
        try:
            wanted = call.json()
        except json.JSONDecodeError:
            return self.error(400)
        problem = _problem(wanted)
        if problem:
            raise Refusal(answer({"ErrorCode": problem[0], "Message": problem[1]}, 422))
        if call.at.secrets["server_token"] == TEST_TOKEN:
            return answer(_receipt(wanted["To"], str(uuid.uuid4()), call.now, "Test job accepted"))
        record = self.plant(call.at, "messages", wanted, call.now)
        self.tell(call.at, "messages", record)
        return answer(_receipt(wanted["To"], record.id, call.now, "OK"))

    def outbound(self, call: Call) -> web.Response:
        """List what was sent, the newest first, up to ten thousand."""
        query = call.request.query
        count, offset = query.get("count", ""), query.get("offset", "")
        if not count.isdigit() or not offset.isdigit() or not 0 < int(count) <= 500:
            said = "Parameters 'count' (1 to 500) and 'offset' are required."
            raise Refusal(answer({"ErrorCode": 600, "Message": said}, 422))
        if int(count) + int(offset) > 10_000:
            said = "Sum of 'count' and 'offset' parameters may not exceed 10,000."
            raise Refusal(answer({"ErrorCode": 600, "Message": said}, 422))
        found = self._found(call)
        shown = found[int(offset) : int(offset) + int(count)]
        messages = [_shape(record) for record in shown]
        return answer({"TotalCount": len(found), "Messages": messages})

    def details(self, call: Call) -> web.Response:
        """Show one message with its text."""
        record = call.at.shelf("messages").records.get(call.path("id"))
        if record is None:
            raise Refusal(self.error(404))
        at = _stamp(record.created)
        event = {"Recipient": record.email, "Type": "Delivered", "ReceivedAt": at, "Details": {}}
        texts = {key: record.fields.get(key) or "" for key in ("TextBody", "HtmlBody")}
        body = texts["TextBody"] or texts["HtmlBody"]
        return answer({**_shape(record), **texts, "Body": body, "MessageEvents": [event]})

    def flat(self, resource: str, record: Record) -> dict[str, Any]:
        flat = super().flat(resource, record)
        for key, value in (flat.pop("Metadata", None) or {}).items():
            flat[f"Metadata.{key}"] = value
        return flat

    def plant(self, account: Account, resource: str, fields: dict[str, Any], at: float) -> Record:
        fields = dict(fields)
        metadata = dict(fields.get("Metadata") or {})
        for key in [key for key in fields if key.startswith("Metadata.")]:
            metadata[key.removeprefix("Metadata.")] = fields.pop(key)
        fields["Metadata"] = metadata
        email = parseaddr(str(fields.get("To", "")))[1]
        return account.shelf(resource).put(Record(str(uuid.uuid4()), fields, at, at, email))

    def _found(self, call: Call) -> list[Record]:
        query = call.request.query
        shelf, wanted = call.at.shelf("messages"), query.get("recipient", "")
        records = reversed(shelf.of_email(wanted)) if wanted else shelf.newest()
        asked = {"tag": "Tag", "fromemail": "From", "subject": "Subject"}
        checks = {key: query[name] for name, key in asked.items() if query.get(name)}
        checks |= {
            name: value for name, value in query.items() if name.startswith("metadata_") and value
        }
        first, last = query.get("fromdate", ""), query.get("todate", "9999")
        return [
            record
            for record in records
            if not call.hides(record)
            and all(_matches(record, key, value) for key, value in checks.items())
            and first[:10] <= _stamp(record.created)[:10] <= last[:10]
        ]


def _matches(record: Record, key: str, value: str) -> bool:
    if key.startswith("metadata_"):
        metadata = {name.lower(): held for name, held in record.fields["Metadata"].items()}
        return str(metadata.get(key.removeprefix("metadata_").lower(), "")) == value
    held = str(record.fields.get(key) or "")
    return value.lower() in held.lower() if key == "Subject" else value.lower() == held.lower()


def _problem(wanted: dict[str, Any]) -> tuple[int, str] | None:
    if not ADDRESS.match(parseaddr(str(wanted.get("From") or ""))[1]):
        return 300, f"Invalid 'From' address: '{wanted.get('From')}'."
    to = [address for _, address in getaddresses([str(wanted.get("To") or "")])]
    if not to or not all(ADDRESS.match(address) for address in to):
        return 300, f"Error parsing 'To': Illegal email address '{wanted.get('To')}'."
    if not wanted.get("TextBody") and not wanted.get("HtmlBody"):
        return 300, "Provide either email TextBody or HtmlBody or both."
    for key, value in (wanted.get("Metadata") or {}).items():
        if len(key) > 20 or len(str(value)) > 80:
            return 300, "Metadata names have up to 20 characters and values up to 80."
    if len(wanted.get("Metadata") or {}) > 10:
        return 300, "A message can have up to 10 metadata fields."
    return None


def _stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()


def _receipt(to: str, message_id: str, now: float, words: str) -> dict[str, Any]:
    return {
        "To": to,
        "SubmittedAt": _stamp(now),
        "MessageID": message_id,
        "ErrorCode": 0,
        "Message": words,
    }


def _shape(record: Record) -> dict[str, Any]:
    fields = record.fields
    named = [{"Email": email, "Name": name} for name, email in getaddresses([str(fields["To"])])]
    return {
        "Tag": fields.get("Tag", ""),
        "MessageID": record.id,
        "MessageStream": fields.get("MessageStream", "outbound"),
        "To": named,
        "Cc": [],
        "Bcc": [],
        "Recipients": [one["Email"] for one in named],
        "ReceivedAt": _stamp(record.created),
        "From": fields.get("From", ""),
        "Subject": fields.get("Subject", ""),
        "Attachments": [],
        "Status": "Sent",
        "TrackOpens": False,
        "TrackLinks": "None",
        "Metadata": fields["Metadata"],
        "Sandboxed": False,
    }
