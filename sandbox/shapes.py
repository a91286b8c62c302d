"""The two shapes of chain that a test or a demo asks for by name."""

from typing import Any

SHAPES: dict[str, tuple[dict[str, Any], ...]] = {
    "A": (
        {"tool": "website"},
        {"tool": "mailchimp"},
        {"tool": "crm"},
        {"tool": "stripe_customer"},
        {"tool": "stripe_invoice"},
    ),
    "B": (
        {"tool": "website"},
        {"tool": "hubspot_contact"},
        {"tool": "hubspot_deal"},
        {"tool": "stripe_customer"},
        {"tool": "stripe_invoice"},
        {"tool": "postmark", "after": "hubspot_contact"},
        {"tool": "imap", "after": "postmark"},
    ),
}
