"""Mailchimp Marketing: the members of one audience."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

from connectors.kit.address import segment
from connectors.kit.answer import Answer, Piece
from connectors.kit.auth import Basic
from connectors.kit.base import Describes, Finds, Kind, Limit, Removes, Resource, Site, Submits
from connectors.kit.body import json_body
from connectors.kit.errors import NeedsOwner, Refused
from connectors.kit.http import Door, Manners
from connectors.kit.message import Message, _
from connectors.kit.paging import by_offset
from connectors.kit.records import Account, Arrival, FieldInfo, Lead, Receipt
from connectors.kit.settings import secret, text
from connectors.kit.sought import Sought

PAGE = 1000
# Up to here a call for each lead costs less than reading the audience's recent changes.
FEW = 2
PARTS = ("id", "email_address", "status", "language", "vip", "source", "merge_fields",
         "timestamp_signup", "timestamp_opt", "web_id")  # fmt: skip


OWN = (
    FieldInfo(key="email_address", label="Email Address", kind="email", required=True),
    FieldInfo(key="status", label="Status", kind="choice", choices=(
        "subscribed", "unsubscribed", "cleaned", "pending", "transactional")),
    FieldInfo(key="language", label="Language"),
    FieldInfo(key="vip", label="VIP", kind="boolean"),
    *(FieldInfo(key=key, writable=False) for key in ("id", "source", "web_id")),
    *(FieldInfo(key=key, kind="datetime", writable=False)
      for key in ("timestamp_signup", "timestamp_opt")),
)  # fmt: skip
KINDS = {"number": "number", "phone": "phone", "date": "date", "url": "url", "imageurl": "url",
         "radio": "choice", "dropdown": "choice"}  # fmt: skip


def is_limit(answer: Answer) -> bool:
    """Whether a 403 means "too fast": then it comes from the edge, without the API's JSON."""
    return answer.status == 403 and "json" not in answer.headers.get("Content-Type")


class Mailchimp(Submits, Finds, Removes, Describes):
    """A member is asked for by the hash of its address; the recent changes serve many leads."""

    slug = "mailchimp"
    name = "Mailchimp"
    kind = Kind.EMAIL
    docs = "https://mailchimp.com/developer/marketing/api/list-members/"
    base = "https://{dc}.api.mailchimp.com"
    asks = (
        secret("api_key", "API key", help="Profile › Extras › API keys › Create A Key."),
        text(
            "list_id",
            "Audience ID",
            help="Audience › Settings › Audience name and defaults, on the right.",
            pattern=r"[0-9A-Za-z]+",
            example="a1b2c3d4e5",
        ),
    )
    resources = (
        Resource(
            slug="members",
            name="contact",
            plural="contacts",
            fields={
                "email_address": {"from": "email", "as": "email"},
                "FNAME": {"from": "first_name", "as": "name"},
                "LNAME": {"from": "last_name", "as": "name"},
                "PHONE": {"from": "phone", "as": "phone"},
            },
            merges_by=("email_address",),
            note="One contact for each address: a second submission changes the first one.",
        ),
    )
    limits = (Limit(calls=10, seconds=1),)
    side_effects = (
        "A new contact can start your welcome automation, which mails the test address.",
        "Contacts are archived after a run; archived contacts are not billed.",
    )

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        key = self.answer("api_key")
        datacenter = key.rpartition("-")[2] if "-" in key else ""
        if not (site.base or datacenter.isalnum()):
            text = _("The Mailchimp API key must end in its data centre, such as -us21.")
            raise NeedsOwner(Message(text), where=self.name)
        self.api = Door(
            self.name,
            site.base or self.base.format(dc=datacenter),
            ports=site.ports,
            auth=Basic("handoff", key),
            manners=Manners(is_limit=is_limit),
        )
        self._list = f"/3.0/lists/{segment(self.answer('list_id'))}"

    def check(self) -> Account:
        me = self.api.get("/3.0/", query={"fields": "account_id,account_name"}).json
        audience = self.api.get(self._list, query={"fields": "id,name"}).json
        label = f"{me.text('account_name')} › {audience.text('name')}"
        return Account(id=me.text("account_id"), label=label)

    def submit(self, lead: Lead) -> Receipt:
        record = {"email_address": lead.email, **lead.record}
        body = {key: value for key, value in record.items() if not key.isupper()}
        body["status_if_new"] = "subscribed"
        body["merge_fields"] = {key: value for key, value in record.items() if key.isupper()}
        path = f"{self._list}/members/{_hash(str(record['email_address']))}"
        member = self.api.put(path, body=json_body(body)).json
        return Receipt(id=member.text("id"), url=_link(member))

    def find(self, leads: Sequence[Lead], since: datetime) -> Iterator[Arrival]:
        sought = Sought(leads)
        for lead in leads if len(leads) <= FEW else ():
            if (member := self._member(lead.email)) and sought.holds(member.value):
                yield self._arrival(member)
        if sought.missing():
            for member in by_offset(lambda skip: self._changed(since, skip), "members", size=PAGE):
                if member.text("status") != "archived" and sought.holds(member.value):
                    yield self._arrival(member)

    def remove(self, arrival: Arrival) -> None:
        try:
            self.api.delete(f"{self._list}/members/{segment(arrival.id)}")
        except Refused as refused:
            if refused.status not in (404, 405):  # 405: archived already
                raise

    def fields(self) -> list[FieldInfo]:
        query = {"count": str(PAGE)}
        told = self.api.get(f"{self._list}/merge-fields", query=query).json.each("merge_fields")
        return [*OWN, *map(_field, told)]

    def _member(self, email: str) -> Piece | None:
        """Answer the member with this address, None where there is none or it is archived."""
        path = f"{self._list}/members/{_hash(email)}"
        try:
            member = self.api.get(path, query={"fields": ",".join(PARTS)}).json
        except Refused as refused:
            if refused.status == 404:
                return None
            raise
        return member if member.text("status") != "archived" else None

    def _changed(self, since: datetime, skip: int) -> Piece:
        """Answer one page of the members changed since then, in the order of their changes."""
        query = {
            "since_last_changed": since.isoformat(timespec="seconds"),
            "sort_field": "last_changed",
            "sort_dir": "ASC",
            "fields": ",".join(f"members.{part}" for part in PARTS),
            "count": str(PAGE),
            "offset": str(skip),
        }
        return self.api.get(f"{self._list}/members", query=query).json

    def _arrival(self, member: Piece) -> Arrival:
        keys = self.site.keys
        tags = [key for key in keys if key.partition(".")[0].isupper()]
        record = member.pick([key for key in keys if key not in tags])
        record |= member.at("merge_fields").pick(tags)
        born = member.maybe_time("timestamp_signup") or member.maybe_time("timestamp_opt")
        return Arrival(id=member.text("id"), record=record, created_at=born, url=_link(member))


def _hash(email: str) -> str:
    """Answer how Mailchimp names the member with this address."""
    return hashlib.md5(email.strip().lower().encode(), usedforsecurity=False).hexdigest()


def _link(member: Piece) -> str:
    """Answer where the owner sees this member."""
    number = member.maybe("web_id")
    return f"https://admin.mailchimp.com/lists/members/view?id={number.text()}" if number else ""


def _field(told: Piece) -> FieldInfo:
    """Answer one merge field as the audience describes it; a birthday is no whole date."""
    required = told.maybe("required")
    return FieldInfo(
        key=told.text("tag"),
        label=told.maybe_text("name"),
        kind=KINDS.get(told.text("type"), "text"),
        required=required is not None and required.value is True,
        choices=tuple(choice.text() for choice in told.maybe_each("options.choices")),
    )
