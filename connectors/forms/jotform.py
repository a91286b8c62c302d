"""Jotform: the submissions of one form, by the numbers of its questions."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from json import dumps
from zoneinfo import ZoneInfo

from connectors.forms.jotform_asks import ASKS
from connectors.forms.jotform_questions import described, field_name, value_at
from connectors.kit.address import segment
from connectors.kit.answer import Answer, Piece
from connectors.kit.auth import HeaderKey
from connectors.kit.base import Describes, Finds, Kind, Limit, Removes, Resource, Site, Submits
from connectors.kit.body import form_body, word
from connectors.kit.errors import NeedsOwner, Refused
from connectors.kit.http import Door, Manners
from connectors.kit.message import Message, _
from connectors.kit.paging import by_offset, once
from connectors.kit.records import Account, Arrival, FieldInfo, Lead, Receipt
from connectors.kit.sought import Sought

VERSION = "/v1"
PAGE = 1000
HOSTS = {"us": "api", "eu": "eu-api", "hipaa": "hipaa-api"}
INBOXES = {"us": "www", "eu": "eu", "hipaa": "hipaa"}
# Its times are local ones; a day more is listed, whatever the zone and the summer time.
WINDOW = timedelta(days=1)


def stands_for(answer: Answer) -> int:
    """Answer the status in the body: Jotform also says no with a success."""
    code = answer.told.maybe("responseCode")
    return code.value if code and isinstance(code.value, int) else answer.status


class Jotform(Submits, Finds, Removes, Describes):
    """One listing of the form's latest submissions serves all leads."""

    slug = "jotform"
    name = "Jotform"
    kind = Kind.FORM
    docs = "https://api.jotform.com/docs/"
    base = "https://{region}.jotform.com"
    asks = ASKS
    resources = (
        Resource(
            slug="submissions",
            name="submission",
            plural="submissions",
            fields={
                "3.first": {"from": "first_name", "as": "name"},
                "3.last": {"from": "last_name", "as": "name"},
                "4": {"from": "email", "as": "email"},
                "5.full": {"from": "phone", "as": "phone"},
            },
            note="Keys are the numbers of the form's questions, with the part of a compound one.",
        ),
    )
    limits = (Limit(calls=1000, seconds=86_400),)
    side_effects = (
        "Each submission counts against the month's quota of the plan, removed or not.",
        "The form's own notification mails may go out for a test submission.",
        "Removed submissions lie in Jotform's trash.",
    )

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        region = self.answer("region")
        base = self.answer("base_url") or self.base.format(region=HOSTS[region])
        self.api = Door(
            self.name,
            site.base or base,
            ports=site.ports,
            auth=HeaderKey("APIKEY", self.answer("api_key")),
            manners=Manners(status=stands_for),
        )
        self._form = f"{VERSION}/form/{segment(self.answer('form_id'))}"
        self._inbox = f"https://{INBOXES[region]}.jotform.com/inbox/{self.answer('form_id')}"

    def check(self) -> Account:
        me, form = self._user, self.api.get(self._form).json.at("content")
        label = f"{me.text('username')} › {form.text('title')}"
        return Account(id=me.text("username"), label=label)

    def submit(self, lead: Lead) -> Receipt:
        pairs = [(field_name(key), word(value)) for key, value in lead.record.items()]
        made = self.api.post(f"{self._form}/submissions", body=form_body(pairs)).json
        id = made.text("content.submissionID")
        return Receipt(id=id, url=self._link(id))

    def find(self, leads: Sequence[Lead], since: datetime) -> Iterator[Arrival]:
        sought = Sought(leads)
        pages = by_offset(
            lambda skip: self._recent(since, skip), "content", size=PAGE, told="resultSet.limit"
        )
        for submission in once(pages, "id"):
            answers = submission.maybe("answers")
            # What is deleted is listed on.
            is_there = submission.maybe_text("status") != "DELETED"
            if is_there and answers and sought.holds(answers.value):
                yield self._arrival(submission)

    def remove(self, arrival: Arrival) -> None:
        path = f"{VERSION}/submission/{segment(arrival.id)}"
        try:
            self.api.discard(path)
        except NeedsOwner:
            # What is gone for good is "not authorized", as if the key were wrong: ask which it is.
            if self._lies(path):
                raise

    def fields(self) -> list[FieldInfo]:
        return described(self.api.get(f"{self._form}/questions").json.at("content"))

    def _lies(self, path: str) -> bool:
        """Whether a submission is there that the key may read; NeedsOwner if it may read none."""
        try:
            return self.api.get(path).json.maybe_text("content.status") != "DELETED"
        except NeedsOwner:
            self.api.get(self._form)
            return False

    @cached_property
    def _user(self) -> Piece:
        try:
            return self.api.get(f"{VERSION}/user").json.at("content")
        except Refused as refused:
            if refused.status != 301:
                raise
            text = _("%(tool)s keeps this account in another region; choose that one.")
            error = NeedsOwner(Message(text, {"tool": self.name}), status=301, where=refused.where)
        raise error

    @cached_property
    def _zone(self) -> ZoneInfo | None:
        """Answer the zone of the form's times: the account's, unless the owner entered one."""
        try:
            return ZoneInfo(self.answer("time_zone") or self._user.maybe_text("time_zone"))
        except (KeyError, OSError, ValueError):
            return None

    def _recent(self, since: datetime, skip: int) -> Piece:
        start = f"{since.astimezone(UTC) - WINDOW:%Y-%m-%d %H:%M:%S}"
        query = {
            "filter": dumps({"created_at:gt": start}),
            "orderby": "created_at",
            "limit": str(PAGE),
            "offset": str(skip),
        }
        return self.api.get(f"{self._form}/submissions", query=query).json

    def _arrival(self, submission: Piece) -> Arrival:
        id = submission.text("id")
        read = {key: value_at(submission, key) for key in self.site.keys}
        record = {key: value for key, value in read.items() if value is not None}
        born = self._instant(submission.maybe_text("created_at"))
        return Arrival(id=id, record=record, created_at=born, url=self._link(id))

    def _instant(self, written: str) -> datetime | None:
        """Answer the moment of a local time; of the two in an hour that repeats, the earlier."""
        try:
            local = datetime.fromisoformat(written)
        except ValueError:
            return None
        return local.replace(tzinfo=self._zone).astimezone(UTC) if self._zone else None

    def _link(self, id: str) -> str:
        return "" if self.answer("base_url") else f"{self._inbox}/{id}"
