"""QuickBooks Online, as the contract meets it."""

from tests.connectors.twin import TOKEN, Twin, credentials

TWINS = (
    Twin(
        slug="quickbooks",
        resource="customers",
        tool="quickbooks",
        record=lambda email, name: {
            "DisplayName": f"Zoë O'{name}", "PrimaryEmailAddr.Address": email,
            "PrimaryPhone.FreeFormNumber": "+44 20 7946 0018", "BillAddr.City": "Köln",
        },
        settings=credentials,
        secret=TOKEN,
        page=1000,
    ),
    Twin(
        slug="quickbooks",
        resource="invoices",
        tool="quickbooks",
        record=lambda email, name: {
            "CustomerRef.name": f"Zoë {name}", "BillEmail.Address": email, "TotalAmt": 1234.5,
        },
        stored="invoices",
        settings=credentials,
        secret=TOKEN,
        page=1000,
    ),
)  # fmt: skip
