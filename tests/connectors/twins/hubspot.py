"""HubSpot, as the contract meets it."""

from tests.connectors.twin import Twin, credentials

TWINS = (
    Twin(
        slug="hubspot",
        resource="contacts",
        tool="hubspot",
        record=lambda email, name: {
            "email": email, "firstname": "Zoë", "lastname": name, "phone": "+44 20 7946 0018",
        },
        settings=credentials,
        page=100,
    ),
    Twin(
        slug="hubspot",
        resource="deals",
        tool="hubspot",
        record=lambda _email, name: {"dealname": f"Zoë {name}", "amount": "1234.50"},
        stored="deals",
        settings=credentials,
        page=100,
    ),
)  # fmt: skip
