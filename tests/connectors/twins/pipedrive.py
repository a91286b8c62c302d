"""Pipedrive, as the contract meets it."""

from sandbox.tools.pipedrive_fields import code_of
from tests.connectors.twin import Twin, credentials

PERSON = {name: code_of("person", name) for name in ("city", "amount", "source")}
DEAL = {name: code_of("deal", name) for name in ("city", "amount")}

TWINS = (
    Twin(
        slug="pipedrive",
        resource="persons",
        tool="pipedrive",
        record=lambda email, name: {
            "name": f"Zoë {name}", "email": email, "phone": "+44 20 7946 0018",
            PERSON["city"]: "Köln", f"{PERSON['amount']}.value": 1234.5, PERSON["source"]: 101,
        },
        settings=credentials,
        secret="api_token",
        page=500,
    ),
    Twin(
        slug="pipedrive",
        resource="deals",
        tool="pipedrive",
        record=lambda _email, name: {
            "title": f"Zoë {name}", "value": 1234.5, DEAL["city"]: "Köln",
            f"{DEAL['amount']}.value": 99.25,
        },
        stored="deals",
        settings=credentials,
        secret="api_token",
        page=500,
    ),
    Twin(
        slug="pipedrive",
        resource="leads",
        tool="pipedrive",
        record=lambda _email, name: {
            "title": f"Zoë {name}", "value.amount": 1234.5, DEAL["city"]: "Köln",
            f"{DEAL['amount']}.value": 99.25,
        },
        stored="leads",
        settings=credentials,
        secret="api_token",
        page=500,
    ),
)  # fmt: skip
