"""Airtable, as the contract meets it."""

from tests.connectors.twin import Twin, credentials

TWINS = (
    Twin(
        slug="airtable",
        resource="records",
        tool="airtable",
        record=lambda email, name: {
            "Email": email, "First name": "O'Zoë", "Last name": name, "Phone": "+44 20 7946 0018",
        },
        settings=credentials,
        page=100,
    ),
)  # fmt: skip
