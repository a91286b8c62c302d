"""Postmark: the outbox of transactional mail, such as welcome messages."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from connectors.kit.address import segment
from connectors.kit.answer import Piece, walked
from connectors.kit.auth import HeaderKey
from connectors.kit.base import Finds, Kind, Resource, Site
from connectors.kit.errors import UnexpectedAnswer
from connectors.kit.http import Door
from connectors.kit.message import Message, _
from connectors.kit.patterns import PATTERNS, compiled, read_out
from connectors.kit.records import Account, Arrival, Lead
from connectors.kit.settings import secret
from connectors.kit.sought import Sought

PAGE = 500
# Postmark lists no further, however many messages there are.
FARTHEST = 10_000
FEW = 2
MESSAGES = "/messages/outbound"
# Record keys that only the message itself holds; the listing leaves them out.
TEXTS = ("TextBody", "HtmlBody")
RECIPIENT = {"To": "To.0.Email", "ToName": "To.0.Name"}


class Postmark(Finds):
    """Messages are listed newest first; their text is asked for only where a hop reads it."""

    slug = "postmark"
    name = "Postmark"
    kind = Kind.EMAIL
    docs = "https://postmarkapp.com/developer/api/messages-api"
    base = "https://api.postmarkapp.com"
    asks = (
        secret(
            "server_token",
            "Server API token",
            help="Servers › your server › API Tokens.",
        ),
        PATTERNS,
    )
    resources = (
        Resource(
            slug="messages",
            name="sent message",
            plural="sent messages",
            fields={"To": {"from": "email", "as": "email"}},
            lag=5.0,
            submits=False,
            removes=False,
            note="Sent mail cannot be removed; Postmark forgets it after 45 days.",
        ),
    )

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.api = Door(
            self.name,
            site.base or self.base,
            ports=site.ports,
            auth=HeaderKey("X-Postmark-Server-Token", self.answer("server_token")),
        )
        self._patterns = compiled(self.answer("patterns"), self.name)

    def check(self) -> Account:
        server = self.api.get("/server").json
        return Account(id=server.text("ID"), label=server.text("Name"))

    def find(self, leads: Sequence[Lead], since: datetime) -> Iterator[Arrival]:
        sought, seen = Sought(leads), set[str]()
        for lead in leads if len(leads) <= FEW else ():
            yield from self._arrivals({"recipient": lead.email}, since, sought, seen)
        if sought.missing():
            # Days are counted in the tool's own time zone: one more is asked for.
            day = (since - timedelta(days=1)).date().isoformat()
            yield from self._arrivals({"fromdate": day}, since, sought, seen)

    def _arrivals(
        self, query: dict[str, str], since: datetime, sought: Sought, seen: set[str]
    ) -> Iterator[Arrival]:
        for message in self._listed(query, since):
            id = message.text("MessageID")
            if id not in seen and sought.holds(message.value):
                seen.add(id)
                yield self._arrival(id, message)

    def _listed(self, query: dict[str, str], since: datetime) -> Iterator[Piece]:
        """Yield the messages since then, to the last page."""
        for skip in range(0, FARTHEST, PAGE):
            asked = {**query, "count": str(PAGE), "offset": str(skip)}
            answer = self.api.get(MESSAGES, query=asked).json
            messages = list(answer.each("Messages"))
            yield from (message for message in messages if message.time("ReceivedAt") >= since)
            if len(messages) < PAGE or messages[-1].time("ReceivedAt") < since:
                return
        text = _("%(tool)s shows only the last %(count)s messages, and there were more.")
        raise UnexpectedAnswer(
            Message(text, {"tool": self.name, "count": FARTHEST}), where=self.name
        )

    def _arrival(self, id: str, message: Piece) -> Arrival:
        whole = message.pick(("From", "Subject", "Tag", "Status", "Metadata", "MessageStream"))
        whole |= {key: walked(message.value, path) for key, path in RECIPIENT.items()}
        if self._patterns or set(TEXTS) & set(self.site.keys):
            details = self.api.get(f"{MESSAGES}/{segment(id)}/details").json
            whole |= details.pick(TEXTS)
            subject, text = message.maybe_text("Subject"), details.maybe_text("TextBody")
            whole |= read_out(self._patterns, subject, text)
        record = Piece(whole, message.origin).pick(self.site.keys)
        return Arrival(id=id, record=record, created_at=message.time("ReceivedAt"))
