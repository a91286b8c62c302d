"""A contact and a deal in HubSpot."""

from typing import Any

from sandbox.errand import Errand, NotTaken
from sandbox.station import BARE, same, station
from sandbox.tools.website import FORM_FIELDS

CONTACT = {
    "firstname": "first_name",
    "lastname": "last_name",
    "address": "street",
    "zip": "postcode",
    "event_date": "date",
    "event_time": "datetime",
    **same("full_name", "email", "phone", "company", "city", "country", "website", "message"),
    **same("quantity", "topic", "consent"),
    "amount": BARE,
}
DEAL = {
    "dealname": "full_name",
    "amount": BARE,
    "closedate": "date",
    "description": "message",
    **same(*FORM_FIELDS, prefix="lead_", left_out=("full_name", "amount", "date", "message")),
}


async def deliver_contact(errand: Errand) -> None:
    """Create a contact, or update the one that exists."""
    headers, body = errand.bearer(), {"properties": errand.record}
    path = "/crm/v3/objects/contacts"
    status, said = await errand.call("POST", path, headers=headers, json=body)
    if status == 409:
        known = str(said.get("message", "")).rpartition(": ")[2]
        said = await errand.take("PATCH", f"{path}/{known}", headers=headers, json=body)
    elif status >= 400:
        raise NotTaken(f"{status}: {str(said)[:300]}")


async def deliver_deal(errand: Errand) -> None:
    """Create a deal, at the contact it came from if there is one."""
    body: dict[str, Any] = {"properties": errand.record}
    if "contacts" in errand.ids:
        kinds = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 3}]
        body["associations"] = [{"to": {"id": errand.ids["contacts"]}, "types": kinds}]
    await errand.take("POST", "/crm/v3/objects/deals", headers=errand.bearer(), json=body)


STATIONS = (
    station("hubspot_contact", "hubspot", "contacts", CONTACT, deliver_contact),
    station("hubspot_deal", "hubspot", "deals", DEAL, deliver_deal),
)
