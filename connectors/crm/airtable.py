"""Airtable: the rows of one table, searched by one formula for many leads at once."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property

from connectors.crm import airtable_formula as formula
from connectors.crm.airtable_fields import described
from connectors.kit.address import segment
from connectors.kit.answer import Answer, Piece
from connectors.kit.auth import Bearer
from connectors.kit.base import Describes, Finds, Kind, Limit, RemovesMany, Resource, Site, Submits
from connectors.kit.body import json_body
from connectors.kit.errors import NeedsOwner, Refused
from connectors.kit.http import Door, Manners
from connectors.kit.paging import by_cursor
from connectors.kit.records import Account, Arrival, FieldInfo, Lead, Receipt
from connectors.kit.settings import Ask, AskKind, secret, text
from connectors.kit.sought import Sought, portions

VERSION = "/v0"
PAGE = 100
# How many leads one formula asks for, and how many records one call removes.
ASKED = 50
REMOVED = 10
# After "too fast" nothing is answered for so long; there is no Retry-After.
PAUSE = 30.0


def meant(answer: Answer) -> int:
    """Answer a status; a listing that ran out before its last page is begun again later."""
    ran_out = answer.status == 422 and "LIST_RECORDS_ITERATOR_NOT_AVAILABLE" in answer.page
    return 503 if ran_out else answer.status


class Airtable(Submits, Finds, RemovesMany, Describes):
    """All mapped cells are searched together, so a damaged or swapped email hides nothing."""

    slug = "airtable"
    name = "Airtable"
    kind = Kind.CRM
    docs = "https://airtable.com/developers/web/api/list-records"
    base = "https://api.airtable.com"
    asks = (
        secret(
            "token",
            "Personal access token",
            help="airtable.com/create/tokens, for this base alone, with the scopes "
            "data.records:read, data.records:write and schema.bases:read.",
        ),
        text(
            "base_id",
            "Base ID",
            help="In the base's address: the part that begins with app.",
            pattern=r"app[0-9A-Za-z]+",
            example="appAbCdEfGhIjKlMn",
        ),
        text(
            "table",
            "Table",
            help="The part of the address that begins with tbl, or the table's name.",
            example="tblAbCdEfGhIjKlMn",
        ),
        Ask(
            key="typecast",
            label="Let Airtable convert what is handed in",
            kind=AskKind.CHOICE,
            help="With yes it also adds options it does not know to your select fields, for good.",
            required=False,
            default="no",
            choices=("no", "yes"),
        ),
    )
    resources = (
        Resource(
            slug="records",
            name="record",
            plural="records",
            fields={
                "Email": {"from": "email", "as": "email"},
                "First name": {"from": "first_name", "as": "name"},
                "Last name": {"from": "last_name", "as": "name"},
                "Phone": {"from": "phone", "as": "phone"},
            },
        ),
    )
    limits = (Limit(calls=5, seconds=1),)
    side_effects = (
        "A new record starts the automations of your base.",
        "Removed records lie in the base's trash for a while.",
    )

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.api = Door(
            self.name,
            site.base or self.base,
            ports=site.ports,
            auth=Bearer(self.answer("token")),
            manners=Manners(pause=lambda _answer: PAUSE, status=meant),
        )
        self._base, self._table = self.answer("base_id"), self.answer("table")
        self._path = f"{VERSION}/{segment(self._base)}/{segment(self._table)}"

    def check(self) -> Account:
        # Proves token, base and table, and reads nobody's row.
        list(self._matching(formula.NOTHING, ()))
        return Account(id=self._base, label=f"{self._table} in {self._base}")

    def submit(self, lead: Lead) -> Receipt:
        body = {
            "records": [{"fields": lead.record}],
            "typecast": self.answer("typecast") == "yes",
        }
        id = self.api.post(self._path, body=json_body(body)).json.text("records.0.id")
        return Receipt(id=id, url=self._link(id))

    def find(self, leads: Sequence[Lead], since: datetime) -> Iterator[Arrival]:
        sought, seen = Sought(leads), set[str]()
        for record in self._candidates(leads, since):
            id = record.text("id")
            if id not in seen and sought.holds(record.at("fields").value):
                seen.add(id)
                yield self._arrival(id, record)

    def remove(self, arrival: Arrival) -> None:
        self.remove_many([arrival])

    def remove_many(self, arrivals: Sequence[Arrival]) -> None:
        # One that is gone already would refuse all ten, by the answer of a missing right.
        asked = formula.known_by([arrival.id for arrival in arrivals])
        there = [record.text("id") for record in self._matching(asked, ())]
        for some in portions(there, REMOVED):
            self.api.delete(self._path, query=[("records[]", id) for id in some])

    def fields(self) -> list[FieldInfo]:
        tables = self.api.get(f"{VERSION}/meta/bases/{segment(self._base)}/tables").json
        named = [
            table
            for table in tables.each("tables")
            if self._table in (table.text("id"), table.text("name"))
        ]
        return [described(field) for table in named for field in table.each("fields")]

    def _candidates(self, leads: Sequence[Lead], since: datetime) -> Iterator[Piece]:
        """Yield the records that hold a mark of a lead, or the new ones if a column is gone."""
        keys = self.site.keys
        try:
            for some in portions(leads, ASKED):
                asked = formula.holding(keys, some) if keys else formula.made_after(since)
                yield from self._matching(asked, keys)
        except Refused as refused:
            if refused.status != 422:
                raise
            yield from self._matching(formula.made_after(since), ())

    def _matching(self, asked: str, keys: Sequence[str]) -> Iterator[Piece]:
        """Yield what a formula matches, to the last page; a long one fits into no address."""
        body = {"filterByFormula": asked, "pageSize": PAGE, **({"fields": keys} if keys else {})}

        def page(offset: str) -> Piece:
            more = json_body({**body, "offset": offset} if offset else body)
            return self.api.post(f"{self._path}/listRecords", body=more, repeatable=True).json

        return by_cursor(page, "records", following=lambda answer: answer.maybe_text("offset"))

    @cached_property
    def _boxes(self) -> frozenset[str]:
        """The fields with a box to tick; none where the token may not read the schema."""
        try:
            return frozenset(field.key for field in self.fields() if field.kind == "boolean")
        except (NeedsOwner, Refused):
            return frozenset()

    def _arrival(self, id: str, record: Piece) -> Arrival:
        held = record.at("fields").pick(self.site.keys)
        absent = [key for key in self.site.keys if key not in held]
        # A box that is not ticked is absent, as every empty cell is.
        held |= dict.fromkeys((key for key in absent if key in self._boxes), False)
        born = record.maybe_time("createdTime")
        return Arrival(id=id, record=held, created_at=born, url=self._link(id))

    def _link(self, id: str) -> str:
        known = self._table.startswith("tbl")
        return f"https://airtable.com/{self._base}/{self._table}/{id}" if known else ""
