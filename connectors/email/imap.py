"""The lead's own mailbox: did the welcome mail come, once, in the inbox, with the right words?"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import urlsplit

from connectors.kit.base import Finds, Kind, Resource, Site
from connectors.kit.errors import NeedsOwner
from connectors.kit.letter import Letter
from connectors.kit.mailbox import Folder, Mailbox, Server
from connectors.kit.message import Message, _
from connectors.kit.patterns import PATTERNS, compiled, read_out
from connectors.kit.records import Account, Arrival, Lead
from connectors.kit.settings import Ask, AskKind, secret, text
from connectors.kit.sought import Sought

SCHEMES = {"imaps": ("tls", 993), "imap": ("none", 143)}


class Imap(Finds):
    """Messages since the submit, in the inbox and the junk folder; distinct by Message-ID."""

    slug = "imap"
    name = "Mailbox"
    kind = Kind.EMAIL
    docs = "https://www.rfc-editor.org/rfc/rfc9051"
    base = ""
    asks = (
        text("host", "IMAP server", help="Your mail provider's help names it.",
             example="imap.example.com"),
        Ask(key="port", label="Port", kind=AskKind.NUMBER, default="993", required=False),
        Ask(
            key="security",
            label="Encryption",
            kind=AskKind.CHOICE,
            choices=("tls", "none"),
            default="tls",
            required=False,
            help="Choose none only for a server on your own network.",
        ),
        text("user", "User name", help="Mostly the address itself."),
        secret("password", "Password", help="With two-step verification: an app password."),
        PATTERNS,
    )  # fmt: skip
    resources = (
        Resource(
            slug="messages",
            name="received message",
            plural="received messages",
            fields={"to": {"from": "email", "as": "email"}},
            submits=False,
            removes=False,
            note="Messages stay in the mailbox, unread, until its owner deletes them.",
        ),
    )

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._patterns = compiled(self.answer("patterns"), self.name)
        self._server = self._served()

    def check(self) -> Account:
        user = self.answer("user")
        with self._visit() as mailbox:
            mailbox.examine(Folder(name="INBOX"))
        return Account(id=f"{user}@{self._server.host}", label=user)

    def find(self, leads: Sequence[Lead], since: datetime) -> Iterator[Arrival]:
        found: dict[str, Arrival] = {}
        sought = Sought(leads)
        with self._visit() as mailbox:
            for folder in sorted(mailbox.folders(), key=lambda folder: folder.is_junk):
                if folder.is_junk or folder.name.strip('"').upper() == "INBOX":
                    for letter in self._letters(mailbox, folder, sought, since):
                        arrival = self._arrival(letter)
                        # One message can lie in two folders; the inbox counts.
                        if arrival.id not in found or not letter.is_junk:
                            found[arrival.id] = arrival
        yield from found.values()

    def _letters(
        self, mailbox: Mailbox, folder: Folder, sought: Sought, since: datetime
    ) -> Iterator[Letter]:
        """Yield the leads' messages: by their headers, and those of leads not seen by any word."""
        mailbox.examine(folder)
        numbers = [
            letter.number
            for letter in mailbox.headers(mailbox.search(since), folder)
            if letter.received_at >= since
            and sought.holds("\n".join((letter.subject, letter.sender, *letter.recipients)))
        ]
        for lead in sought.missing():
            # Letters beyond ASCII need a charset that not every server takes; the tag has none.
            marks = filter(str.isascii, dict.fromkeys((lead.tag, *lead.handles)))
            numbers += mailbox.search(since, *marks)
        for letter in mailbox.letters(list(dict.fromkeys(numbers)), folder):
            if letter.received_at >= since:
                yield letter

    def _arrival(self, letter: Letter) -> Arrival:
        whole: dict[str, object] = {
            "subject": letter.subject,
            "from": letter.sender,
            "to": letter.recipients[0] if letter.recipients else "",
            "text": letter.text,
            **read_out(self._patterns, letter.subject, letter.text),
        }
        return Arrival(
            id=letter.id or f"no Message-ID, number {letter.number.decode()}",
            record={key: whole[key] for key in self.site.keys if key in whole},
            created_at=letter.received_at,
            place="junk" if letter.is_junk else "",
        )

    @contextmanager
    def _visit(self) -> Iterator[Mailbox]:
        mailbox = Mailbox(self.name, self._server, self.site.ports)
        try:
            mailbox.log_in(self.answer("user"), self.answer("password"))
            yield mailbox
        finally:
            mailbox.close()

    def _served(self) -> Server:
        """Answer the server: the deployment's, written imap://host:port, or the owner's."""
        try:
            if self.site.base:
                parts = urlsplit(self.site.base)
                security, port = SCHEMES[parts.scheme]
                return Server(parts.hostname or "", parts.port or port, security)
            return Server(self.answer("host"), int(self.answer("port")), self.answer("security"))
        except (KeyError, ValueError):
            text = _("%(tool)s: the server or its port is not written as it must be.")
            raise NeedsOwner(Message(text, {"tool": self.name}), where=self.name) from None
