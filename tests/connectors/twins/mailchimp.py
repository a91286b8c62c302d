"""Mailchimp, as the contract meets it."""

from tests.connectors.twin import Twin, credentials

TWINS = (
    Twin(
        slug="mailchimp",
        resource="members",
        tool="mailchimp",
        record=lambda email, name: {
            "email_address": email, "FNAME": "O'Zoë", "LNAME": name, "PHONE": "+44 20 7946 0018",
        },
        settings=credentials,
        secret="api_key",
        wrong="0123456789abcdef-us1",
        page=1000,
    ),
)  # fmt: skip
