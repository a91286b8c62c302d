"""Gravity Forms, as the contract meets it, with both its ways to sign a call."""

from tests.connectors.twin import Json, Twin, credentials


def twin(auth: str) -> Twin:
    def settings(told: Json) -> dict[str, str]:
        return {**credentials(told), "base_url": told["url"], "auth": auth}

    return Twin(
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
        variant=auth,
    )  # fmt: skip


TWINS = (twin("basic"), twin("oauth1"))
