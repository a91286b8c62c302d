"""A letter in the lead's own mailbox."""

from sandbox.errand import Errand
from sandbox.mail import letter, posting
from sandbox.station import same, station
from sandbox.tools.website import FORM_FIELDS

FIELDS = {"to": "email", **same(*FORM_FIELDS, left_out=("email",))}


async def deliver(errand: Errand) -> None:
    """Hand the letter to the mail server."""
    told = {"email": errand.record.get("to"), **errand.record}
    told.pop("to", None)
    subject, body = letter.compose(told)
    # A message that nothing happened to goes out word for word.
    source = errand.source if "TextBody" in errand.source else {}
    await posting.post(
        errand.url,
        recipient=str(source.get("To") or errand.values.get("email") or ""),
        subject=str(source.get("Subject") or subject),
        body=str(source.get("TextBody") or body),
        message_id=errand.ids.get("messages", ""),
        junk=errand.junk,
    )


STATIONS = (station("imap", "mail", "messages", FIELDS, deliver),)
