"""QuickBooks Online: customers, and the invoices written for them. Nothing is ever mailed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from connectors.kit.address import segment
from connectors.kit.answer import Answer, Piece
from connectors.kit.auth import Bearer
from connectors.kit.base import Finds, Kind, Limit, Removes, Resource, Site, Submits
from connectors.kit.body import json_body, nested
from connectors.kit.errors import NeedsOwner, Refused
from connectors.kit.grant import Grant
from connectors.kit.http import Door, Manners
from connectors.kit.message import Message, _
from connectors.kit.paging import by_offset
from connectors.kit.records import Account, Arrival, Lead, Receipt
from connectors.kit.settings import Ask, AskKind, secret, text
from connectors.kit.sought import Sought

VERSION = {"minorversion": "75"}
PAGE = 1000
HOSTS = {
    "production": "https://quickbooks.api.intuit.com",
    "sandbox": "https://sandbox-quickbooks.api.intuit.com",
}
ENTITIES = {"customers": "Customer", "invoices": "Invoice"}
NOWHERE = _("Which company %(tool)s opens is not known; connect it again.")
SENT = _("This invoice was mailed or has a payment; void it in %(tool)s by hand.")
KNOWN, GONE = "6240", "610"


def codes(answer: Answer) -> set[str]:
    """Answer Intuit's codes for what is wrong, none where nothing is."""
    found = answer.told.maybe("Fault.Error")
    return {error.maybe_text("code") for error in found.each()} if found else set()


def status(answer: Answer) -> int:
    """Answer the status an answer stands for: a fault may come with a success."""
    if GONE in codes(answer):
        return 404
    is_fault = answer.status < 300 and answer.told.maybe("Fault") is not None
    return 400 if is_fault else answer.status


class QuickBooks(Submits, Finds, Removes):
    """What changed lately is listed: a lead's text never stands in the query language."""

    slug = "quickbooks"
    name = "QuickBooks Online"
    kind = Kind.INVOICING
    docs = (
        "https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/customer"
    )
    base = HOSTS["production"]
    grant = Grant(
        authorize_url="https://appcenter.intuit.com/connect/oauth2",
        token_url="https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",  # noqa: S106 - a URL
        scopes=("com.intuit.quickbooks.accounting",),
        rotates=True,
        returned={"realmId": "realm_id"},
    )
    asks = (
        text(
            "client_id", "Client ID", help="developer.intuit.com › your app › Keys & credentials."
        ),
        secret("client_secret", "Client secret", help="Beside the client ID."),
        Ask(
            key="environment",
            label="Environment",
            kind=AskKind.CHOICE,
            help="`sandbox` with development keys and a test company, else `production`.",
            required=False,
            default="production",
            choices=tuple(HOSTS),
        ),
        text(
            "realm_id",
            "Company ID",
            help="Filled in when you connect.",
            required=False,
            pattern=r"\d+",
            example="9130347596842384",
        ),
    )
    resources = (
        Resource(
            slug="customers",
            name="customer",
            plural="customers",
            fields={
                "DisplayName": {"from": "full_name", "as": "name"},
                "PrimaryEmailAddr.Address": {"from": "email", "as": "email"},
                "PrimaryPhone.FreeFormNumber": {"from": "phone", "as": "phone"},
            },
            merges_by=("DisplayName",),
            note="One customer for each name: a second one of that name is refused.",
        ),
        Resource(
            slug="invoices",
            name="unsent invoice",
            plural="unsent invoices",
            fields={
                "CustomerRef.name": {"from": "full_name", "as": "name"},
                "BillEmail.Address": {"from": "email", "as": "email"},
                "TotalAmt": {"from": "amount", "as": "money"},
            },
            parent="customers",
            submits=False,
        ),
    )
    limits = (Limit(calls=500, seconds=60),)
    side_effects = (
        "An invoice counts in your books from the moment the automation writes it until Handoff "
        "deletes it; Handoff never mails one.",
        "Customers cannot be deleted: Handoff makes test customers inactive.",
    )

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        realm = self.answer("realm_id")
        if not realm:
            raise NeedsOwner(Message(NOWHERE, {"tool": self.name}), where=self.name)
        manners = Manners(is_known=lambda answer: KNOWN in codes(answer), status=status)
        base = site.base or HOSTS[self.answer("environment")]
        auth = Bearer(site.ports.token)
        self.api = Door(self.name, base, ports=site.ports, auth=auth, manners=manners)
        self._company = f"/v3/company/{segment(realm)}"
        self._entity = ENTITIES[site.resource]

    def check(self) -> Account:
        realm = self.answer("realm_id")
        path = f"{self._company}/companyinfo/{segment(realm)}"
        name = self.api.get(path, query=VERSION).json.text("CompanyInfo.CompanyName")
        return Account(id=realm, label=name)

    def submit(self, lead: Lead) -> Receipt:
        id = self._write(nested(lead.record)).text("Id")
        return Receipt(id=id, url=self._link(id))

    def find(self, leads: Sequence[Lead], since: datetime) -> Iterator[Arrival]:
        sought = Sought(leads)
        moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

        def page(skip: int) -> Piece:
            text = (
                f"select * from {self._entity} where MetaData.LastUpdatedTime >= '{moment}'"  # noqa: S608 - no text of others
                f" orderby Id startposition {skip + 1} maxresults {PAGE}"
            )
            asked = {"query": text, **VERSION}
            found = self.api.get(f"{self._company}/query", query=asked).json.at("QueryResponse")
            # A page that holds nothing has no list at all.
            return found if found.maybe(self._entity) else Piece({self._entity: []}, found.origin)

        for record in by_offset(page, self._entity, size=PAGE):
            if sought.holds(record.value):
                id, born = record.text("Id"), record.maybe_time("MetaData.CreateTime")
                kept = record.pick(self.site.keys)
                yield Arrival(id=id, record=kept, created_at=born, url=self._link(id))

    def remove(self, arrival: Arrival) -> None:
        try:
            self._remove(self._read(arrival.id))
        except Refused as refused:
            if refused.status != 404:
                raise

    def _remove(self, record: Piece) -> None:
        body = {"Id": record.text("Id"), "SyncToken": record.text("SyncToken")}
        if self.site.resource == "customers":
            if record.at("Active").value is not False:
                self._write({**body, "sparse": True, "Active": False})
            return
        if record.maybe_text("EmailStatus") == "EmailSent" or record.maybe("LinkedTxn.0"):
            raise Refused(Message(SENT, {"tool": self.name}), where=self.name)
        self._write(body, operation="delete")

    def _read(self, id: str) -> Piece:
        path = f"{self._company}/{self._entity.lower()}/{segment(id)}"
        return self.api.get(path, query=VERSION).json.at(self._entity)

    def _write(self, body: Mapping[str, object], **query: str) -> Piece:
        path = f"{self._company}/{self._entity.lower()}"
        answer = self.api.post(path, query={**VERSION, **query}, body=json_body(body))
        return answer.json.at(self._entity)

    def _link(self, id: str) -> str:
        place = "sandbox.qbo" if self.answer("environment") == "sandbox" else "qbo"
        page = "customerdetail?nameId" if self.site.resource == "customers" else "invoice?txnId"
        return f"https://app.{place}.intuit.com/app/{page}={segment(id)}"
