"""A submission of a Jotform form: where leads enter, through the API."""

from sandbox.station import station

FIELDS = {
    "3.first": "first_name",
    "3.last": "last_name",
    "4": "email",
    "5.full": "phone",
    "6": "message",
    "7": "company",
    "8.addr_line1": "street",
    "8.postal": "postcode",
    "8.city": "city",
    "8.country": "country",
    "9": "full_name",
    "10": "date",
    "11": "datetime",
    "12": "amount",
    "13": "quantity",
    "14": "website",
    "15": "topic",
    "16": "consent",
}

STATIONS = (station("jotform", "jotform", "submissions", FIELDS),)
