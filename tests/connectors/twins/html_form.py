"""An HTML contact form, as the contract meets it."""

from tests.connectors.twin import Json, Twin


def settings(told: Json) -> dict[str, str]:
    return {"page": told["form"], "success_text": told["marker"]}


TWINS = (
    Twin(
        slug="html_form",
        resource="submission",
        tool="website",
        record=lambda email, name: {
            "first_name": "Zoë", "last_name": name, "email": email, "phone": "+44 20 7946 0018",
            "message": "Two lines\nand 🙂 <b>", "consent": "true",
        },
        settings=settings,
        base=lambda _told: "",
    ),
)  # fmt: skip
