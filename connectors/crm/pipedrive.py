"""Pipedrive: persons, and the deals and leads that hang on them."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from connectors.crm import pipedrive_shapes as shapes
from connectors.kit.address import segment
from connectors.kit.answer import Piece
from connectors.kit.auth import HeaderKey
from connectors.kit.base import (
    Describes,
    Finds,
    Kind,
    Limit,
    Removes,
    Resource,
    Site,
    Submits,
)
from connectors.kit.body import json_body
from connectors.kit.errors import NeedsOwner
from connectors.kit.http import Door, Manners
from connectors.kit.message import Message, _
from connectors.kit.paging import by_cursor
from connectors.kit.records import Account, Arrival, FieldInfo, Lead, Receipt
from connectors.kit.settings import secret, text
from connectors.kit.sought import Sought

NEW, OLD = "/api/v2", "/api/v1"
# Leads and users are left behind in version 1.
PATHS = {"persons": f"{NEW}/persons", "deals": f"{NEW}/deals", "leads": f"{OLD}/leads"}
PAGES = {"persons": "person", "deals": "deal", "leads": "leads/inbox"}
PAGE = "500"


class Pipedrive(Submits, Finds, Removes, Describes):
    """One listing of what changed serves all leads: it costs less than one search, nor trails."""

    slug = "pipedrive"
    name = "Pipedrive"
    kind = Kind.CRM
    docs = "https://developers.pipedrive.com/docs/api/v1/Persons"
    base = "https://{company}.pipedrive.com"
    asks = (
        secret("api_token", "API token", help="Personal preferences › API."),
        text(
            "company",
            "Company domain",
            help="The first word of Pipedrive's address in your browser.",
            pattern=r"[0-9A-Za-z-]+",
            example="acme",
        ),
    )
    resources = (
        Resource(
            slug="persons",
            name="person",
            plural="persons",
            fields={
                "name": {"from": "full_name", "as": "name"},
                "email": {"from": "email", "as": "email"},
                "phone": {"from": "phone", "as": "phone"},
            },
            note="Nothing is unique: a lead that comes twice is two persons.",
        ),
        Resource(
            slug="deals",
            name="deal",
            plural="deals",
            fields={"title": {"from": "full_name", "as": "name"}},
            parent="persons",
            submits=False,
        ),
        Resource(
            slug="leads",
            name="lead",
            plural="leads",
            fields={"title": {"from": "full_name", "as": "name"}},
            parent="persons",
            submits=False,
        ),
    )
    limits = (Limit(calls=20, seconds=2),)
    side_effects = (
        "A new person, deal or lead can start your Pipedrive automations.",
        "Removed persons and deals can be restored for 30 days; a removed lead is gone.",
        "Each look costs 10 of the company's daily tokens, 20 for deals and 30 for leads.",
    )

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        company = self.answer("company")
        if not (site.base or re.fullmatch(r"[0-9A-Za-z-]+", company)):
            text = _("The company domain of Pipedrive is one word, such as acme.")
            raise NeedsOwner(Message(text), where=self.name)
        self._home = self.base.format(company=company)
        self.api = Door(
            self.name,
            site.base or self._home,
            ports=site.ports,
            auth=HeaderKey("x-api-token", self.answer("api_token")),
            manners=Manners(is_limit=shapes.is_limit, pause=shapes.pause),
        )
        self._path = PATHS[site.resource]

    def check(self) -> Account:
        me = self.api.get(f"{OLD}/users/me").json.at("data")
        return Account(id=me.text("company_id"), label=me.text("company_name"))

    def submit(self, lead: Lead) -> Receipt:
        body = json_body(shapes.body({"email": lead.email, **lead.record}))
        id = self.api.post(self._path, body=body).json.text("data.id")
        return Receipt(id=id, url=self._link(id))

    def find(self, leads: Sequence[Lead], since: datetime) -> Iterator[Arrival]:
        sought, ours = Sought(leads), set[str]()
        if self.site.resource != "persons":
            persons = Sought(leads)
            held = filter(lambda one: persons.holds(one.value), self._changed("persons", since))
            ours = {person.text("id") for person in held}
        for record in self._changed(self.site.resource, since):
            person = record.maybe("person_id")
            if sought.holds(record.value) or (person and str(person.value) in ours):
                id = record.text("id")
                yield Arrival(
                    id=id,
                    record=shapes.flat(record).pick(self.site.keys),
                    created_at=record.maybe_time("add_time"),
                    url=self._link(id),
                )

    def remove(self, arrival: Arrival) -> None:
        self.api.discard(f"{self._path}/{segment(arrival.id)}", gone=(404, 410))

    def fields(self) -> list[FieldInfo]:
        kind = "personFields" if self.site.resource == "persons" else "dealFields"
        told = self._pages(f"{NEW}/{kind}", {"limit": PAGE})
        found = [info for field in told for info in shapes.described(field)]
        if self.site.resource != "leads":
            return found
        return [*shapes.LEAD_FIELDS, *(info for info in found if shapes.CUSTOM.match(info.key))]

    def _changed(self, kind: str, since: datetime) -> Iterator[Piece]:
        """Yield what was made or changed since then, without index, to the last page."""
        moment = since.isoformat(timespec="seconds").replace("+00:00", "Z")
        order = {"sort": "add_time ASC"} if kind == "leads" else {"sort_by": "id"}
        return self._pages(PATHS[kind], {"updated_since": moment, "limit": PAGE, **order})

    def _pages(self, path: str, query: dict[str, str]) -> Iterator[Piece]:
        place = "start" if path.startswith(OLD) else "cursor"

        def page(after: str) -> Piece:
            return self.api.get(path, query={**query, **({place: after} if after else {})}).json

        return by_cursor(page, "data", following=shapes.following)

    def _link(self, id: str) -> str:
        return f"{self._home}/{PAGES[self.site.resource]}/{segment(id)}"
