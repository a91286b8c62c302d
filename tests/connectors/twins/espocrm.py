"""EspoCRM, as the contract meets it."""

from tests.connectors.twin import Twin, credentials

TWINS = (
    Twin(
        slug="espocrm",
        resource="leads",
        tool="espocrm",
        record=lambda email, name: {
            "emailAddress": email, "firstName": "Zoë", "lastName": name,
            "phoneNumber": "+442079460018", "addressCity": "Köln", "opportunityAmount": 1234.5,
        },
        settings=credentials,
        secret="api_key",
        page=200,
    ),
)  # fmt: skip
