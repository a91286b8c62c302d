"""Leads and the ways tests hand them in."""

import re
from typing import Any

import requests

Json = dict[str, Any]

ANN: Json = {
    "first_name": "Anne-Marie",
    "last_name": "O'Zorbadi",
    "full_name": "Anne-Marie O'Zorbadi",
    "email": "leads+zorba@shop.test",
    "phone": "+442079460123",
    "company": "Käserei Zünd",
    "street": "Hauptstraße 5",
    "postcode": "01234",
    "city": "Köln",
    "country": "Deutschland",
    "date": "2031-03-05",
    "datetime": "2032-04-07T10:30:00+02:00",
    "amount": "1234.56 EUR",
    "quantity": "37",
    "website": "https://zorba.example/a?b=c",
    "topic": "booking",
    "consent": "true",
    "message": "Hello,\nis Thursday fine? 🌿",
}


def lead(name: str, **changes: str) -> Json:
    """Answer Ann under another address."""
    return {**ANN, "email": f"leads+{name}@shop.test", **changes}


def hop(chain: Json, name: str) -> Json:
    """Answer one hop of a chain."""
    found: Json = next(one for one in chain["hops"] if one["name"] == name)
    return found


def session() -> requests.Session:
    """Answer a session that asks no proxy."""
    made = requests.Session()
    made.trust_env = False
    return made


def send_form(chain: Json, values: Json) -> requests.Response:
    """Fill in the chain's website form as a visitor would."""
    with session() as browser:
        form = chain["hops"][0]["form"]
        html = browser.get(form, timeout=10).text
        found = re.search(r'name="csrf_token" value="([^"]+)"', html)
        assert found is not None
        data = {"csrf_token": found[1], "fax_number": "", **values}
        return browser.post(form, data=data, timeout=10)


def send_row(chain: Json, values: Json) -> requests.Response:
    """Hand a lead in at a chain whose entry is the plain CRM."""
    place = chain["hops"][0]
    row = {key: values[rule["from"]] for key, rule in place["fields"].items()}
    return requests.post(f"{place['url']}/api/records", json=row, headers=bearer(place), timeout=10)


def bearer(place: Json) -> dict[str, str]:
    """Answer the header that opens an account."""
    return {"Authorization": f"Bearer {next(iter(place['credentials'].values()))}"}
