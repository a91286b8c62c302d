"""Jotform, as the contract meets it."""

from tests.connectors.twin import Twin, credentials

TWINS = (
    Twin(
        slug="jotform",
        resource="submissions",
        tool="jotform",
        record=lambda email, name: {
            "3.first": "O'Zoë", "3.last": name, "4": email, "5.full": "+44 20 7946 0018",
            "6": "Two lines\nand 🙂 <b>", "8.postal": "01234", "16": "true",
        },
        settings=credentials,
        secret="api_key",
        wrong="wrong-key",
        page=1000,
    ),
)  # fmt: skip
