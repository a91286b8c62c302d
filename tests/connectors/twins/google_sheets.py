"""Google Sheets, as the contract meets it: rows that have neither an id nor a time."""

from tests.connectors.twin import TOKEN, Twin, credentials

TWINS = (
    Twin(
        slug="google_sheets",
        resource="rows",
        tool="google_sheets",
        record=lambda email, name: {
            "Email": email, "First name": "Zoë", "Last name": name, "Phone": "+442079460018",
            "Postcode": "01234", "Message": "=1+2\n🙂",
        },
        settings=credentials,
        secret=TOKEN,
        dated=False,
        own_ids=False,
    ),
)  # fmt: skip
