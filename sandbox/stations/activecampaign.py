"""A contact in ActiveCampaign, on the list of leads."""

from sandbox.errand import Errand
from sandbox.station import station
from sandbox.tools.activecampaign_fields import FIELDS as CUSTOM

_LEAD = {"Event date": "date", "Event time": "datetime"}
FIELDS = {
    "email": "email",
    "firstName": "first_name",
    "lastName": "last_name",
    "phone": "phone",
    **{
        f"field.{id}": _LEAD.get(title, title.lower().replace(" ", "_"))
        for id, (title, kind) in CUSTOM.items()
        if kind not in ("dropdown", "checkbox")
    },
}


async def deliver(errand: Errand) -> None:
    """Add or change the contact, then put it on the list."""
    headers = {"Api-Token": errand.secrets["api_key"]}
    held = errand.record
    contact = {key: value for key, value in held.items() if not key.startswith("field.")}
    values = [
        {"field": key.removeprefix("field."), "value": value}
        for key, value in held.items()
        if key.startswith("field.")
    ]
    body = {"contact": {**contact, "fieldValues": values}}
    made = await errand.take("POST", "/api/3/contact/sync", headers=headers, json=body)
    member = {"list": errand.secrets["list_id"], "contact": made["contact"]["id"], "status": 1}
    await errand.take("POST", "/api/3/contactLists", headers=headers, json={"contactList": member})


STATIONS = (station("activecampaign", "activecampaign", "contacts", FIELDS, deliver),)
