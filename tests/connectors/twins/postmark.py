"""Postmark, as the contract meets it."""

from tests.connectors.twin import Json, Twin, credentials


def settings(told: Json) -> dict[str, str]:
    return {**credentials(told), "patterns": '{"last_name": "Dear Ada ([^,]+),"}'}


TWINS = (
    Twin(
        slug="postmark",
        resource="messages",
        tool="postmark",
        record=lambda email, name: {
            "To": email, "Subject": f"Welcome, {name}", "Metadata.phone": "+442079460018",
            "last_name": name,
        },
        planted=lambda record: {
            "From": "shop@main.handoff.test", "To": f"Ada <{record['To']}>",
            "Subject": record["Subject"], "TextBody": f"Dear Ada {record['last_name']},\nhello",
            "Metadata": {"phone": record["Metadata.phone"]},
        },
        settings=settings,
        secret="server_token",
        page=500,
        calls=104,
    ),
)  # fmt: skip
