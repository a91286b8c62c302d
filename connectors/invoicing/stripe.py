"""Stripe: customers, and the invoices drafted for them. Nothing is ever finalised or sent."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from connectors.kit.address import segment
from connectors.kit.answer import Piece
from connectors.kit.auth import Bearer
from connectors.kit.base import Finds, Kind, Limit, Removes, Resource, Site, Submits
from connectors.kit.body import form_body
from connectors.kit.http import Door, Manners
from connectors.kit.paging import by_cursor
from connectors.kit.records import Account, Arrival, Lead, Receipt
from connectors.kit.settings import secret
from connectors.kit.sought import Sought

VERSION = "2024-06-20"
PAGE = "100"
# Up to here a call for each lead costs less than listing what is new.
FEW = 2
GROWING = timedelta(seconds=20)


class Stripe(Submits, Finds, Removes):
    """Listings, which show a record at once; never the search, which trails by up to an hour."""

    slug = "stripe"
    name = "Stripe"
    kind = Kind.INVOICING
    docs = "https://docs.stripe.com/api/customers"
    base = "https://api.stripe.com"
    asks = (
        secret(
            "api_key",
            "Secret or restricted key",
            help="Developers › API keys. A restricted key needs Customers and Invoices (write to "
            "remove test records, else read) and Account (read). Prefer a key of test mode.",
        ),
    )
    resources = (
        Resource(
            slug="customers",
            name="customer",
            plural="customers",
            fields={
                "email": {"from": "email", "as": "email"},
                "name": {"from": "full_name", "as": "name"},
                "phone": {"from": "phone", "as": "phone"},
            },
        ),
        Resource(
            slug="invoices",
            name="draft invoice",
            plural="draft invoices",
            fields={
                "customer_email": {"from": "email", "as": "email"},
                "customer_name": {"from": "full_name", "as": "name"},
                "amount_due": {"from": "amount", "as": "money", "unit": "cents"},
            },
            parent="customers",
            submits=False,
        ),
    )
    limits = (Limit(calls=25, seconds=1),)
    side_effects = (
        "Invoices stay drafts: Handoff never finalises or sends one.",
        "A removed customer is gone for good, with its subscriptions; only test customers are.",
    )

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.api = Door(
            self.name,
            site.base or self.base,
            ports=site.ports,
            auth=Bearer(self.answer("api_key")),
            manners=Manners(headers={"Stripe-Version": VERSION}),
        )
        self._path = f"/v1/{site.resource}"

    def check(self) -> Account:
        account = self.api.get("/v1/account").json
        id = account.text("id")
        name = account.maybe_text("settings.dashboard.display_name")
        name = name or account.maybe_text("business_profile.name") or id
        mode = "live mode" if self._is_live() else "test mode"
        return Account(id=f"{id}/{mode.partition(' ')[0]}", label=name, notes=(mode,))

    def submit(self, lead: Lead) -> Receipt:
        pairs = [(_bracketed(key), str(value)) for key, value in lead.record.items()]
        id = self.api.post(self._path, body=form_body(pairs)).json.text("id")
        return Receipt(id=id, url=self._link(id))

    def find(self, leads: Sequence[Lead], since: datetime) -> Iterator[Arrival]:
        sought, seen = Sought(leads), set[str]()
        by_email = self.site.resource == "customers" and len(leads) <= FEW
        for lead in leads if by_email else ():
            # The filter is exact, letter case included.
            for email in dict.fromkeys((lead.email, lead.email.lower())):
                yield from self._arrivals({"email": email}, sought, seen)
        if sought.missing():
            start = str(int(since.timestamp()))
            yield from self._arrivals({"created[gte]": start}, sought, seen)

    def remove(self, arrival: Arrival) -> None:
        self.api.discard(f"{self._path}/{segment(arrival.id)}")

    def _arrivals(self, query: dict[str, str], sought: Sought, seen: set[str]) -> Iterator[Arrival]:
        """Yield what a listing shows of the sought leads, each record once."""

        def page(after: str) -> Piece:
            asked = {**query, "limit": PAGE, **({"starting_after": after} if after else {})}
            return self.api.get(self._path, query=asked).json

        for piece in by_cursor(page, "data", following=_last_id):
            id = piece.text("id")
            if id not in seen and sought.holds(piece.value) and not _is_being_made(piece):
                seen.add(id)
                record = piece.pick(self.site.keys)
                born = piece.maybe_time("created")
                yield Arrival(id=id, record=record, created_at=born, url=self._link(id))

    def _is_live(self) -> bool:
        return "_live_" in self.answer("api_key")

    def _link(self, id: str) -> str:
        mode = "" if self._is_live() else "test/"
        return f"https://dashboard.stripe.com/{mode}{self.site.resource}/{id}"


def _is_being_made(piece: Piece) -> bool:
    """Whether this is a draft whose lines are still to come: its amount says nothing yet.

    An invoice is made in two calls at least, the draft first, and looks can fall between them.
    """
    lines, born = piece.maybe("lines.data"), piece.maybe_time("created")
    if lines is None or lines.value or born is None:
        return False
    return datetime.now(UTC) - born < GROWING


def _bracketed(key: str) -> str:
    """Answer a dotted key as Stripe's forms write it: address.city is address[city]."""
    first, *rest = key.split(".")
    return first + "".join(f"[{part}]" for part in rest)


def _last_id(answer: Piece) -> str:
    """Answer the cursor of the next page, empty on the last."""
    if answer.at("has_more").value is not True:
        return ""
    ids = [piece.text("id") for piece in answer.each("data")]
    return ids[-1] if ids else ""
