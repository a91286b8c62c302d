"""A mail message, read as far as a look needs it."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape

_DROPPED = re.compile(r"<(script|style|head)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<(br|/p|/div|/tr|/li|/h\d)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
RECIPIENTS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message. `id` is its Message-ID, empty without one; `number` is the server's own."""

    id: str
    number: bytes
    subject: str
    sender: str
    recipients: tuple[str, ...]
    text: str
    received_at: datetime
    is_junk: bool = False


def letter_of(raw: bytes, number: bytes, received_at: datetime, *, is_junk: bool) -> Letter:
    """Answer the message in `raw`, its headers decoded and its text in plain words."""
    message = message_from_bytes(raw, policy=policy.default)
    return Letter(
        id=_header(message, "Message-ID"),
        number=number,
        subject=_header(message, "Subject"),
        sender=_header(message, "From"),
        recipients=tuple(filter(None, (_header(message, name) for name in RECIPIENTS))),
        text=_text(message),
        received_at=received_at,
        is_junk=is_junk,
    )


def plain(html: str) -> str:
    """Answer the words of an HTML text, with its line breaks."""
    text = _BREAK.sub("\n", _DROPPED.sub("", html))
    return unescape(_TAG.sub("", text)).replace("\xa0", " ")


def _header(message: "EmailMessage[object, object]", name: str) -> str:
    """Answer a header as it reads; a damaged one as far as it can be read."""
    try:
        return " ".join(str(message.get(name, "")).split())
    except (ValueError, IndexError, AttributeError, LookupError):
        # The standard library's header parser stumbles over some malformed addresses.
        return ""


def _text(message: "EmailMessage[object, object]") -> str:
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        text = raw.decode(part.get_content_charset("utf-8"), errors="replace")
    except LookupError:
        text = raw.decode(errors="replace")
    return plain(text) if part.get_content_subtype() == "html" else text
