"""A lead and a contact in Salesforce."""

from typing import Any

from sandbox.errand import Errand
from sandbox.station import BARE, station

DATA = "/services/data/v62.0/sobjects"
# What Salesforce asks of a lead whose company nobody knows.
NOBODY = "[not provided]"
_SAME = {
    # Salesforce's own field for a city holds forty letters, and some cities have more.
    "Place__c": "city",
    "FirstName": "first_name",
    "LastName": "last_name",
    "FullName__c": "full_name",
    "Email": "email",
    "Phone": "phone",
    "Topic__c": "topic",
    "Message__c": "message",
    "EventDate__c": "date",
    "EventTime__c": "datetime",
    "Amount__c": BARE,
    "Quantity__c": "quantity",
    "Consent__c": "consent",
}
LEAD = {
    **_SAME,
    "Company": "company",
    "Street": "street",
    "PostalCode": "postcode",
    "Country": "country",
    "Website": "website",
}
CONTACT = {
    **_SAME,
    "Company__c": "company",
    "MailingStreet": "street",
    "MailingPostalCode": "postcode",
    "MailingCountry": "country",
    "Website__c": "website",
}


async def deliver_lead(errand: Errand) -> None:
    """Create a lead, whatever is there already."""
    await _create(errand, "Lead", {"Company": NOBODY, **_typed(errand)})


async def deliver_contact(errand: Errand) -> None:
    """Create a contact, whatever is there already."""
    await _create(errand, "Contact", _typed(errand))


def _typed(errand: Errand) -> dict[str, Any]:
    """Answer the record with numbers as numbers and yes or no as such."""
    record = dict(errand.record)
    for key in ("Amount__c", "Quantity__c"):
        if isinstance(value := record.get(key), str):
            record[key] = _number(value)
    if isinstance(said := record.get("Consent__c"), str):
        record["Consent__c"] = said.strip().lower() == "true"
    return {key: value for key, value in record.items() if value is not None}


def _number(text: str) -> object:
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return text or None


async def _create(errand: Errand, kind: str, record: dict[str, Any]) -> None:
    headers = {**errand.bearer(), "Sforce-Duplicate-Rule-Header": "allowSave=true"}
    await errand.take("POST", f"{DATA}/{kind}", headers=headers, json=record)


STATIONS = (
    station("salesforce_lead", "salesforce", "leads", LEAD, deliver_lead),
    station("salesforce_contact", "salesforce", "contacts", CONTACT, deliver_contact),
)
