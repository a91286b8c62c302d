"""What the channels' tests send to: a real mail server and a real HTTP server, both on loopback."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from connectors.kit.message import Message
from monitor.rules.news import Link, News, Step, Tone

NEWS = News(
    tone=Tone.BROKEN,
    headline=Message("“%(chain)s” is broken at HubSpot", {"chain": "Müller & <Sons>"}),
    happened=(
        Message("Name and email changed places: we sent “%(sent)s”.", {"sent": "O'Brien <b>"}),
        Message("3 of 3 test leads since then."),
    ),
    since=Message("Since 09:10"),
    steps=(
        Step(text=Message("See what was sent & received"), link=Link.INCIDENT),
        Step(text=Message("Open the Zap"), link=Link.CARRIER, url="https://zapier.example/e/1?a=1&b=2"),
    ),
)  # fmt: skip
LINKS = {Link.INCIDENT: "/incidents/7"}
WORDS = (
    "“Müller & <Sons>” is broken at HubSpot",
    "Name and email changed places: we sent “O'Brien <b>”.",
    "3 of 3 test leads since then.",
    "Since 09:10",
    "See what was sent & received",
    "Open the Zap",
)


@dataclass
class Place:
    """A channel as the channels see it."""

    kind: str
    address: dict[str, str]


@dataclass
class Letterbox:
    """A mail server's own memory; `answers` are what it says to RCPT TO, by recipient."""

    answers: dict[str, str] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    after_data: str = "250 taken"
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - the server's name for it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.get(address, "250 fine")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - the server's name for it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.after_data.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            self.recipients += envelope.rcpt_tos
        return self.after_data


def free_port() -> int:
    """Answer a port of loopback that nobody listens on just now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def mail_server(**answers: str) -> Iterator[Letterbox]:
    """Run a mail server while the block runs."""
    box = Letterbox(answers=answers, port=free_port())
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=box.port,
        authenticator=lambda *_: AuthResult(
            success=False, handled=False, message="535 no: hunter2"
        ),
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@dataclass
class Hook:
    """A webhook's own memory: what was posted to it, and what it answers."""

    status: int = 200
    body: str = "ok"
    headers: dict[str, str] = field(default_factory=dict)
    posts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    url: str = ""


@contextmanager
def webhook(path: str = "/services/T0/B0/planted-secret") -> Iterator[Hook]:
    """Run a webhook while the block runs."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.posts.append((self.path, json.loads(body)))
            answer = hook.body.encode()
            self.send_response(hook.status)
            for name, value in hook.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    hook.url = f"http://127.0.0.1:{server.server_address[1]}{path}"
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
