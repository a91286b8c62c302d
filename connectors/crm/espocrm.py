"""EspoCRM: the leads of an installation of the owner's own."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from connectors.kit.address import segment
from connectors.kit.answer import Piece
from connectors.kit.auth import HeaderKey
from connectors.kit.base import Describes, Finds, Kind, Removes, Resource, Site, Submits
from connectors.kit.body import json_body
from connectors.kit.http import Door
from connectors.kit.paging import by_offset
from connectors.kit.records import Account, Arrival, FieldInfo, Lead, Receipt
from connectors.kit.settings import Ask, AskKind, secret
from connectors.kit.sought import Sought

API = "/api/v1"
PAGE = 200
# Up to here a search by address costs less than listing what is new.
FEW = 10
MARKS = ("emailAddress", "firstName", "lastName", "createdAt")
STAMP = "%Y-%m-%d %H:%M:%S"
KINDS = {"email": "email", "phone": "phone", "enum": "choice", "bool": "boolean", "int": "number",
         "float": "number", "currency": "money", "date": "date", "datetime": "datetime",
         "url": "url"}  # fmt: skip
# What one field of several parts is written and read by.
PARTS = ("Street", "City", "State", "Country", "PostalCode")


class EspoCRM(Submits, Finds, Removes, Describes):
    """Filters, which ask the database and not an index: by address, else by when it was made."""

    slug = "espocrm"
    name = "EspoCRM"
    kind = Kind.CRM
    docs = "https://docs.espocrm.com/development/api/"
    base = ""
    asks = (
        Ask(
            key="base_url",
            label="Address of your EspoCRM",
            kind=AskKind.URL,
            help="As in your browser, up to the host. Only this host is called.",
            example="https://crm.example.com",
        ),
        secret(
            "api_key",
            "API key",
            help="Administration › API Users › Create: method API Key, with a role that may read, "
            "create and delete leads.",
        ),
    )
    resources = (
        Resource(
            slug="leads",
            name="lead",
            plural="leads",
            fields={
                "emailAddress": {"from": "email", "as": "email"},
                "firstName": {"from": "first_name", "as": "name"},
                "lastName": {"from": "last_name", "as": "name"},
                "phoneNumber": {"from": "phone", "as": "phone"},
            },
            note="Nothing is merged: Handoff hands leads in past the check for duplicates.",
        ),
    )
    side_effects = (
        "A new lead can start your workflows and notifications.",
        "Removed leads stay in EspoCRM's database until its own clean-up.",
    )

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        base = site.base or self.answer("base_url")
        auth = HeaderKey("X-Api-Key", self.answer("api_key"))
        self.api = Door(self.name, base, ports=site.ports, auth=auth)
        self._home = base.rstrip("/")

    def check(self) -> Account:
        user = self.api.get(f"{API}/App/user").json.at("user")
        host = self.api.address.place.host
        return Account(id=f"{host}/{user.text('id')}", label=f"{user.text('userName')} at {host}")

    def submit(self, lead: Lead) -> Receipt:
        record = {"emailAddress": lead.email, **lead.record}
        skip = {"X-Skip-Duplicate-Check": "true"}
        made = self.api.post(f"{API}/Lead", body=json_body(record), headers=skip).json
        return Receipt(id=made.text("id"), url=self._link(made.text("id")))

    def find(self, leads: Sequence[Lead], since: datetime) -> Iterator[Arrival]:
        sought, seen = Sought(leads), set[str]()
        lowered = sorted({lead.email.lower() for lead in leads})
        if len(leads) <= FEW:
            by_address = [("type", "in"), ("attribute", "emailAddress"),
                          *(("value][", email) for email in lowered)]  # fmt: skip
            yield from self._arrivals(by_address, sought, seen)
        if sought.missing():
            start = since.astimezone(UTC).strftime(STAMP)
            new = [("type", "after"), ("attribute", "createdAt"), ("value", start)]
            yield from self._arrivals(new, sought, seen)

    def remove(self, arrival: Arrival) -> None:
        self.api.discard(f"{API}/Lead/{segment(arrival.id)}")

    def fields(self) -> list[FieldInfo]:
        told = self.api.get(f"{API}/Metadata", query={"key": "entityDefs.Lead.fields"}).json
        names = list(told.value) if isinstance(told.value, dict) else []
        return [info for name in names for info in _fields(name, told.at(name))]

    def _arrivals(
        self, where: Sequence[tuple[str, str]], sought: Sought, seen: set[str]
    ) -> Iterator[Arrival]:
        """Yield the leads a filter shows that are about one of the sought, each once."""
        wanted = ",".join(dict.fromkeys([*self.site.keys, *MARKS]))
        query = [
            *((f"where[0][{name}]", value) for name, value in where),
            ("select", wanted),
            ("orderBy", "createdAt"),
            ("order", "asc"),
            ("maxSize", str(PAGE)),
        ]

        def page(passed: int) -> Piece:
            asked = [*query, ("offset", str(passed))]
            return self.api.get(f"{API}/Lead", query=asked, headers={"X-No-Total": "true"}).json

        for piece in by_offset(page, "list", size=PAGE):
            id = piece.text("id")
            if id not in seen and sought.holds(piece.value):
                seen.add(id)
                record, born = piece.pick(self.site.keys), piece.maybe_time("createdAt")
                yield Arrival(id=id, record=record, created_at=born, url=self._link(id))

    def _link(self, id: str) -> str:
        return f"{self._home}/#Lead/view/{id}"


def _fields(name: str, told: Piece) -> list[FieldInfo]:
    """Answer what a mapping may name of one field; an address is named part by part."""
    kind = told.maybe_text("type")
    if kind == "address":
        return [FieldInfo(key=f"{name}{part}", label=f"{name} {part}") for part in PARTS]
    required, locked = told.maybe("required"), told.maybe("readOnly")
    # A name is made of its parts, which are fields of their own.
    fixed = kind == "personName" or (locked is not None and locked.value is True)
    choices = tuple(option.text() for option in told.maybe_each("options"))
    return [
        FieldInfo(
            key=name,
            label=name,
            kind=KINDS.get(kind, "text"),
            required=required is not None and required.value is True and kind != "personName",
            writable=not fixed,
            choices=tuple(filter(None, choices)) if kind == "enum" else (),
        )
    ]
