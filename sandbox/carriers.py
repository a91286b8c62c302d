"""The last metre of an automation: a record written through its tool's own public API."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox.call import AUTOMATION_HEADER
from sandbox.mail import letter, posting
from sandbox.mapping import Values
from sandbox.tools.mailchimp import member_hash


class NotTaken(Exception):
    """The tool refused the record; the sentence is what it said."""


class Busy(Exception):
    """The tool asked to come back later, after this many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"come back in {seconds:g} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One delivery: where to, with which key, what to write and what it follows from."""

    automation: str
    http: aiohttp.ClientSession
    url: str
    secrets: Mapping[str, str]
    record: Values
    values: Values
    ids: Mapping[str, str]
    source: Mapping[str, Any]
    junk: bool = False

    async def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        data: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """Send one request; answer status and body. A refusal is only raised by `take`."""
        async with self.http.request(
            method,
            self.url + path,
            headers={AUTOMATION_HEADER: self.automation, **(headers or {})},
            json=json,
            data=data,
            params=params,
        ) as response:
            if response.status == 429:
                raise Busy(float(response.headers.get("Retry-After", "0.5")))
            try:
                body = await response.json(content_type=None)
            except ValueError:
                body = {}
            return response.status, body if isinstance(body, dict) else {}

    async def take(self, method: str, path: str, **kwargs: Any) -> dict[str, Any]:
        """Send one request that must succeed."""
        status, body = await self.call(method, path, **kwargs)
        if status >= 400:
            raise NotTaken(f"{status}: {str(body)[:300]}")
        return body


async def to_crm(errand: Errand) -> None:
    """Add a row."""
    headers = {"Authorization": f"Bearer {errand.secrets['token']}"}
    await errand.take("POST", "/api/records", headers=headers, json=errand.record)


async def to_mailchimp(errand: Errand) -> None:
    """Add or update a subscriber."""
    email = str(errand.record.get("email_address") or "")
    merge = {key: value for key, value in errand.record.items() if key.isupper()}
    await errand.take(
        "PUT",
        f"/3.0/lists/{errand.secrets['list_id']}/members/{member_hash(email)}",
        headers={"Authorization": f"Bearer {errand.secrets['api_key']}"},
        json={
            "email_address": email,
            "status_if_new": "subscribed",
            "merge_fields": {key: "" if value is None else value for key, value in merge.items()},
        },
    )


async def to_hubspot_contact(errand: Errand) -> None:
    """Create a contact, or update the one that exists."""
    headers, body = _bearer(errand), {"properties": errand.record}
    path = "/crm/v3/objects/contacts"
    status, said = await errand.call("POST", path, headers=headers, json=body)
    if status == 409:
        known = str(said.get("message", "")).rpartition(": ")[2]
        said = await errand.take("PATCH", f"{path}/{known}", headers=headers, json=body)
    elif status >= 400:
        raise NotTaken(f"{status}: {str(said)[:300]}")


async def to_hubspot_deal(errand: Errand) -> None:
    """Create a deal, at the contact it came from if there is one."""
    body: dict[str, Any] = {"properties": errand.record}
    if "contacts" in errand.ids:
        kinds = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 3}]
        body["associations"] = [{"to": {"id": errand.ids["contacts"]}, "types": kinds}]
    await errand.take("POST", "/crm/v3/objects/deals", headers=_bearer(errand), json=body)


async def to_stripe_customer(errand: Errand) -> None:
    """Create a customer."""
    data = _form(errand.record)
    await errand.take("POST", "/v1/customers", headers=_bearer(errand), data=data)


async def to_stripe_invoice(errand: Errand) -> None:
    """Draft an invoice for the customer, who is found by email or made first."""
    headers = _bearer(errand)
    customer = errand.ids.get("customers") or await _customer(errand)
    record = {key: held for key, held in errand.record.items() if not key.startswith("customer_")}
    amount = record.pop("amount_due", None)
    data = {"customer": customer, "auto_advance": "false", "currency": "eur"}
    data |= {"collection_method": "send_invoice", "days_until_due": "30", **_form(record)}
    invoice = await errand.take("POST", "/v1/invoices", headers=headers, data=data)
    item = {"customer": customer, "invoice": str(invoice["id"]), "currency": "eur"}
    item |= {"amount": str(amount if amount is not None else 0), "description": "Order"}
    await errand.take("POST", "/v1/invoiceitems", headers=headers, data=item)


async def _customer(errand: Errand) -> str:
    headers, email = _bearer(errand), str(errand.values.get("email") or "")
    params = {"email": email, "limit": "1"}
    found = await errand.take("GET", "/v1/customers", headers=headers, params=params)
    if found["data"]:
        return str(found["data"][0]["id"])
    name = str(errand.values.get("full_name") or "")
    data = {"email": email, "name": name}
    made = await errand.take("POST", "/v1/customers", headers=headers, data=data)
    return str(made["id"])


async def to_postmark(errand: Errand) -> None:
    """Send the welcome mail."""
    subject, body = letter.compose(errand.values)
    metadata = {
        key.removeprefix("Metadata."): str(value)
        for key, value in errand.record.items()
        if key.startswith("Metadata.") and value is not None
    }
    await errand.take(
        "POST",
        "/email",
        headers={"X-Postmark-Server-Token": errand.secrets["server_token"]},
        json={
            "From": letter.SENDER,
            "To": errand.record.get("To") or "",
            "Subject": subject,
            "TextBody": body,
            "Metadata": metadata,
            "MessageStream": "outbound",
        },
    )


async def to_mail(errand: Errand) -> None:
    """Hand the letter to the mail server."""
    told = {"email": errand.record.get("to"), **errand.record}
    told.pop("to", None)
    subject, body = letter.compose(told)
    # A message that nothing happened to goes out word for word.
    source = errand.source if "TextBody" in errand.source else {}
    await posting.post(
        errand.url,
        recipient=str(source.get("To") or errand.values.get("email") or ""),
        subject=str(source.get("Subject") or subject),
        body=str(source.get("TextBody") or body),
        message_id=errand.ids.get("messages", ""),
        junk=errand.junk,
    )


def _bearer(errand: Errand) -> dict[str, str]:
    return {"Authorization": f"Bearer {next(iter(errand.secrets.values()))}"}


def _form(record: Values) -> dict[str, str]:
    """Answer a record as Stripe's form fields: `address.city` is `address[city]`."""
    data = {}
    for key, value in record.items():
        outer, dot, inner = key.partition(".")
        data[f"{outer}[{inner}]" if dot else outer] = "" if value is None else str(value)
    return data


CARRIERS: dict[str, Callable[[Errand], Awaitable[None]]] = {
    "crm": to_crm,
    "mailchimp": to_mailchimp,
    "hubspot_contact": to_hubspot_contact,
    "hubspot_deal": to_hubspot_deal,
    "stripe_customer": to_stripe_customer,
    "stripe_invoice": to_stripe_invoice,
    "postmark": to_postmark,
    "imap": to_mail,
}
