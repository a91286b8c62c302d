"""Odoo, as the contract meets it over either protocol."""

from collections.abc import Mapping

from tests.connectors.twin import Json, Twin, credentials


def lead(email: str, name: str) -> Mapping[str, object]:
    return {
        "name": f"Zoë {name}",
        "email_from": email,
        "phone": "+44 20 7946 0018",
        "city": "Köln",
        "expected_revenue": 1234.5,
        "x_consent": False,
        "x_visit": "2032-04-07 08:30:00+00:00",
    }


def contact(email: str, name: str) -> Mapping[str, object]:
    return {"name": f"Zoë {name}", "email": email, "phone": "+44 20 7946 0018", "city": "Köln"}


def planted(record: Mapping[str, object]) -> Json:
    visit = {"x_visit": "2032-04-07 08:30:00"} if "x_visit" in record else {}
    return {**record, **visit}


def older(told: Json) -> dict[str, str]:
    return {**credentials(told), "protocol": "jsonrpc"}


TWINS = (
    Twin(
        slug="odoo",
        resource="leads",
        tool="odoo",
        record=lead,
        planted=planted,
        settings=credentials,
        secret="api_key",
        page=500,
    ),
    Twin(
        slug="odoo",
        resource="contacts",
        tool="odoo",
        record=contact,
        stored="contacts",
        settings=credentials,
        secret="api_key",
        page=500,
    ),
    Twin(
        slug="odoo",
        resource="leads",
        variant="jsonrpc",
        tool="odoo",
        record=lead,
        planted=planted,
        settings=older,
        secret="api_key",
        page=500,
    ),
    Twin(
        slug="odoo",
        resource="contacts",
        variant="jsonrpc",
        tool="odoo",
        record=contact,
        stored="contacts",
        settings=older,
        secret="api_key",
        page=500,
    ),
)
