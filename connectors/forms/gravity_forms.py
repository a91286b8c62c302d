"""Gravity Forms: the entries of one form on the owner's own WordPress site."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from json import dumps

from connectors.forms.gravity_forms_asks import ASKS
from connectors.forms.gravity_forms_fields import described
from connectors.kit.address import segment
from connectors.kit.answer import Answer, Piece
from connectors.kit.auth import Basic, NoAuth
from connectors.kit.base import Describes, Finds, Kind, Removes, Resource, Site, Submits
from connectors.kit.body import json_body, word
from connectors.kit.errors import NeedsOwner, TryLater
from connectors.kit.http import Door, Manners
from connectors.kit.message import Message, _
from connectors.kit.oauth1 import OAuth1
from connectors.kit.paging import by_offset, once
from connectors.kit.records import Account, Arrival, FieldInfo, Lead, Receipt
from connectors.kit.sought import Sought

VERSION = "/wp-json/gf/v2"
PAGE = 200
# A listing begins at a day in the site's own zone, which may be a day behind.
WINDOW = timedelta(days=1)
HERE = ("localhost", "127.0.0.1", "::1")


def stands_for(answer: Answer) -> int:
    """Answer the status of a submission; one whose values are refused may come as a success."""
    valid = answer.told.maybe("is_valid")
    return 400 if valid and valid.value is False else answer.status


class GravityForms(Submits, Finds, Removes, Describes):
    """Leads go through `submissions`, as from the page; `entries` would skip feeds and mails."""

    slug = "gravity_forms"
    name = "Gravity Forms"
    kind = Kind.FORM
    docs = "https://docs.gravityforms.com/submitting-forms-with-rest-api-v2/"
    base = ""
    asks = ASKS
    resources = (
        Resource(
            slug="entries",
            name="entry",
            plural="entries",
            fields={
                "1.3": {"from": "first_name", "as": "name"},
                "1.6": {"from": "last_name", "as": "name"},
                "2": {"from": "email", "as": "email"},
                "3": {"from": "phone", "as": "phone"},
            },
            note="Keys are the ids of the form's fields, 1.3 and 1.6 being parts of field 1.",
        ),
    )
    side_effects = (
        "A test lead runs the form's feeds and sends its notifications, as a visitor's would.",
        "Removed entries lie in the form's trash, which WordPress empties after 30 days.",
    )

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        base = site.base or self.answer("base_url")
        self.api = Door(
            self.name, base, ports=site.ports, auth=self._auth(), manners=Manners(status=stands_for)
        )
        place = self.api.address.place
        if self.answer("auth") == "basic" and place.scheme == "http" and place.host not in HERE:
            text = _("%(tool)s: enter the address of the site with https, or choose oauth1.")
            raise NeedsOwner(Message(text, {"tool": self.name}), where=self.name)
        self._form = f"{VERSION}/forms/{segment(self.answer('form_id'))}"

    def check(self) -> Account:
        form = self.api.get(self._form).json
        # Sites of one network share a host, and have a path of their own.
        site = f"{self.api.address.place.host}{self.api.address.target('/', ())}".rstrip("/")
        # Reading a form and reading its entries are two rights.
        self._page(datetime.now(UTC), 0, size=1).at("entries")
        return Account(id=site, label=f"{site} › {form.text('title')}")

    def submit(self, lead: Lead) -> Receipt:
        record = {_input(key): word(value) for key, value in lead.record.items()}
        said = self.api.post(f"{self._form}/submissions", body=json_body(record)).json
        said.at("is_valid")
        id = said.maybe("entry_id")
        return self._receipt(id.text()) if id and id.value else Receipt()

    def find(self, leads: Sequence[Lead], since: datetime) -> Iterator[Arrival]:
        sought = Sought(leads)
        pages = by_offset(lambda skip: self._page(since, skip), "entries", size=PAGE)
        for entry in once(pages, "id"):
            born = entry.maybe_time("date_created")
            if born and born < since:
                return
            if sought.holds(entry.value):
                id, record = entry.text("id"), entry.pick(self.site.keys)
                url = self._receipt(id).url
                yield Arrival(id=id, record=record, created_at=born, url=url)

    def remove(self, arrival: Arrival) -> None:
        path = f"{VERSION}/entries/{segment(arrival.id)}"
        try:
            self.api.discard(path, gone=(404, 410))
        except TryLater as broken:
            # The deletion of what is gone for good breaks down (500): ask whether it is there.
            if broken.status != 500 or self.api.maybe(path):
                raise

    def fields(self) -> list[FieldInfo]:
        return described(self.api.get(self._form).json)

    def _page(self, since: datetime, skip: int, size: int = PAGE) -> Piece:
        """Answer one page of the entries since a day, the newest first.

        The search is decoded twice there: nothing but a day goes into it, for a plus sign would
        become a space.
        """
        start = f"{since.astimezone(UTC) - WINDOW:%Y-%m-%d}"
        query = {
            "paging[offset]": str(skip),
            "paging[page_size]": str(size),
            "search": dumps({"start_date": start}),
            "sorting[direction]": "DESC",
            "sorting[key]": "date_created",
        }
        return self.api.get(f"{self._form}/entries", query=query).json

    def _receipt(self, id: str) -> Receipt:
        page = f"wp-admin/admin.php?page=gf_entries&view=entry&id={self.answer('form_id')}&lid={id}"
        return Receipt(
            id=id, url=self.api.address.absolute(f"{self.api.address.target('/', ())}{page}")
        )

    def _auth(self) -> NoAuth:
        key, secret = self.answer("consumer_key"), self.answer("consumer_secret")
        return OAuth1(key, secret) if self.answer("auth") == "oauth1" else Basic(key, secret)


def _input(key: str) -> str:
    """Answer what the form's page calls a field: 1.3 is input_1_3."""
    return f"input_{key.replace('.', '_')}"
