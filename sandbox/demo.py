"""The two chains of the demo, one sound and one broken, and the buttons that break and heal it."""

from collections.abc import Mapping
from typing import Any

from sandbox.faults import Fault, FaultBoard

HEALTHY = "bookings"
BROKEN = "quote-requests"

CHAINS: tuple[dict[str, Any], ...] = (
    {"name": HEALTHY, "title": "Bookings", "shape": "B"},
    {
        "name": BROKEN,
        "title": "Quote requests",
        # Billing follows the email tool, not the CRM: what goes wrong in the CRM stays there.
        "hops": (
            {"tool": "website"},
            {"tool": "mailchimp"},
            {"tool": "crm"},
            {"tool": "stripe_customer", "after": "mailchimp"},
            {"tool": "stripe_invoice", "after": "stripe_customer"},
        ),
    },
)
TARGET = f"handoff:{BROKEN}:mailchimp->crm"
FAULTS: dict[str, dict[str, Any]] = {
    "swap": {"kind": "swap", "fields": ["full_name", "email"]},
    "drop": {"kind": "drop"},
    "duplicate": {"kind": "duplicate", "copies": 1, "after": 1.0},
    "delay": {"kind": "delay", "seconds": 25.0},
}
WORDS = {
    "swap": "Let name and email change places",
    "drop": "Lose every lead",
    "duplicate": "Let every lead arrive twice",
    "delay": "Let every lead arrive late",
    "heal": "Heal it",
}


def switch(board: FaultBoard, button: str, options: Mapping[str, Any]) -> Fault | None:
    """Press a button: what the last one broke is healed first. KeyError for an unknown one."""
    wanted = None if button == "heal" else {**FAULTS[button], **options, "target": TARGET}
    for fault in list(board.at(TARGET)):
        board.remove(fault.id)
    return board.add(wanted) if wanted else None
