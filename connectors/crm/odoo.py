"""Odoo: leads of its CRM, and contacts, over JSON-2 or over JSON-RPC."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from connectors.crm.odoo_fields import STAMP, Fields
from connectors.crm.odoo_rpc import Json2, JsonRpc, Protocols
from connectors.kit.answer import Piece
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
from connectors.kit.errors import NeedsOwner
from connectors.kit.message import Message, _
from connectors.kit.paging import by_offset
from connectors.kit.records import Account, Arrival, FieldInfo, Lead, Receipt
from connectors.kit.settings import Ask, AskKind, secret, text
from connectors.kit.sought import Sought

MODELS = {"leads": "crm.lead", "contacts": "res.partner"}
ADDRESS = {"leads": "email_from", "contacts": "email"}
# By what a look recognises a record as one of ours, whatever the hop maps.
MARKS = {"leads": ("email_from", "name", "contact_name"), "contacts": ("email", "name")}
PAGE = 500
LACKING = _("Over JSON-RPC Odoo asks for a database and a login: enter both, or choose json2.")


class Odoo(Submits, Finds, RemovesMany, Describes):
    """One search by address serves all leads; what was written lately serves the rest."""

    slug = "odoo"
    name = "Odoo"
    kind = Kind.CRM
    docs = "https://www.odoo.com/documentation/19.0/developer/reference/external_api.html"
    base = ""
    asks = (
        Ask(
            key="base_url",
            label="Address of your Odoo",
            kind=AskKind.URL,
            help="As in your browser, up to the host. Only this host is called.",
            example="https://acme.odoo.com",
        ),
        secret("api_key", "API key", help="Preferences › Account Security › New API Key."),
        text(
            "database",
            "Database",
            required=False,
            help="Its name, where the server has more than one or over JSON-RPC.",
            example="acme",
        ),
        Ask(
            key="protocol",
            label="Protocol",
            kind=AskKind.CHOICE,
            choices=("json2", "jsonrpc"),
            default="json2",
            required=False,
            help="json2 from Odoo 19 on, jsonrpc before.",
        ),
        text("login", "Login", required=False, help="The key's user, over JSON-RPC."),
    )
    resources = (
        Resource(
            slug="leads",
            name="lead",
            plural="leads",
            fields={
                "name": {"from": "full_name", "as": "name"},
                "email_from": {"from": "email", "as": "email"},
                "phone": {"from": "phone", "as": "phone"},
            },
            note="Nothing is unique. Archived and lost leads are found as well.",
        ),
        Resource(
            slug="contacts",
            name="contact",
            plural="contacts",
            fields={
                "name": {"from": "full_name", "as": "name"},
                "email": {"from": "email", "as": "email"},
                "phone": {"from": "phone", "as": "phone"},
            },
            note="Nothing is unique. Archived contacts are found as well.",
        ),
    )
    limits = (Limit(calls=60, seconds=60),)
    submit_calls = 3
    side_effects = (
        "A new lead or contact can start your Odoo automations and assignment rules.",
        "Removed records are gone for good: Odoo has no bin.",
    )

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        base, key = site.base or self.answer("base_url"), self.answer("api_key")
        self._database, login = self.answer("database"), self.answer("login")
        self._rpc: Protocols
        if self.answer("protocol") == "jsonrpc":
            if not (self._database and login):
                raise NeedsOwner(Message(LACKING), where=self.name)
            self._rpc = JsonRpc(
                base, ports=site.ports, key=key, database=self._database, login=login
            )
        else:
            self._rpc = Json2(base, ports=site.ports, key=key, database=self._database)
        self.api = self._rpc.api
        self._home = base.rstrip("/")
        self._model, self._address = MODELS[site.resource], ADDRESS[site.resource]
        self._fields = Fields(self._rpc, self._model)

    def check(self) -> Account:
        asked = {"fields": ["name"], "limit": 1, "order": "id"}
        found = list(self._rpc.call("res.company", "search_read", ("domain", []), **asked).each())
        label = found[0].text("name") if found else self._database
        return Account(id=f"{self.api.address.place.host}/{self._database}", label=label)

    def submit(self, lead: Lead) -> Receipt:
        record = {self._address: lead.email, **lead.record}
        values = {key: self._fields.written(key, value) for key, value in record.items()}
        made = self._rpc.call(self._model, "create", ("vals_list", [values]))
        id = made.text("0")
        return Receipt(id=id, url=self._link(id))

    def find(self, leads: Sequence[Lead], since: datetime) -> Iterator[Arrival]:
        sought, seen = Sought(leads), set[str]()
        lowered = sorted({lead.email.lower() for lead in leads})
        exact = sorted({lead.email for lead in leads})
        by_address: list[object] = [
            "|",
            [self._address, "in", exact],
            ["email_normalized", "in", lowered],
        ]
        lately: list[object] = [["write_date", ">=", since.astimezone(UTC).strftime(STAMP)]]
        for domain in (by_address, lately):
            for record in self._read(domain) if sought.missing() else ():
                id = record.text("id")
                if sought.holds(record.value) and id not in seen:
                    seen.add(id)
                    yield Arrival(
                        id=id,
                        record=self._flat(record),
                        created_at=record.maybe_time("create_date"),
                        url=self._link(id),
                    )

    def remove(self, arrival: Arrival) -> None:
        self.remove_many([arrival])

    def remove_many(self, arrivals: Sequence[Arrival]) -> None:
        ids = [int(arrival.id) for arrival in arrivals if arrival.id.isdecimal()]
        # One that is gone already would keep the others there.
        left = self._rpc.call(self._model, "search", ("domain", [["id", "in", ids]])).value
        if left:
            self._rpc.call(self._model, "unlink", ("ids", left))

    def fields(self) -> list[FieldInfo]:
        return self._fields.described()

    def _read(self, domain: list[object]) -> Iterator[Piece]:
        names = [key for key in self.site.keys if key != "id"]
        wanted = list(dict.fromkeys([*names, *MARKS[self.site.resource], "create_date"]))

        def page(skip: int) -> Piece:
            place = {"fields": wanted, "offset": skip, "limit": PAGE, "order": "id"}
            return self._rpc.call(self._model, "search_read", ("domain", domain), **place)

        return by_offset(page, "", size=PAGE)

    def _flat(self, record: Piece) -> dict[str, object]:
        picked = record.pick(self.site.keys)
        return {key: self._fields.read(key, value) for key, value in picked.items()}

    def _link(self, id: str) -> str:
        return f"{self._home}/web#id={id}&model={self._model}&view_type=form"
