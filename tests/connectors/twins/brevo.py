"""Brevo, as the contract meets it."""

import zlib

from tests.connectors.twin import Twin, credentials


def phone(name: str) -> str:
    """Answer a phone of this lead's own: Brevo takes each only once, and keeps its digits."""
    return f"4477009{zlib.crc32(name.encode()) % 100_000:05}"


TWINS = (
    Twin(
        slug="brevo",
        resource="contacts",
        tool="brevo",
        record=lambda email, name: {
            "email": email, "FIRSTNAME": "O'Zoë", "LASTNAME": name, "SMS": phone(name),
        },
        settings=credentials,
        secret="api_key",
        wrong="xkeysib-wrong",
        page=1000,
    ),
)  # fmt: skip
