"""Sending one mail over SMTP without waiting in the way of others."""

import asyncio
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr

from sandbox.mail.letter import SENDER


class NotSent(Exception):
    """The mail server refused the mail; the sentence is what it said."""


def write_message(
    recipient: str, subject: str, body: str, message_id: str = "", *, junk: bool = False
) -> bytes:
    """Answer a whole mail; `junk` marks it as a spam filter would."""
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Your small business <{SENDER}>"
    message["To"] = recipient
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(datetime.now(UTC))
    known = message_id and f"<{message_id}@mtasv.test>"
    message["Message-ID"] = known or make_msgid(domain="business.test")
    if junk:
        message["X-Spam-Flag"] = "YES"
    message.set_content(body)
    return message.as_bytes()


async def post(
    server: str,
    *,
    recipient: str,
    subject: str,
    body: str,
    message_id: str = "",
    junk: bool = False,
) -> None:
    """Send one mail to the server at "host:port"."""
    address = parseaddr(recipient)[1]
    if "@" not in address or "\n" in recipient:
        raise NotSent(f"{recipient!r} is no address.")
    mail = write_message(recipient, subject, body, message_id, junk=junk)
    host, _, port = server.rpartition(":")
    reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    try:
        await _say(reader, writer, b"")
        await _say(reader, writer, b"EHLO business.test\r\n")
        await _say(reader, writer, f"MAIL FROM:<{SENDER}>\r\n".encode())
        await _say(reader, writer, f"RCPT TO:<{address}>\r\n".encode())
        await _say(reader, writer, b"DATA\r\n")
        stuffed = mail.replace(b"\r\n.", b"\r\n..")
        await _say(reader, writer, stuffed.rstrip(b"\r\n") + b"\r\n.\r\n")
        writer.write(b"QUIT\r\n")
    finally:
        writer.close()


async def _say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: bytes) -> None:
    writer.write(line)
    while True:
        said = await reader.readline()
        if not said:
            raise ConnectionResetError("The mail server hung up.")
        if said[3:4] != b"-":
            break
    if said[:1] not in b"23":
        raise NotSent(said.decode(errors="replace").strip())
