"""HubSpot's forms, as the contract meets them."""

from tests.connectors.twin import Twin, credentials

TWINS = (
    Twin(
        slug="hubspot_forms",
        resource="submissions",
        tool="hubspot_forms",
        record=lambda email, name: {
            "email": email, "firstname": "O'Zoë", "lastname": name, "phone": "+44 20 7946 0018",
            "message": "Two lines\nand 🙂 <b>", "amount": "1234.50",
        },
        settings=credentials,
        page=50,
        calls=6,
        names_record=False,
    ),
)  # fmt: skip
