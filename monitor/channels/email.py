"""News by email, over the deployment's own mail server."""

import hashlib
from collections.abc import Mapping
from email.utils import parseaddr
from smtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string

from connectors.kit.message import Message, Value, _
from monitor.channels.letter import Letter, Undelivered

NOWHERE = "django.core.mail.backends.console.EmailBackend"


def send(address: Mapping[str, str], letter: Letter) -> None:
    """Send one mail to each recipient in `address["to"]`, over one connection."""
    recipients = [one.strip() for one in address.get("to", "").split(",") if one.strip()]
    if not recipients:
        text = _("This channel has no email address; enter one.")
        raise Undelivered(Message(text), permanent=True)
    if settings.EMAIL_BACKEND == NOWHERE:
        text = _(
            "This installation has no mail server, so no mail leaves it; its administrator can "
            "name one in EMAIL_URL."
        )
        raise Undelivered(Message(text), permanent=True)
    failures = _sent([_mail(letter, recipient) for recipient in recipients])
    if failures:
        # A mail that one recipient can still get is tried again; the others see it as a repeat.
        raise min(failures, key=lambda failure: failure.permanent)


def _sent(mails: list[EmailMultiAlternatives]) -> list[Undelivered]:
    """Send all mails; answer why some did not leave."""
    failures: list[Undelivered] = []
    connection: BaseEmailBackend = get_connection()
    try:
        try:
            connection.open()
            failures.extend(filter(None, (_refusal(mail, connection) for mail in mails)))
        finally:
            connection.close()
    except (SMTPException, OSError) as error:
        failures.append(_undelivered(error))
    return failures


def _refusal(mail: EmailMultiAlternatives, connection: BaseEmailBackend) -> Undelivered | None:
    """Send one mail; answer why the server would not have it."""
    mail.connection = connection
    try:
        mail.send()
    except (SMTPRecipientsRefused, SMTPResponseException, ValueError) as error:
        return _undelivered(error)
    return None


def _mail(letter: Letter, recipient: str) -> EmailMultiAlternatives:
    facts = {"letter": letter}
    headers = {
        "Message-ID": _id(letter.key),
        # Nobody's out-of-office note should answer a program.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if letter.thread:
        headers["References"] = headers["In-Reply-To"] = _id(letter.thread)
    mail = EmailMultiAlternatives(
        subject=" ".join(f"{letter.mark} {letter.headline}".split()),
        body=render_to_string("channels/email.txt", facts),
        to=[recipient],
        headers=headers,
    )
    mail.attach_alternative(render_to_string("channels/email.html", facts), "text/html")
    return mail


def _id(key: str) -> str:
    """Answer the id that mail programs know this message, or its thread, by."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    digest = hashlib.sha256(key.encode()).hexdigest()[:40]
    return f"<{digest}@{host}>"


def _undelivered(error: Exception) -> Undelivered:
    """Answer what a mail server's refusal means; its own words may hold anything, so none stay."""
    server: dict[str, Value] = {"server": str(settings.EMAIL_HOST)}
    if isinstance(error, SMTPAuthenticationError):
        text = _(
            "The mail server %(server)s does not accept our name and password (%(code)s); its "
            "administrator can correct EMAIL_URL."
        )
        values = {**server, "code": error.smtp_code}
        return Undelivered(Message(text, values), permanent=error.smtp_code >= 500)
    if isinstance(error, SMTPRecipientsRefused):
        recipient, (code, _words) = next(iter(error.recipients.items()))
        text = _("The mail server %(server)s does not take mail for %(recipient)s (%(code)s).")
        values = {**server, "code": code, "recipient": parseaddr(recipient)[1]}
        return Undelivered(Message(text, values), permanent=code >= 500)
    if isinstance(error, SMTPResponseException):
        text = _("The mail server %(server)s did not take the mail (%(code)s).")
        values = {**server, "code": error.smtp_code}
        return Undelivered(Message(text, values), permanent=error.smtp_code >= 500)
    if isinstance(error, ValueError):
        text = _("The address of this channel is no email address; enter it again.")
        return Undelivered(Message(text), permanent=True)
    text = _("The mail server %(server)s cannot be reached.")
    return Undelivered(Message(text, server), permanent=False)
