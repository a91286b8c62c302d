"""HubSpot's forms: the submissions of one form, each counted though their contact is one."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import takewhile

from connectors.kit.address import segment
from connectors.kit.answer import Piece
from connectors.kit.auth import Bearer
from connectors.kit.base import Describes, Finds, Kind, Limit, Resource, Site, Submits
from connectors.kit.body import json_body, word
from connectors.kit.errors import NeedsOwner
from connectors.kit.http import Door
from connectors.kit.message import Message, _
from connectors.kit.paging import by_cursor, cursor_at, once
from connectors.kit.records import Account, Arrival, FieldInfo, Lead, Receipt
from connectors.kit.settings import secret, text
from connectors.kit.sought import Sought

SENDING = "/submissions/v3/integration/submit"
LISTING = "/form-integrations/v1/submissions/forms"
FORMS = "/marketing/v3/forms"
CONTACT = "0-1"
PAGE = 50
KINDS = {"email": "email", "phone": "phone", "mobile_phone": "phone", "number": "number",
         "datepicker": "date", "dropdown": "choice", "radio": "choice",
         "single_checkbox": "boolean"}  # fmt: skip
NAMES = ("firstname", "lastname")


class HubSpotForms(Submits, Finds, Describes):
    """The form is sent in where visitors send it, without the token; the listing is newest first.

    There is no way to remove one submission: the contact it made is removed by the HubSpot CRM.
    """

    slug = "hubspot_forms"
    name = "HubSpot forms"
    kind = Kind.FORM
    docs = (
        "https://developers.hubspot.com/docs/api-reference/legacy/marketing/forms/"
        "v3-legacy/submit-data-unauthenticated"
    )
    base = "https://api.hubapi.com"
    also = ("https://api.hsforms.com",)
    asks = (
        secret(
            "token",
            "Service key or private app token",
            help="Settings › Integrations › Service keys, with the right forms.",
        ),
        text(
            "portal_id",
            "Hub ID",
            help="Your picture, at the top right, shows it under your account's name.",
            pattern=r"\d+",
            example="12345678",
        ),
        text(
            "form_id",
            "Form ID",
            help="Marketing › Forms: the last part of the form's address, in five groups.",
            pattern=r"[0-9a-fA-F-]{36}",
            example="78c2891f-ebdd-44c0-bd94-15c012bbbfbf",
        ),
    )
    resources = (
        Resource(
            slug="submissions",
            name="submission",
            plural="submissions",
            fields={
                "email": {"from": "email", "as": "email"},
                "firstname": {"from": "first_name", "as": "name"},
                "lastname": {"from": "last_name", "as": "name"},
                "phone": {"from": "phone", "as": "phone"},
            },
            removes=False,
            note="Every submission counts, also of one contact. None can be removed.",
        ),
    )
    limits = (Limit(calls=50, seconds=10),)
    side_effects = (
        "A submission makes a contact, or changes the one with its address; remove it with the "
        "HubSpot connector.",
        "The form's notifications and workflows run for a test lead; its count of submissions "
        "stays.",
        "No consent to mailings is given: a form that asks for one refuses the lead.",
    )

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        token = site.ports.token or self.answer("token")
        self.api = Door(self.name, site.base or self.base, ports=site.ports, auth=Bearer(token))
        # Visitors have no token: it must never reach this host.
        self.page = Door(self.name, site.base or self.also[0], ports=site.ports)
        self._id = segment(self.answer("form_id"))

    def check(self) -> Account:
        portal = self.api.get("/account-info/v3/details").json.text("portalId")
        if portal != self.answer("portal_id"):
            text = _("%(tool)s: this token opens account %(portal)s; enter that as the Hub ID.")
            raise NeedsOwner(Message(text, {"tool": self.name, "portal": portal}), where=self.name)
        form = self.api.get(f"{FORMS}/{self._id}").json.text("name")
        return Account(id=portal, label=f"HubSpot account {portal} › {form}")

    def submit(self, lead: Lead) -> Receipt:
        # No cookie of a visitor: a wrong one would merge the lead with somebody else.
        fields = [
            {"objectTypeId": CONTACT, "name": name, "value": word(value)}
            for name, value in lead.record.items()
        ]
        path = f"{SENDING}/{segment(self.answer('portal_id'))}/{self._id}"
        self.page.post(path, body=json_body({"fields": fields})).json.pick(())
        return Receipt()

    def find(self, leads: Sequence[Lead], since: datetime) -> Iterator[Arrival]:
        sought = Sought(leads)
        pages = by_cursor(self._page, "results", following=cursor_at("paging.next.after"))
        # Old ones may lack an id: the listing ends before theirs is read.
        young = takewhile(lambda one: one.time("submittedAt") >= since, pages)
        for submission in once(young, "conversionId"):
            if sought.holds(submission.at("values").value):
                id = submission.text("conversionId")
                record = {key: v for key, v in _values(submission).items() if key in self.site.keys}
                yield Arrival(id=id, record=record, created_at=submission.time("submittedAt"))

    def fields(self) -> list[FieldInfo]:
        groups = self.api.get(f"{FORMS}/{self._id}").json.each("fieldGroups")
        return [_field(field) for group in groups for field in group.each("fields")]

    def _page(self, after: str) -> Piece:
        query = {"limit": str(PAGE), "after": after} if after else {"limit": str(PAGE)}
        return self.api.get(f"{LISTING}/{self._id}", query=query).json


def _values(submission: Piece) -> dict[str, object]:
    """Answer what was sent in, by name; several values of one name in HubSpot's notation."""
    found: dict[str, object] = {}
    for value in submission.each("values"):
        name, held = value.text("name"), value.maybe_text("value")
        found[name] = f"{found[name]};{held}" if name in found else held
    return found


def _field(field: Piece) -> FieldInfo:
    name, options = field.text("name"), field.maybe("options")
    choices = tuple(one.text("value") for one in options.each()) if options else ()
    required = field.maybe("required")
    return FieldInfo(
        key=name,
        label=field.maybe_text("label"),
        kind="name" if name in NAMES else KINDS.get(field.maybe_text("fieldType"), "text"),
        required=bool(required and required.value),
        choices=choices,
    )
