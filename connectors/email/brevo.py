"""Brevo: the contacts of an account, their attributes in capital letters."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from connectors.kit.address import segment
from connectors.kit.answer import Answer, Piece
from connectors.kit.auth import HeaderKey
from connectors.kit.base import Describes, Finds, Kind, Limit, Removes, Resource, Site, Submits
from connectors.kit.body import json_body
from connectors.kit.http import Door, Manners
from connectors.kit.paging import by_offset
from connectors.kit.ports import Ports
from connectors.kit.records import Account, Arrival, FieldInfo, Lead, Receipt
from connectors.kit.settings import secret, text
from connectors.kit.sought import Sought

VERSION = "/v3"
CONTACTS = f"{VERSION}/contacts"
PAGE = 1000
# Up to here a call for each lead costs less than reading what was changed.
FEW = 2
# What an attribute holds, in the words of a field rule; the rest is text.
KINDS = {"date": "date", "float": "number", "id": "number", "boolean": "boolean",
         "multiple-choice": "choice"}  # fmt: skip
OWN = {"SMS": "phone", "FIRSTNAME": "name", "LASTNAME": "name"}
READ_ONLY = ("calculated", "global", "transactional")


def is_known(answer: Answer) -> bool:
    """Whether a refusal means that the address is a contact's already, not only its phone."""
    named = answer.told.maybe("metadata.duplicate_identifiers")
    if named is None:
        return answer.told.maybe_text("code") == "duplicate_parameter"
    return isinstance(named.value, list) and "email" in named.value


def pause(answer: Answer) -> float | None:
    """Answer the seconds until the endpoint's budget is whole again; there is no Retry-After."""
    seconds = answer.headers.get("x-sib-ratelimit-reset")
    return float(seconds) if seconds.isdecimal() else None


class Brevo(Submits, Finds, Removes, Describes):
    """A contact is asked for by its address; the recent changes serve many leads."""

    slug = "brevo"
    name = "Brevo"
    kind = Kind.EMAIL
    docs = "https://developers.brevo.com/reference/create-contact"
    base = "https://api.brevo.com"
    asks = (
        secret("api_key", "API key", help="Your name › SMTP & API › API keys › Generate."),
        text(
            "list_id",
            "List ID",
            help="Contacts › Lists, the number after #: new contacts join this list. Leave it "
            "empty if your automation does not start with a list.",
            required=False,
            pattern=r"\d+",
            example="2",
        ),
    )
    resources = (
        Resource(
            slug="contacts",
            name="contact",
            plural="contacts",
            fields={
                "email": {"from": "email", "as": "email"},
                "FIRSTNAME": {"from": "first_name", "as": "name"},
                "LASTNAME": {"from": "last_name", "as": "name"},
                "SMS": {"from": "phone", "as": "phone"},
            },
            merges_by=("email",),
            note="One contact for each address, and for each phone in `SMS`.",
        ),
    )
    limits = (Limit(calls=10, seconds=1), Limit(calls=36_000, seconds=3600))
    side_effects = (
        "A new contact can start your automations, which mail the test address.",
        "Contacts are deleted for good after a run; their addresses can come back.",
    )

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.api = self._door(site.ports)

    def check(self) -> Account:
        # Brevo counts this endpoint apart, a hundred calls an hour: its pause closes no other.
        apart = self._door(replace(self.site.ports, pace=None))
        account = apart.get(f"{VERSION}/account").json
        return Account(id=account.text("organization_id"), label=account.text("companyName"))

    def submit(self, lead: Lead) -> Receipt:
        # Neither an update nor a merge: a contact that exists is a real one, and stays as it is.
        record = {"email": lead.email, **lead.record}
        body: dict[str, object] = {"email": record.pop("email"), "updateEnabled": False}
        if "EXT_ID" in record:
            body["ext_id"] = record.pop("EXT_ID")
        body["attributes"] = record
        if list_id := self.answer("list_id"):
            body["listIds"] = [int(list_id)]
        return Receipt(id=self.api.post(CONTACTS, body=json_body(body)).json.text("id"))

    def find(self, leads: Sequence[Lead], since: datetime) -> Iterator[Arrival]:
        sought = Sought(leads)
        for lead in leads if len(leads) <= FEW else ():
            path = f"{CONTACTS}/{segment(lead.email)}"
            found = self.api.maybe(path, query={"identifierType": "email_id"})
            if found and sought.holds(found.json.value):
                yield self._arrival(found.json)
        if sought.missing():
            for contact in by_offset(
                lambda skip: self._changed(since, skip), "contacts", size=PAGE
            ):
                if sought.holds(contact.value):
                    yield self._arrival(contact)

    def remove(self, arrival: Arrival) -> None:
        path = f"{CONTACTS}/{segment(arrival.id)}"
        self.api.discard(path, query={"identifierType": "contact_id"})

    def fields(self) -> list[FieldInfo]:
        listed = self.api.get(f"{CONTACTS}/attributes").json.each("attributes")
        email = FieldInfo(key="email", label="Email", kind="email", required=True)
        return [email, *map(_field, listed)]

    def _door(self, ports: Ports) -> Door:
        return Door(
            self.name,
            self.site.base or self.base,
            ports=ports,
            auth=HeaderKey("api-key", self.answer("api_key")),
            manners=Manners(pause=pause, is_known=is_known),
        )

    def _changed(self, since: datetime, skip: int) -> Piece:
        """Answer one page of the contacts changed since then, the oldest contact first."""
        query = {
            "modifiedSince": since.isoformat(timespec="milliseconds"),
            "sort": "asc",
            "limit": str(PAGE),
            "offset": str(skip),
        }
        return self.api.get(CONTACTS, query=query).json

    def _arrival(self, contact: Piece) -> Arrival:
        id, keys = contact.text("id"), self.site.keys
        own = [key for key in keys if not key.isupper()]
        record = contact.pick(own) | contact.at("attributes").pick([*{*keys} - {*own}])
        url = f"https://app.brevo.com/contact/index/{id}"
        return Arrival(id=id, record=record, created_at=contact.maybe_time("createdAt"), url=url)


def _field(attribute: Piece) -> FieldInfo:
    """Answer one attribute; those that Brevo works out itself take no value."""
    name, category = attribute.text("name"), attribute.maybe_text("category")
    numbered = attribute.maybe_each("enumeration")
    options = [one.maybe_text("valueStr") or one.text("value") for one in numbered]
    options += [one.text() for one in attribute.maybe_each("multiCategoryOptions")]
    usual = "choice" if options else KINDS.get(attribute.maybe_text("type"), "text")
    return FieldInfo(
        key=name,
        label=name,
        kind=OWN.get(name, usual),
        writable=category not in READ_ONLY,
        choices=tuple(options),
    )
