"""The plain CRM through `rest`, as the contract meets it."""

from tests.connectors.twin import Json, Twin, credentials


def settings(told: Json) -> dict[str, str]:
    return {
        **credentials(told),
        "base_url": told["url"],
        "check_path": "/api/me",
        "account": "$.name",
        "submit_path": "/api/records",
        "submit_id": "$.id",
        "find_path": "/api/records?q={handle}&per_page=100",
        "list_path": "/api/records?since={since}&per_page=100",
        "next": "$.next",
        "records": "$.data[*]",
        "remove_path": "/api/records/{id}",
        "fields": '{"name": "$.name", "email": "$[\'email\']"}',
    }


TWINS = (
    Twin(
        slug="rest",
        resource="records",
        tool="crm",
        record=lambda email, name: {"email": email, "name": f"Zoë {name}", "amount": "1234.50"},
        settings=settings,
        page=100,
    ),
)  # fmt: skip
