"""Gravity Forms, as the contract meets it."""

from tests.connectors.twin import Json, Twin, credentials


def settings(told: Json) -> dict[str, str]:
    return {**credentials(told), "base_url": told["url"]}


TWINS = (
    Twin(
        slug="gravity_forms",
        resource="entries",
        tool="gravity_forms",
        record=lambda email, name: {
            "1.3": "O'Zoë", "1.6": name, "2": email, "3": "+44 20 7946 0018",
            "4": "Two lines\nand 🙂", "6.5": "01234", "10": "1234.50", "14": "true",
        },
        settings=settings,
        secret="consumer_secret",
        wrong="cs_wrong",
        page=200,
    ),
)  # fmt: skip
