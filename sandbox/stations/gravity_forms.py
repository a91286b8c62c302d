"""An entry of a Gravity Forms form: where leads enter, as from the form's own page."""

from sandbox.station import BARE, same, station
from sandbox.tools.website import FORM_FIELDS

_IDS = {
    "first_name": "1.3",
    "last_name": "1.6",
    "email": "2",
    "phone": "3",
    "message": "4",
    "company": "5",
    "street": "6.1",
    "city": "6.3",
    "postcode": "6.5",
    "country": "6.6",
    "full_name": "7",
    "datetime": "9",
    "quantity": "11",
    "website": "12",
    "topic": "13",
    "consent": "14",
}
FIELDS = {
    **{_IDS[name]: name for name in same(*FORM_FIELDS, left_out=("date", "amount"))},
    "8": {"from": "date", "as": "date", "format": "MM/DD/YYYY"},
    "10": BARE,
}

STATIONS = (station("gravity_forms", "gravity_forms", "entries", FIELDS),)
