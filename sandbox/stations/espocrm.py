"""A lead in EspoCRM, with every field of a lead it can hold."""

from sandbox.errand import Errand
from sandbox.station import BARE, station

FIELDS = {
    "emailAddress": "email",
    "firstName": "first_name",
    "lastName": "last_name",
    "phoneNumber": "phone",
    "accountName": "company",
    "addressStreet": "street",
    "addressPostalCode": "postcode",
    "addressCity": "city",
    "addressCountry": "country",
    "cDate": "date",
    "cVisit": "datetime",
    "opportunityAmount": BARE,
    "cQuantity": "quantity",
    "website": "website",
    "cTopic": "topic",
    "cConsent": "consent",
    "description": "message",
}


async def deliver(errand: Errand) -> None:
    """Create a lead, past the check for duplicates as integrations do."""
    headers = {
        "X-Api-Key": next(iter(errand.secrets.values())),
        "X-Skip-Duplicate-Check": "true",
    }
    await errand.take("POST", "/api/v1/Lead", headers=headers, json=errand.record)


STATIONS = (station("espocrm", "espocrm", "leads", FIELDS, deliver),)
