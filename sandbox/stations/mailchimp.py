"""A subscriber of a Mailchimp audience."""

from sandbox.errand import Errand
from sandbox.station import station
from sandbox.tools.mailchimp import member_hash
from sandbox.tools.website import FORM_FIELDS

FIELDS = {"email_address": "email", "FNAME": "first_name", "LNAME": "last_name"} | {
    name.replace("_", "").upper(): name
    for name in FORM_FIELDS
    # A long message does not fit into a merge field: Mailchimp would refuse the whole member.
    if name not in ("first_name", "last_name", "email", "message")
}


async def deliver(errand: Errand) -> None:
    """Add or update a subscriber."""
    email = str(errand.record.get("email_address") or "")
    merge = {key: value for key, value in errand.record.items() if key.isupper()}
    await errand.take(
        "PUT",
        f"/3.0/lists/{errand.secrets['list_id']}/members/{member_hash(email)}",
        headers={"Authorization": f"Bearer {errand.secrets['api_key']}"},
        json={
            "email_address": email,
            "status_if_new": "subscribed",
            "merge_fields": {key: "" if value is None else value for key, value in merge.items()},
        },
    )


STATIONS = (station("mailchimp", "mailchimp", "members", FIELDS, deliver),)
