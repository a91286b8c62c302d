"""A mailbox, as the contract meets it."""

from tests.connectors.twin import Json, Twin, credentials


def settings(told: Json) -> dict[str, str]:
    return {**credentials(told), "patterns": '{"last_name": "Dear Ada ([^,]+),"}'}


TWINS = (
    Twin(
        slug="imap",
        resource="messages",
        tool="mail",
        record=lambda email, name: {
            "to": email, "subject": f"Welcome, {name}", "last_name": name,
        },
        planted=lambda record: {
            "to": record["to"], "subject": record["subject"],
            "body": f"Dear Ada {record['last_name']},\nhello",
        },
        settings=settings,
        secret="password",
        base=lambda told: f"imap://{told['imap']}",
        page=200,
        own_ids=False,  # an arrival is named by its Message-ID
        calls=12,
    ),
)  # fmt: skip
