"""Xero, as the contract meets it. It tells of no record when it was made."""

from tests.connectors.twin import TOKEN, Json, Twin, credentials


def settings(told: Json) -> dict[str, str]:
    """Leave the organisation out: the connector asks which one its token opens."""
    return {key: value for key, value in credentials(told).items() if key != "tenant_id"}


TWINS = (
    Twin(
        slug="xero",
        resource="contacts",
        tool="xero",
        record=lambda email, name: {
            "Name": f"Zoë O'{name}", "FirstName": "Zoë", "EmailAddress": email,
            "Phones.DEFAULT": "+44 20 7946 0018", "Addresses.STREET.City": "Köln",
        },
        settings=settings,
        secret=TOKEN,
        page=1000,
        dated=False,
    ),
    Twin(
        slug="xero",
        resource="invoices",
        tool="xero",
        record=lambda email, name: {
            "Contact.Name": f"Zoë {name}", "Contact.EmailAddress": email, "Total": 1234.5,
            "LineItems.0.Description": "hello",
        },
        stored="invoices",
        settings=settings,
        secret=TOKEN,
        page=1000,
        calls=5,
        dated=False,
    ),
)  # fmt: skip
