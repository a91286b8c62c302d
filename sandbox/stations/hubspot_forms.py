"""A submission of a HubSpot form: where leads enter, without a key."""

from sandbox.station import BARE, same, station

FIELDS = {
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

STATIONS = (station("hubspot_forms", "hubspot_forms", "submissions", FIELDS),)
