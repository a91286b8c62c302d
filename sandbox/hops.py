"""The kinds of hop a chain can be drawn of: which tool, which record, which keys by default."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.mapping import PLAIN, Fields, parse
from sandbox.tools.website import FORM_FIELDS

# What a lead field is, in the words of a field rule; the rest is text.
AS: dict[str, str] = {
    "first_name": "name",
    "last_name": "name",
    "full_name": "name",
    "email": "email",
    "phone": "phone",
    "date": "date",
    "datetime": "datetime",
    "amount": "money",
    "quantity": "number",
    "website": "url",
    "topic": "choice",
    "consent": "boolean",
}
CENTS = {"from": "amount", "as": "money", "unit": "cents", "currency": "EUR"}
BARE = {"from": "amount", "as": "money", PLAIN: True}


@dataclass(frozen=True, slots=True, kw_only=True)
class HopKind:
    """One kind of hop: the tool it stands in, the record it makes, and its default mapping."""

    slug: str
    tool: str
    resource: str
    fields: Fields


def _kind(slug: str, tool: str, resource: str, fields: Mapping[str, Any]) -> HopKind:
    rules = parse(fields)
    typed: Fields = {
        key: {"from": rule["from"], "as": AS.get(rule["from"], "text"), **rule}
        for key, rule in rules.items()
    }
    return HopKind(slug=slug, tool=tool, resource=resource, fields=typed)


def _same(*names: str, prefix: str = "", left_out: tuple[str, ...] = ()) -> dict[str, str]:
    return {prefix + name: name for name in names if name not in left_out}


_MAILCHIMP = {"email_address": "email", "FNAME": "first_name", "LNAME": "last_name"} | {
    name.replace("_", "").upper(): name
    for name in FORM_FIELDS
    # A long message does not fit into a merge field: Mailchimp would refuse the whole member.
    if name not in ("first_name", "last_name", "email", "message")
}
_HUBSPOT = {
    "firstname": "first_name",
    "lastname": "last_name",
    "address": "street",
    "zip": "postcode",
    "event_date": "date",
    "event_time": "datetime",
    **_same("full_name", "email", "phone", "company", "city", "country", "website", "message"),
    **_same("quantity", "topic", "consent"),
    "amount": BARE,
}
_DEAL = {
    "dealname": "full_name",
    "amount": BARE,
    "closedate": "date",
    "description": "message",
    **_same(*FORM_FIELDS, prefix="lead_", left_out=("full_name", "amount", "date", "message")),
}
_IN_CUSTOMER = ("full_name", "email", "phone", "street", "postcode", "city", "message")
_CUSTOMER = {
    "name": "full_name",
    "email": "email",
    "phone": "phone",
    "description": "message",
    "address.line1": "street",
    "address.postal_code": "postcode",
    "address.city": "city",
    **_same(*FORM_FIELDS, prefix="metadata.", left_out=_IN_CUSTOMER),
}
_IN_INVOICE = ("email", "full_name", "amount", "message")
_INVOICE = {
    # Stripe itself copies these two from the customer.
    "customer_email": "email",
    "customer_name": "full_name",
    "amount_due": CENTS,
    "description": "message",
    **_same(*FORM_FIELDS, prefix="metadata.", left_out=_IN_INVOICE),
}
# Postmark takes ten metadata fields, names of 20 characters and values of 80.
_MESSAGE = {
    "To": "email",
    **_same("first_name", "phone", "postcode", "date", "amount", "topic", prefix="Metadata."),
}
_LETTER = {"to": "email", **_same(*FORM_FIELDS, left_out=("email",))}

KINDS: dict[str, HopKind] = {
    kind.slug: kind
    for kind in (
        _kind("website", "website", "submission", _same(*FORM_FIELDS)),
        _kind("mailchimp", "mailchimp", "members", _MAILCHIMP),
        _kind("hubspot_contact", "hubspot", "contacts", _HUBSPOT),
        _kind("hubspot_deal", "hubspot", "deals", _DEAL),
        _kind(
            "crm",
            "crm",
            "records",
            {"name": "full_name", **_same(*FORM_FIELDS, left_out=("full_name",))},
        ),
        _kind("stripe_customer", "stripe", "customers", _CUSTOMER),
        _kind("stripe_invoice", "stripe", "invoices", _INVOICE),
        _kind("postmark", "postmark", "messages", _MESSAGE),
        _kind("imap", "mail", "messages", _LETTER),
    )
}

SHAPES: dict[str, tuple[dict[str, Any], ...]] = {
    "A": (
        {"tool": "website"},
        {"tool": "mailchimp"},
        {"tool": "crm"},
        {"tool": "stripe_customer"},
        {"tool": "stripe_invoice"},
    ),
    "B": (
        {"tool": "website"},
        {"tool": "hubspot_contact"},
        {"tool": "hubspot_deal"},
        {"tool": "stripe_customer"},
        {"tool": "stripe_invoice"},
        {"tool": "postmark", "after": "hubspot_contact"},
        {"tool": "imap", "after": "postmark"},
    ),
}
