"""Salesforce: leads and contacts, asked for in SOQL, which shows a record at once."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from connectors.crm import salesforce_shapes as shapes
from connectors.crm.salesforce_soql import among, at_least, select
from connectors.kit.answer import Piece
from connectors.kit.auth import Bearer
from connectors.kit.base import (
    Describes,
    Finds,
    Kind,
    Limit,
    RemovesMany,
    Resource,
    Site,
    Submits,
)
from connectors.kit.body import json_body
from connectors.kit.grant import Grant
from connectors.kit.http import Door, Manners
from connectors.kit.paging import by_cursor
from connectors.kit.records import Account, Arrival, FieldInfo, Lead, Receipt
from connectors.kit.settings import Ask, AskKind, secret, text
from connectors.kit.sought import Sought, portions

API = "/services/data/v62.0"
OBJECTS = {"leads": "Lead", "contacts": "Contact"}
# By what a look recognises a record as one of ours, whatever the hop maps.
MARKS = ("Id", "CreatedDate", "Email", "FirstName", "LastName")
CONVERTED = ("IsConverted", "ConvertedContactId")
# Many fields make long records: fewer of them than Salesforce would send fit into one answer.
BATCH = 500
# Addresses in one query, which goes into an address itself.
MANY = 100


class Salesforce(Submits, Finds, RemovesMany, Describes):
    """One query for the addresses of all leads, then what changed lately; never the search."""

    slug = "salesforce"
    name = "Salesforce"
    kind = Kind.CRM
    docs = "https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/"
    base = ""
    grant = Grant(
        token_url="https://login.salesforce.com/services/oauth2/token",  # noqa: S106 - a URL
        host="my_domain",
    )
    asks = (
        Ask(
            key="my_domain",
            label="My Domain",
            kind=AskKind.URL,
            help="Setup › My Domain › Current My Domain URL. Only this host is called.",
            example="https://acme.my.salesforce.com",
        ),
        text("client_id", "Consumer key", help="Setup › External Client App Manager › your app."),
        secret("client_secret", "Consumer secret", help="Beside the consumer key."),
    )
    resources = (
        Resource(
            slug="leads",
            name="lead",
            plural="leads",
            fields={
                "FirstName": {"from": "first_name", "as": "name"},
                "LastName": {"from": "last_name", "as": "name"},
                "Company": {"from": "company", "as": "text"},
                "Email": {"from": "email", "as": "email"},
                "Phone": {"from": "phone", "as": "phone"},
            },
            note="Nothing is unique. Converted leads are found as well.",
        ),
        Resource(
            slug="contacts",
            name="contact",
            plural="contacts",
            fields={
                "FirstName": {"from": "first_name", "as": "name"},
                "LastName": {"from": "last_name", "as": "name"},
                "Email": {"from": "email", "as": "email"},
                "Phone": {"from": "phone", "as": "phone"},
            },
            note="Nothing is unique.",
        ),
    )
    limits = (Limit(calls=15_000, seconds=86_400),)
    side_effects = (
        "A new lead or contact can start your flows; those may mail the test address.",
        "Leads that begin here are saved in spite of duplicate rules that only warn, and are not "
        "given to anybody by assignment rules.",
        "Removed records lie in Salesforce's bin for 15 days.",
    )

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        place = site.base or self.answer("my_domain")
        self._home = (place if "://" in place else f"https://{place}").rstrip("/")
        self.api = Door(
            self.name,
            self._home,
            ports=site.ports,
            auth=Bearer(site.ports.token),
            manners=Manners(
                headers={"Sforce-Query-Options": f"batchSize={BATCH}"},
                is_limit=shapes.is_limit,
                is_known=shapes.is_known,
                pause=shapes.pause,
            ),
        )
        self._object = OBJECTS[site.resource]

    def check(self) -> Account:
        query = {"q": "SELECT Id, Name, IsSandbox FROM Organization LIMIT 1"}
        ours = self.api.get(f"{API}/query", query=query).json.at("records.0")
        notes = ("sandbox",) if ours.at("IsSandbox").value is True else ()
        return Account(id=ours.text("Id"), label=ours.text("Name"), notes=notes)

    def submit(self, lead: Lead) -> Receipt:
        # A warning is for people, and an assignment mails one.
        headers = {"Sforce-Duplicate-Rule-Header": "allowSave=true", "Sforce-Auto-Assign": "FALSE"}
        body = json_body({"Email": lead.email, **lead.record})
        path = f"{API}/sobjects/{self._object}"
        id = self.api.post(path, body=body, headers=headers).json.text("id")
        return Receipt(id=id, url=self._link(id))

    def find(self, leads: Sequence[Lead], since: datetime) -> Iterator[Arrival]:
        sought, seen = Sought(leads), set[str]()
        addresses = portions([lead.email for lead in leads], MANY)
        conditions = [among("Email", some) for some in addresses]
        for condition in (*conditions, at_least("SystemModstamp", since)):
            for record in self._records(condition) if sought.missing() else ():
                id = record.text("Id")
                if sought.holds(record.value) and id not in seen:
                    seen.add(id)
                    yield self._arrival(id, record)

    def remove(self, arrival: Arrival) -> None:
        self.remove_many([arrival])

    def remove_many(self, arrivals: Sequence[Arrival]) -> None:
        query = {"ids": ",".join(arrival.id for arrival in arrivals), "allOrNone": "false"}
        shapes.removed(self.api.delete(f"{API}/composite/sobjects", query=query).json)

    def fields(self) -> list[FieldInfo]:
        told = self.api.get(f"{API}/sobjects/{self._object}/describe").json
        return [shapes.described(field) for field in told.each("fields")]

    def _records(self, condition: str) -> Iterator[Piece]:
        """Yield the records that meet a condition, to the last batch."""
        more = CONVERTED if self._object == "Lead" else ()
        asked = {"q": select((*MARKS, *more, *self.site.keys), self._object, condition)}

        def page(place: str) -> Piece:
            return (
                self.api.get(place) if place else self.api.get(f"{API}/query", query=asked)
            ).json

        return by_cursor(page, "records", following=lambda told: told.maybe_text("nextRecordsUrl"))

    def _arrival(self, id: str, record: Piece) -> Arrival:
        # A converted lead is no longer shown to anybody: its contact is.
        contact = record.maybe_text("ConvertedContactId")
        return Arrival(
            id=id,
            record=record.pick(self.site.keys),
            created_at=record.maybe_time("CreatedDate"),
            url=self._link(contact or id),
            place="converted" if contact else "",
        )

    def _link(self, id: str) -> str:
        return f"{self._home}/{id}"
