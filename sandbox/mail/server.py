"""The business's mail: SMTP in, mailboxes by domain, IMAP out."""

import asyncio
import email
import email.policy
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parseaddr
from typing import Any, ClassVar

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.call import Call
from sandbox.chains import mail_domain
from sandbox.faults import Fault, lead_in
from sandbox.listening import Port
from sandbox.mail import posting
from sandbox.mail.imap import ImapSession
from sandbox.mail.mailbox import Letter, Mailbox
from sandbox.storage import Account, Record, next_id
from sandbox.tool import HANG_SECONDS, Tool
from sandbox.world import Event, World, key_for

MAIN = "main"


class MailServer(Tool):
    """One mailbox an account, which gets all mail to its domain; the main one gets the rest."""

    slug: ClassVar[str] = "mail"
    title: ClassVar[str] = "Mail"
    resources: ClassVar[tuple[str, ...]] = ("messages",)

    def __init__(self, world: World, *, smtp: Port, imap: Port) -> None:
        super().__init__(world)
        self._ports = {"smtp": smtp, "imap": imap}
        self._servers: dict[str, asyncio.Server] = {}
        self._open: set[asyncio.StreamWriter] = set()
        self._by_domain: dict[str, str] = {}
        self.boxes: dict[str, Mailbox] = {}

    def routes(self) -> None:
        """It has no HTTP."""

    def key_of(self, call: Call) -> str:
        del call
        return ""

    def error(self, status: int, detail: str = "") -> web.Response:
        return web.Response(status=status, text=detail)

    def credentials(self, name: str) -> dict[str, str]:
        domain = mail_domain(name)
        return {"user": f"leads@{domain}", "password": key_for(self.slug, name, 20)}

    @property
    def smtp_address(self) -> str:
        """Answer "host:port" of the SMTP door."""
        return self._address("smtp")

    def describe(self, name: str) -> dict[str, Any]:
        """Answer how an account is reached."""
        told = {"smtp": self.smtp_address, "imap": self._address("imap"), "account": name}
        secrets = self.accounts[name].secrets
        return told | {"credentials": secrets, "domain": mail_domain(name)}

    def open_account(self, name: str, *, lag: float = 0.0, **options: object) -> Account:
        account = super().open_account(name, lag=lag, **options)
        self._by_domain[mail_domain(name)] = name
        self.boxes.setdefault(name, Mailbox(account))
        return account

    def close_account(self, name: str) -> None:
        super().close_account(name)
        self._by_domain.pop(mail_domain(name), None)
        self.boxes.pop(name, None)

    def login(self, user: str, password: str) -> Mailbox | None:
        """Answer the mailbox that user and password open."""
        account = self.keys.get(user)
        if account is None or account.secrets["password"] != password:
            return None
        return self.boxes[account.name]

    async def start(self) -> None:
        """Open both doors."""
        await self.stand(closed=False)

    async def stop(self) -> None:
        """Close both doors and give the ports back."""
        await self.stand(closed=True)
        for port in self._ports.values():
            port.free()

    async def stand(self, *, closed: bool) -> None:
        """Open or close both doors; closing hangs up on everyone."""
        if closed:
            for server in self._servers.values():
                server.close()
            for writer in list(self._open):
                writer.transport.abort()
            self._servers.clear()
            return
        loop = asyncio.get_running_loop()
        if "smtp" not in self._servers:
            self._servers["smtp"] = await loop.create_server(
                self._smtp, sock=self._ports["smtp"].socket()
            )
        if "imap" not in self._servers:
            self._servers["imap"] = await asyncio.start_server(
                self._imap, sock=self._ports["imap"].socket(), limit=1 << 20
            )

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a mail in, once for each mailbox it is for."""
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        recipients = [str(one) for one in envelope.rcpt_tos]
        fault = self._strikes_smtp("\n".join(recipients))
        if fault is not None and fault.kind.startswith("timeout"):
            await asyncio.sleep(float(fault.options.get("seconds", HANG_SECONDS)))
        if fault is not None and not fault.kind.endswith("after_commit"):
            return "451 4.3.0 Try again later" if fault.kind[0] in "45" else "550 5.7.1 Refused"
        for name in {self._home(one) for one in recipients}:
            self.deliver(name, raw)
        return "451 4.3.0 Something broke" if fault is not None else "250 2.0.0 Taken"

    def deliver(self, name: str, raw: bytes, at: float | None = None) -> Record:
        """Put a mail into a mailbox, into the junk folder if it was marked as spam."""
        now = self.world.clock() if at is None else at
        parsed = email.message_from_bytes(raw, policy=email.policy.compat32)
        junk = str(parsed.get("X-Spam-Flag", "")).upper() == "YES"
        to = [address for _, address in getaddresses(parsed.get_all("To", []))]
        fields = {
            "folder": "Junk" if junk else "INBOX",
            "to": ", ".join(to),
            "from": parseaddr(str(parsed.get("From", "")))[1],
            "subject": str(make_header(decode_header(str(parsed.get("Subject", ""))))),
            "message_id": str(parsed.get("Message-ID", "")).strip(),
            "body": _text_of(parsed),
        }
        account = self.accounts[name]
        record = Record(f"l{next_id()}", fields, now, now, to[0] if to else "")
        account.shelf("messages").put(record)
        self.boxes[name].put(fields["folder"], Letter(record=record, raw=raw, at=now))
        return record

    async def take_in(self, event: Event) -> None:
        """Deliver a message Postmark sent that no automation cares for."""
        fields = event.fields
        try:
            await posting.post(
                self.smtp_address,
                recipient=str(fields.get("To", "")),
                subject=str(fields.get("Subject", "")),
                body=str(fields.get("TextBody") or fields.get("HtmlBody") or ""),
                message_id=event.ids.get("messages", ""),
            )
        except (posting.NotSent, OSError):
            return

    def plant(self, account: Account, resource: str, fields: dict[str, Any], at: float) -> Record:
        del resource
        to = str(fields.get("to") or account.secrets["user"])
        junk = fields.get("folder") == "Junk"
        known = str(fields.get("message_id", ""))
        subject, body = str(fields.get("subject", "")), str(fields.get("body", ""))
        raw = posting.write_message(to, subject, body, known, junk=junk)
        return self.deliver(account.name, raw, at)

    def strikes_imap(self, account: str, text: str) -> Fault | None:
        """Answer the fault an IMAP command meets, noted in the truth; only looks come this way."""
        return self._strikes_mail(account, text, "read", "imap")

    def lag_for(self, account: str) -> float:
        """Answer how long a new mail stays unseen in this mailbox."""
        lags = [
            float(fault.options.get("seconds", 10))
            for fault in self.world.board.at("tool:mail")
            if fault.kind == "index_lag" and fault.account in ("", account)
        ]
        return max([self.accounts[account].lag, *lags])

    def count(self) -> None:
        """Count one IMAP command."""
        self.world.seen.note(self.slug, automation=False)

    def _strikes_smtp(self, text: str) -> Fault | None:
        homes = {self._home(one) for one in text.split("\n")}
        return self._strikes_mail(min(homes, default=""), text, "write", "smtp")

    def _strikes_mail(self, account: str, text: str, method: str, door: str) -> Fault | None:
        for fault in self.world.board.at("tool:mail"):
            if fault.kind in ("refused", "index_lag", "no_marker") or method not in fault.methods:
                continue
            if not fault.concerns(account, text) or not fault.rolls():
                continue
            detail = {"tool": self.slug, "did": fault.kind, "door": door}
            lead = lead_in(text) or fault.match
            self.world.board.note(fault, account=account, lead=lead, detail=detail)
            return fault
        return None

    def _home(self, recipient: str) -> str:
        return self._by_domain.get(recipient.rpartition("@")[2].lower(), MAIN)

    def _address(self, door: str) -> str:
        port = self._ports[door]
        return f"{port.host}:{port.number}"

    def _smtp(self) -> SMTP:
        return SMTP(self, hostname="mail.business.test", enable_SMTPUTF8=True, ident="business")

    async def _imap(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            await ImapSession(self, reader, writer).serve()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()


def _text_of(parsed: Message) -> str:
    """Answer the readable text of a mail."""
    for part in parsed.walk():
        if part.get_content_maintype() == "text":
            held = part.get_payload(decode=True)
            if isinstance(held, bytes):
                return held.decode(part.get_content_charset() or "utf-8", errors="replace")
    return ""
