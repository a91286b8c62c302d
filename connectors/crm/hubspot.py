"""HubSpot CRM: contacts, and the deals that hang on them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from connectors.kit.address import segment
from connectors.kit.answer import Piece
from connectors.kit.auth import Bearer
from connectors.kit.base import Describes, Finds, Kind, Limit, RemovesMany, Resource, Site, Submits
from connectors.kit.body import json_body
from connectors.kit.errors import Refused
from connectors.kit.http import Door
from connectors.kit.paging import by_cursor, cursor_at
from connectors.kit.records import Account, Arrival, FieldInfo, Lead, Receipt
from connectors.kit.settings import secret
from connectors.kit.sought import Sought, portions, second_handles

OBJECTS = "/crm/v3/objects"
ASSOCIATIONS = "/crm/v4/associations"
PROPERTIES = "/crm/v3/properties"
BATCH = 100
# By what a look recognises a record as one of ours, whatever the hop maps.
MARKS = {
    "contacts": ("email", "firstname", "lastname", "hs_additional_emails"),
    "deals": ("dealname", "description"),
}
KINDS = {"number": "number", "bool": "boolean", "enumeration": "choice", "date": "date",
         "datetime": "datetime", "phone_number": "phone"}  # fmt: skip
Filter = Mapping[str, object]


class HubSpot(Submits, Finds, RemovesMany, Describes):
    """Batch reads by email, not by the search index; the index serves the second handle only."""

    slug = "hubspot"
    name = "HubSpot"
    kind = Kind.CRM
    docs = "https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide"
    base = "https://api.hubapi.com"
    asks = (
        secret(
            "token",
            "Service key or private app token",
            help="Settings › Integrations › Service keys, with the rights crm.objects.contacts "
            "(read, write) and crm.objects.deals (read, write); with crm.schemas.contacts and "
            "crm.schemas.deals (read) a mapping is checked against your own properties.",
        ),
    )
    resources = (
        Resource(
            slug="contacts",
            name="contact",
            plural="contacts",
            fields={
                "email": {"from": "email", "as": "email"},
                "firstname": {"from": "first_name", "as": "name"},
                "lastname": {"from": "last_name", "as": "name"},
                "phone": {"from": "phone", "as": "phone"},
            },
            lag=20.0,
            merges_by=("email",),
            note="One contact for each address: a second submission is refused or changes it.",
        ),
        Resource(
            slug="deals",
            name="deal",
            plural="deals",
            fields={"dealname": {"from": "full_name", "as": "name"}},
            lag=20.0,
            parent="contacts",
            submits=False,
        ),
    )
    limits = (Limit(calls=100, seconds=10),)
    side_effects = (
        "HubSpot may create a company from the domain of the test address.",
        "Removed records lie in HubSpot's bin for 90 days.",
    )

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        token = site.ports.token or self.answer("token")
        self.api = Door(self.name, site.base or self.base, ports=site.ports, auth=Bearer(token))
        self._objects = f"{OBJECTS}/{site.resource}"

    def check(self) -> Account:
        portal = self.api.get("/account-info/v3/details").json.text("portalId")
        return Account(id=portal, label=f"HubSpot account {portal}")

    def submit(self, lead: Lead) -> Receipt:
        body = {"properties": {"email": lead.email, **lead.record}}
        made = self.api.post(self._objects, body=json_body(body)).json
        return Receipt(id=made.text("id"), url=made.maybe_text("url"))

    def find(self, leads: Sequence[Lead], since: datetime) -> Iterator[Arrival]:
        sought = Sought(leads)
        if self.site.resource == "deals":
            records = self._deals(leads, sought, since)
        else:
            records = self._contacts(leads, sought, [*self.site.keys, *MARKS["contacts"]])
        seen: set[str] = set()
        for record in records:
            if (id := record.text("id")) not in seen:
                seen.add(id)
                yield self._arrival(id, record)

    def remove(self, arrival: Arrival) -> None:
        try:
            self.api.delete(f"{self._objects}/{segment(arrival.id)}")
        except Refused as refused:
            if refused.status != 404:
                raise

    def remove_many(self, arrivals: Sequence[Arrival]) -> None:
        inputs = {"inputs": [{"id": arrival.id} for arrival in arrivals]}
        # Archiving what is archived already is no error there, so asking again does no harm.
        self.api.post(f"{self._objects}/batch/archive", body=json_body(inputs), repeatable=True)

    def fields(self) -> list[FieldInfo]:
        listed = self.api.get(f"{PROPERTIES}/{self.site.resource}").json.each("results")
        return [_field(described) for described in listed]

    def _contacts(
        self, leads: Sequence[Lead], sought: Sought, properties: Iterable[str]
    ) -> Iterator[Piece]:
        """Yield the contacts of `leads`: by address, and by name where that found nothing."""
        wanted = list(dict.fromkeys(properties))
        emails = list(dict.fromkeys(lead.email for lead in leads))
        for contact in self._read("contacts", emails, wanted, by="email"):
            sought.holds(contact.value)
            yield contact
        for names in portions(second_handles(sought.missing()), BATCH):
            lowered = [name.lower() for name in names]  # the index holds texts in lower case
            filters = [
                [{"propertyName": part, "operator": "IN", "values": lowered}]
                for part in ("lastname", "firstname")
            ]
            yield from self._search("contacts", filters, wanted)

    def _deals(self, leads: Sequence[Lead], sought: Sought, since: datetime) -> Iterator[Piece]:
        """Yield the deals on the leads' contacts, and new deals that name a lead themselves."""
        wanted = list(dict.fromkeys([*self.site.keys, *MARKS["deals"]]))
        contacts = [
            contact.text("id") for contact in self._contacts(leads, Sought(leads), ["email"])
        ]
        for deal in self._read("deals", self._deals_of(contacts), wanted):
            sought.holds(deal.value)
            yield deal
        if sought.missing():
            start = str(int(since.timestamp() * 1000))
            recent = [[{"propertyName": "createdate", "operator": "GTE", "value": start}]]
            for deal in self._search("deals", recent, wanted):
                if sought.holds(deal.value):
                    yield deal

    def _deals_of(self, contacts: Sequence[str]) -> list[str]:
        """Answer the ids of the deals that hang on these contacts."""
        found: dict[str, None] = {}
        for ids in portions(list(dict.fromkeys(contacts)), BATCH):
            body = json_body({"inputs": [{"id": id} for id in ids]})
            path = f"{ASSOCIATIONS}/contacts/deals/batch/read"
            for result in self.api.post(path, body=body, repeatable=True).json.each("results"):
                found |= dict.fromkeys(deal.text("toObjectId") for deal in result.each("to"))
        return list(found)

    def _read(
        self, kind: str, ids: Sequence[str], properties: Sequence[str], by: str = ""
    ) -> Iterator[Piece]:
        """Yield records by id, or by another unique property; what is not there is left out."""
        for some in portions(ids, BATCH):
            body: dict[str, object] = {
                "properties": properties,
                "inputs": [{"id": id} for id in some],
            }
            if by:
                body["idProperty"] = by
            path = f"{OBJECTS}/{kind}/batch/read"
            yield from self.api.post(path, body=json_body(body), repeatable=True).json.each(
                "results"
            )

    def _search(
        self, kind: str, groups: Sequence[Sequence[Filter]], properties: Sequence[str]
    ) -> Iterator[Piece]:
        """Yield what the index has for any of the filter groups, to the last page."""
        body = {
            "filterGroups": [{"filters": filters} for filters in groups],
            "properties": properties,
            "limit": BATCH,
        }

        def page(after: str) -> Piece:
            asked = json_body({**body, "after": after} if after else body)
            return self.api.post(f"{OBJECTS}/{kind}/search", body=asked, repeatable=True).json

        return by_cursor(page, "results", following=cursor_at("paging.next.after"))

    def _arrival(self, id: str, record: Piece) -> Arrival:
        return Arrival(
            id=id,
            record=record.at("properties").pick(self.site.keys),
            created_at=record.maybe_time("createdAt"),
            url=record.maybe_text("url"),
        )


def _field(told: Piece) -> FieldInfo:
    """Answer one property as HubSpot describes it."""
    key, form = told.text("name"), told.maybe_text("fieldType")
    kind = "phone" if form == "phonenumber" else KINDS.get(told.text("type"), "text")
    locked = told.maybe("modificationMetadata.readOnlyValue")
    return FieldInfo(
        key=key,
        label=told.maybe_text("label"),
        kind="email" if key == "email" else kind,
        writable=locked is None or locked.value is not True,
        choices=tuple(option.text("value") for option in told.each("options")),
    )
