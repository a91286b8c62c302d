"""Xero: contacts, and the invoices drafted for them. Nothing is ever approved or mailed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count

from connectors.invoicing.xero_shapes import told, written
from connectors.kit.address import segment
from connectors.kit.answer import Answer, Piece
from connectors.kit.auth import Bearer
from connectors.kit.base import Finds, Kind, Limit, Removes, Resource, Site, Submits, Verified
from connectors.kit.body import json_body
from connectors.kit.errors import NeedsOwner, Refused
from connectors.kit.grant import Grant
from connectors.kit.http import Door, Manners
from connectors.kit.message import Message, _
from connectors.kit.paging import by_offset
from connectors.kit.records import Account, Arrival, Lead, Receipt
from connectors.kit.settings import secret, text
from connectors.kit.sought import Sought

API = "/api.xro/2.0"
PAGE = 1000
IDS = {"Contacts": "ContactID", "Invoices": "InvoiceID"}
# What is listed: no archived contact, no bill, no invoice that was deleted or voided.
LISTED = {
    "Contacts": {},
    "Invoices": {"where": 'Type=="ACCREC"', "Statuses": "DRAFT,SUBMITTED,AUTHORISED,PAID"},
}
PAUSES = {"concurrent": 5.0, "minute": 60.0, "appminute": 60.0, "day": 3600.0}
GONE = ("ARCHIVED", "DELETED", "VOIDED")
LINKS = {
    "Contacts": "https://go.xero.com/Contacts/View/",
    "Invoices": "https://go.xero.com/AccountsReceivable/View.aspx?InvoiceID=",
}
NO_ORGANISATION = _("This sign-in opens no organisation of Xero; connect it again and choose one.")
WHICH = _("This sign-in opens several organisations of Xero; enter the ID of one: %(names)s.")
NO_DRAFT = _("This invoice is %(status)s, no draft any more; void it in Xero by hand.")


def pause(answer: Answer) -> float | None:
    """Answer how long Xero wants us away, by which of its limits was reached."""
    return PAUSES.get(answer.headers.get("X-Rate-Limit-Problem").lower())


def is_known(answer: Answer) -> bool:
    """Whether a refusal means that another contact has this name."""
    return "already assigned to another contact" in answer.page


class Xero(Submits, Finds, Removes):
    """What changed lately is listed; when it was made Xero tells of no record."""

    slug = "xero"
    name = "Xero"
    kind = Kind.INVOICING
    docs = "https://developer.xero.com/documentation/api/accounting/contacts"
    base = "https://api.xero.com"
    grant = Grant(
        authorize_url="https://login.xero.com/identity/connect/authorize",
        token_url="https://identity.xero.com/connect/token",  # noqa: S106 - a URL
        scopes=(
            "offline_access",
            "accounting.contacts",
            "accounting.invoices",
            "accounting.settings.read",
        ),
        rotates=True,
        seconds=1800.0,
    )
    asks = (
        text("client_id", "Client ID", help="developer.xero.com › My Apps › your app."),
        secret("client_secret", "Client secret", help="Configuration › Generate a secret."),
        text(
            "tenant_id",
            "Organisation's tenant ID",
            help="Only if the sign-in opens several organisations.",
            required=False,
            pattern=r"[0-9a-f-]{36}",
        ),
    )
    resources = (
        Resource(
            slug="contacts",
            name="contact",
            plural="contacts",
            fields={
                "Name": {"from": "full_name", "as": "name"},
                "FirstName": {"from": "first_name", "as": "name"},
                "LastName": {"from": "last_name", "as": "name"},
                "EmailAddress": {"from": "email", "as": "email"},
                "Phones.DEFAULT": {"from": "phone", "as": "phone"},
            },
            merges_by=("Name",),
            note="One contact for each name: a second submission changes the first one.",
        ),
        Resource(
            slug="invoices",
            name="draft invoice",
            plural="draft invoices",
            fields={
                "Contact.Name": {"from": "full_name", "as": "name"},
                "Contact.EmailAddress": {"from": "email", "as": "email"},
                "Total": {"from": "amount", "as": "money"},
            },
            parent="contacts",
            submits=False,
        ),
    )
    limits = (Limit(calls=60, seconds=60), Limit(calls=1000, seconds=86_400))
    side_effects = (
        "Invoices stay drafts: Handoff never approves or mails one.",
        "Contacts cannot be deleted: Handoff archives test contacts.",
    )
    submit_calls = 2
    verified = Verified.DESCRIPTION

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.api = Door(
            self.name,
            site.base or self.base,
            ports=site.ports,
            auth=Bearer(site.ports.token),
            manners=Manners(pause=pause, is_known=is_known),
        )
        self._kind = site.resource.capitalize()
        self._tenant = self.answer("tenant_id")

    def check(self) -> Account:
        answer = self.api.get(f"{API}/Organisation", headers=self._headers()).json
        organisation = answer.at("Organisations.0")
        demo = organisation.pick(["IsDemoCompany"]).get("IsDemoCompany") is True
        id, name = organisation.text("OrganisationID"), organisation.text("Name")
        return Account(id=id, label=name, notes=("demo company",) if demo else ())

    def submit(self, lead: Lead) -> Receipt:
        # Asked again with the same key, Xero gives its first answer and writes nothing.
        headers = self._headers(**{"Idempotency-Key": f"handoff-{self.site.resource}-{lead.tag}"})
        path = f"{API}/{self._kind}"
        made = self.api.post(path, headers=headers, body=self._body(written(lead.record))).json
        id = made.text(f"{self._kind}.0.{IDS[self._kind]}")
        return Receipt(id=id, url=LINKS[self._kind] + id)

    def find(self, leads: Sequence[Lead], since: datetime) -> Iterator[Arrival]:
        sought, contacts = Sought(leads), dict[str, object]()
        listed = list(self._changed(self._kind, since, **LISTED[self._kind]))
        if listed and self._kind == "Invoices":
            # A listed invoice names its contact, archived or not, and says nothing else of it.
            known = self._changed("Contacts", since, includeArchived="true")
            contacts = {one.text("ContactID"): one.value for one in known}
        for found in listed:
            id, whole = found.text(IDS[self._kind]), found.value
            if contact := contacts.get(found.maybe_text("Contact.ContactID")):
                whole = {**(whole if isinstance(whole, Mapping) else {}), "Contact": contact}
            record = Piece(told(whole), found.origin, found.path)
            if sought.holds(record.value):
                kept = record.pick(self.site.keys)
                yield Arrival(id=id, record=kept, url=LINKS[self._kind] + id)

    def remove(self, arrival: Arrival) -> None:
        path = f"{API}/{self._kind}/{segment(arrival.id)}"
        found = self.api.maybe(path, headers=self._headers())
        if found is None:
            return
        record = found.json.at(f"{self._kind}.0")
        contact = self._kind == "Contacts"
        status = record.text("ContactStatus" if contact else "Status")
        if status in GONE:
            return
        if not contact and status not in ("DRAFT", "SUBMITTED"):
            raise Refused(Message(NO_DRAFT, {"status": status}), where=self.name)
        change = {"ContactStatus": "ARCHIVED"} if contact else {"Status": "DELETED"}
        body = self._body({IDS[self._kind]: arrival.id, **change})
        self.api.post(path, headers=self._headers(), body=body)

    def _changed(self, kind: str, since: datetime, **only: str) -> Iterator[Piece]:
        """Yield the records of a kind that were changed since then, to the last page."""
        moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        headers = self._headers(**{"If-Modified-Since": moment})

        numbers = count(1)

        def page(_skip: int) -> Piece:
            # In the order of their ids, so that no change between two pages hides a record.
            query = {"order": f"{IDS[kind]} ASC", "pageSize": str(PAGE), **only}
            query["page"] = str(next(numbers))
            return self.api.get(f"{API}/{kind}", query=query, headers=headers).json

        return by_offset(page, kind, size=PAGE, told="pagination.pageSize")

    def _headers(self, **more: str) -> dict[str, str]:
        """Answer a call's headers, with the organisation that the sign-in opens."""
        if not self._tenant:
            listed = [one for one in self.api.get("/Connections").json.each()
                      if one.maybe_text("tenantType") == "ORGANISATION"]  # fmt: skip
            if not listed:
                raise NeedsOwner(Message(NO_ORGANISATION), where=self.name)
            names = ", ".join(f"{one.text('tenantName')} {one.text('tenantId')}" for one in listed)
            if len(listed) > 1:
                raise NeedsOwner(Message(WHICH, {"names": names}), where=self.name)
            self._tenant = listed[0].text("tenantId")
        return {"xero-tenant-id": self._tenant, **more}

    def _body(self, record: Mapping[str, object]) -> tuple[str, bytes]:
        return json_body({self._kind: [record]})
