"""ActiveCampaign, as the contract meets it."""

from tests.connectors.twin import Json, Twin, credentials


def settings(told: Json) -> dict[str, str]:
    return {**credentials(told), "base_url": "https://main.api-us1.com"}


TWINS = (
    Twin(
        slug="activecampaign",
        resource="contacts",
        tool="activecampaign",
        record=lambda email, name: {
            "email": email, "firstName": "O'Zoë", "lastName": name, "phone": "+44 20 7946 0018",
        },
        settings=settings,
        secret="api_key",
        page=100,
    ),
)  # fmt: skip
