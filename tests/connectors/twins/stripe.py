"""Stripe, as the contract meets it."""

from tests.connectors.twin import Twin, credentials

TWINS = (
    Twin(
        slug="stripe",
        resource="customers",
        tool="stripe",
        record=lambda email, name: {
            "email": email, "name": f"Zoë {name}", "metadata.reference": "R-1",
            "address.city": "Köln",
        },
        settings=credentials,
        secret="api_key",
        wrong="sk_test_wrong",
        page=100,
    ),
    Twin(
        slug="stripe",
        resource="invoices",
        tool="stripe",
        record=lambda email, name: {
            "customer_email": email, "customer_name": f"Zoë {name}", "description": "hello",
            "amount_due": 4242,
        },
        stored="invoices",
        settings=credentials,
        secret="api_key",
        wrong="sk_test_wrong",
        page=100,
    ),
)  # fmt: skip
