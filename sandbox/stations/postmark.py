"""A welcome mail sent through Postmark."""

from sandbox.errand import Errand
from sandbox.mail import letter
from sandbox.station import same, station

# Postmark takes ten metadata fields, names of 20 characters and values of 80.
FIELDS = {
    "To": "email",
    **same("first_name", "phone", "postcode", "date", "amount", "topic", prefix="Metadata."),
}


async def deliver(errand: Errand) -> None:
    """Send the welcome mail."""
    subject, body = letter.compose(errand.values)
    metadata = {
        key.removeprefix("Metadata."): str(value)
        for key, value in errand.record.items()
        if key.startswith("Metadata.") and value is not None
    }
    await errand.take(
        "POST",
        "/email",
        headers={"X-Postmark-Server-Token": errand.secrets["server_token"]},
        json={
            "From": letter.SENDER,
            "To": errand.record.get("To") or "",
            "Subject": subject,
            "TextBody": body,
            "Metadata": metadata,
            "MessageStream": "outbound",
        },
    )


STATIONS = (station("postmark", "postmark", "messages", FIELDS, deliver),)
