"""Salesforce, as the contract meets it."""

from tests.connectors.twin import TOKEN, Twin, credentials

TWINS = (
    Twin(
        slug="salesforce",
        resource="leads",
        tool="salesforce",
        record=lambda email, name: {
            "FirstName": "Zoë", "LastName": f"O'{name}", "Email": email, "Company": 'A\\"B"',
            "Phone": "+44 20 7946 0018", "Amount__c": 1234.5, "Consent__c": False,
        },
        settings=credentials,
        secret=TOKEN,
        page=500,
    ),
    Twin(
        slug="salesforce",
        resource="contacts",
        tool="salesforce",
        record=lambda email, name: {
            "FirstName": "Zoë", "LastName": name, "Email": email, "MailingCity": "Köln",
        },
        stored="contacts",
        settings=credentials,
        secret=TOKEN,
        page=500,
    ),
)  # fmt: skip
