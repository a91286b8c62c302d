"""The two chains that begin at a form's API and end in the books. Pure data."""

from typing import Any

API_SHAPES: dict[str, tuple[dict[str, Any], ...]] = {
    "enquiry": (
        {"tool": "jotform"},
        {"tool": "brevo"},
        {"tool": "pipedrive_person"},
        {"tool": "xero_contact"},
        {"tool": "xero_invoice"},
    ),
    "order": (
        {"tool": "gravity_forms"},
        {"tool": "activecampaign"},
        {"tool": "salesforce_lead"},
        {"tool": "quickbooks_customer"},
        {"tool": "quickbooks_invoice"},
    ),
}
"""Books that keep one customer a name hide a copy until its second invoice."""

API_MERGES = frozenset({"brevo", "activecampaign", "xero_contact", "quickbooks_customer"})

RESTS = {"enquiry": 66.0}
"""Seconds after a lead until its calls no longer count: Xero takes but sixty a minute."""

UNDATED = frozenset({"xero"})
"""Tools that do not tell when a record was made: what came there damaged is kept, not removed."""
