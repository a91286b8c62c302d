"""A row of an Airtable base."""

from sandbox.errand import Errand
from sandbox.station import BARE, station
from sandbox.tools.airtable_fields import TYPES

_LEAD = {"Name": "full_name", "Event date": "date", "Event time": "datetime", "Amount": BARE}
_NO_LEADS = ("Interests", 'Odd "{name}"', "Created", "Greeting")
FIELDS = {
    name: _LEAD.get(name, name.lower().replace(" ", "_")) for name in TYPES if name not in _NO_LEADS
}


async def deliver(errand: Errand) -> None:
    """Add a row, letting Airtable read every value as well as it can."""
    path = f"/v0/{errand.secrets['base_id']}/{errand.secrets['table']}"
    body = {"records": [{"fields": errand.record}], "typecast": True}
    await errand.take("POST", path, headers=errand.bearer(), json=body)


STATIONS = (station("airtable", "airtable", "records", FIELDS, deliver),)
