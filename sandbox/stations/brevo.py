"""A contact in Brevo."""

from sandbox.errand import Errand
from sandbox.station import BARE, same, station
from sandbox.tools.website import FORM_FIELDS

_RENAMED = ("first_name", "last_name", "email", "phone", "date", "datetime", "amount")
FIELDS = {
    "email": "email",
    "FIRSTNAME": "first_name",
    "LASTNAME": "last_name",
    "SMS": "phone",
    "EVENT_DATE": "date",
    "EVENT_TIME": "datetime",
    "AMOUNT": BARE,
    **{key.upper(): name for key, name in same(*FORM_FIELDS, left_out=_RENAMED).items()},
}


async def deliver(errand: Errand) -> None:
    """Add a contact, or update the one that exists."""
    held = {key: value for key, value in errand.record.items() if key != "email"}
    body = {"email": errand.record.get("email"), "attributes": held, "updateEnabled": True}
    headers = {"api-key": errand.secrets["api_key"]}
    await errand.take("POST", "/v3/contacts", headers=headers, json=body)


STATIONS = (station("brevo", "brevo", "contacts", FIELDS, deliver),)
