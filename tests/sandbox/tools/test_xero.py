"""The Xero twin against what Xero does."""

import base64
import json

import pytest
import requests

from tests.sandbox.conftest import Draw
from tests.sandbox.people import ANN, Json, bearer, hop, lead, send_form
from tests.sandbox_process import Control

BACK = "http://127.0.0.1:1/back"


def _call(
    place: Json, method: str, path: str, body: Json | None = None, **headers: str
) -> requests.Response:
    known = {**bearer(place), "xero-tenant-id": place["credentials"]["tenant_id"], **headers}
    url = f"{place['url']}/api.xro/2.0/{path}"
    return requests.request(method, url, json=body, headers=known, timeout=10)


def _contact(place: Json, method: str = "POST", **fields: object) -> Json:
    made = _call(place, method, "Contacts", {"Contacts": [{"Name": "Ann", **fields}]})
    assert made.status_code == 200, made.text
    contact: Json = made.json()["Contacts"][0]
    return contact


def _wrong(response: requests.Response) -> str:
    assert response.status_code == 400
    body = response.json()
    assert body["Type"] == "ValidationException"
    return str(body["Elements"][0]["ValidationErrors"][0]["Message"])


@pytest.fixture
def books(draw: Draw) -> Json:
    return hop(draw("xero_contact"), "xero_contact")


def test_a_sign_in_lists_its_organisation_and_opens_no_other(books: Json) -> None:
    (one,) = requests.get(f"{books['url']}/connections", headers=bearer(books), timeout=10).json()
    assert one["tenantId"] == books["credentials"]["tenant_id"]
    (organisation,) = _call(books, "GET", "Organisation").json()["Organisations"]
    assert organisation["OrganisationID"] == one["tenantId"]
    assert _call(books, "GET", "Organisation", None, **{"xero-tenant-id": "no"}).status_code == 403
    nobody = requests.get(f"{books['url']}/api.xro/2.0/Contacts", timeout=10)
    assert (nobody.status_code, nobody.json()["Title"]) == (401, "Unauthorized")
    assert _call(books, "GET", "Contacts").headers["X-MinLimit-Remaining"]


def test_a_name_is_updated_by_post_and_refused_by_put(books: Json) -> None:
    first = _contact(books, EmailAddress="a@shop.test")
    again = _contact(books, Name="ANN", FirstName="Ann")
    assert again["ContactID"] == first["ContactID"]
    assert (again["EmailAddress"], again["FirstName"]) == ("a@shop.test", "Ann")
    refused = _call(books, "PUT", "Contacts", {"Contacts": [{"Name": "Ann"}]})
    assert "already assigned" in _wrong(refused)
    other = _contact(books, "PUT", Name="Bea")
    path = f"Contacts/{other['ContactID']}"
    assert "already assigned" in _wrong(_call(books, "POST", path, {"Name": "Ann"}))


def test_an_idempotency_key_gets_the_first_answer_again(books: Json) -> None:
    key, body = {"Idempotency-Key": "once"}, {"Contacts": [{"Name": "Ann"}]}
    first = _call(books, "PUT", "Contacts", body, **key).json()
    assert _call(books, "PUT", "Contacts", body, **key).json() == first
    other = _call(books, "PUT", "Contacts", {"Contacts": [{"Name": "Bea"}]}, **key)
    assert other.status_code == 400
    long = _call(books, "PUT", "Contacts", body, **{"Idempotency-Key": "x" * 129})
    assert long.status_code == 400


def test_phones_and_addresses_stand_by_their_type(books: Json) -> None:
    phone = {"PhoneType": "DEFAULT", "PhoneNumber": "7946 0018", "PhoneAreaCode": "20"}
    address = {"AddressType": "STREET", "City": "Köln"}
    made = _contact(books, Phones=[phone], Addresses=[address])
    assert len(made["Phones"]) == 4
    held = {one["PhoneType"]: one for one in made["Phones"]}
    assert held["DEFAULT"]["PhoneAreaCode"] == "20"
    assert held["FAX"]["PhoneNumber"] == ""
    assert {one["City"] for one in made["Addresses"]} == {"Köln", ""}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"Name": ""}, "must be specified"),
        ({"Name": "x" * 256}, "255 characters"),
        ({"EmailAddress": "Anne O'Zorba"}, "must be valid"),
        ({"EmailAddress": "zoë@shop.test"}, "must be valid"),
        ({"Phones": [{"PhoneType": "HOME", "PhoneNumber": "1"}]}, "Phone Type"),
        ({"Phones": [{"PhoneType": "FAX", "PhoneAreaCode": "1" * 11}]}, "10 characters"),
        ({"Addresses": [{"AddressType": "STREET", "Country": "D3"}]}, "letters only"),
    ],
)
def test_wrong_contacts_are_refused_with_a_sentence(books: Json, fields: Json, said: str) -> None:
    refused = _call(books, "POST", "Contacts", {"Contacts": [{"Name": "Ann", **fields}]})
    assert said in _wrong(refused)


def test_an_archived_contact_is_listed_to_those_who_ask_and_frees_its_name(books: Json) -> None:
    first = _contact(books)
    path = f"Contacts/{first['ContactID']}"
    _call(books, "POST", path, {"Contacts": [{"ContactStatus": "ARCHIVED"}]})
    assert _call(books, "GET", "Contacts").json()["Contacts"] == []
    assert len(_call(books, "GET", "Contacts?includeArchived=true").json()["Contacts"]) == 1
    assert _call(books, "GET", path).json()["Contacts"][0]["ContactStatus"] == "ARCHIVED"
    assert "archived" in _wrong(_call(books, "POST", path, {"FirstName": "x"}))
    assert _contact(books)["ContactID"] != first["ContactID"]
    assert _call(books, "GET", "Contacts/nobody").status_code == 404


def test_a_listing_begins_at_a_change_filters_and_pages(books: Json) -> None:
    ids = sorted(_contact(books, Name=name)["ContactID"] for name in ("Ann", "Bea", "Cleo"))
    page = _call(books, "GET", "Contacts?page=2&pageSize=2&order=ContactID ASC").json()
    assert [one["ContactID"] for one in page["Contacts"]] == ids[2:]
    assert page["pagination"] == {"page": 2, "pageSize": 2, "pageCount": 2, "itemCount": 3}
    for since, count in (("2020-01-01T00:00:00", 3), ("2090-01-01T00:00:00Z", 0)):
        found = _call(books, "GET", "Contacts", None, **{"If-Modified-Since": since}).json()
        assert len(found["Contacts"]) == count
    (bea,) = _call(books, "GET", 'Contacts?where=Name=="Bea"').json()["Contacts"]
    assert bea["Name"] == "Bea"
    assert len(_call(books, "GET", "Contacts?searchTerm=cle").json()["Contacts"]) == 1
    assert _call(books, "GET", "Contacts?where=Name LIKE 1").status_code == 400


def test_an_invoice_is_a_draft_until_it_is_deleted(books: Json) -> None:
    line = {"Description": "Order", "Quantity": 2, "UnitAmount": 6.25}
    made = _call(
        books, "POST", "Invoices",
        {"Invoices": [{"Type": "ACCREC", "Contact": {"Name": "Ann"}, "LineItems": [line],
                       "DueDate": "2031-03-05"}]},
    ).json()["Invoices"][0]  # fmt: skip
    assert (made["Status"], made["Total"], made["Contact"]["Name"]) == ("DRAFT", 12.5, "Ann")
    assert made["DueDate"] == "/Date(1930435200000+0000)/"
    path = "Invoices?Statuses=DRAFT&ContactIDs=" + made["Contact"]["ContactID"]
    (listed,) = _call(books, "GET", path).json()["Invoices"]
    assert "EmailAddress" not in listed["Contact"]
    own = f"Invoices/{made['InvoiceID']}"
    assert _call(books, "POST", own, {"Status": "DELETED"}).json()["Invoices"][0]["Status"] == (
        "DELETED"
    )
    assert "not of valid status" in _wrong(_call(books, "POST", own, {"Status": "DELETED"}))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"Type": "NO"}, "Type"),
        ({"Status": "PAID"}, "not of valid status"),
        ({"Status": "AUTHORISED"}, "line items"),
        ({"LineItems": [{"UnitAmount": 1}]}, "Description"),
        ({"DueDate": "soon"}, "not valid"),
    ],
)
def test_wrong_invoices_are_refused_with_a_sentence(books: Json, fields: Json, said: str) -> None:
    invoice = {"Type": "ACCREC", "Contact": {"Name": "Ann"}, **fields}
    assert said in _wrong(_call(books, "POST", "Invoices", {"Invoices": [invoice]}))


def test_a_refresh_token_is_good_once(books: Json, control: Control) -> None:
    place = books["credentials"]
    redirect = {"account": books["account"], "redirect_uri": BACK}
    control.call("POST", "/tools/xero/grants", redirect)
    asked: Json = {"response_type": "code", "client_id": place["client_id"], "redirect_uri": BACK,
             "scope": "offline_access accounting.contacts", "state": "s"}  # fmt: skip
    back = requests.post(
        f"{books['url']}/identity/connect/authorize", params=asked, data={"decision": "allow"},
        timeout=10, allow_redirects=False,
    )  # fmt: skip
    code = back.headers["Location"].partition("code=")[2].partition("&")[0]
    pair = base64.b64encode(f"{place['client_id']}:{place['client_secret']}".encode()).decode()

    def token(**given: str) -> requests.Response:
        return requests.post(
            f"{books['url']}/connect/token", data=given, timeout=10,
            headers={"Authorization": f"Basic {pair}"},
        )  # fmt: skip

    first = token(grant_type="authorization_code", code=code, redirect_uri=BACK).json()
    assert first["expires_in"] == 1800
    again = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = token(**again).json()
    assert second["refresh_token"] != first["refresh_token"]
    opened = _call(books, "GET", "Contacts", Authorization=f"Bearer {second['access_token']}")
    assert opened.status_code == 200
    assert json.loads(token(**again).text)["error"] == "invalid_grant"


def test_a_lead_becomes_a_contact_and_a_draft_invoice(draw: Draw, control: Control) -> None:
    chain = draw("website", "xero_contact", "xero_invoice")
    send_form(chain, ANN)
    (invoice,) = control.until("xero", 1, chain["name"], "invoices")
    (contact,) = control.records("xero", chain["name"], "contacts")
    assert contact["fields"]["Name"] == ANN["full_name"]
    assert contact["fields"]["Addresses.STREET.PostalCode"] == "01234"
    assert contact["fields"]["Phones.DEFAULT"] == ANN["phone"]
    assert invoice["fields"]["Contact.EmailAddress"] == ANN["email"]
    assert invoice["fields"]["Status"] == "DRAFT"


def test_a_lead_that_comes_twice_is_one_contact_and_two_invoices(
    draw: Draw, control: Control
) -> None:
    chain = draw("website", "xero_contact", "xero_invoice")
    handoff = hop(chain, "xero_contact")["handoff"]
    with control.broken(f"handoff:{handoff}", "duplicate"):
        send_form(chain, lead("twice"))
        control.until("xero", 2, chain["name"], "invoices")
    assert len(control.records("xero", chain["name"], "contacts")) == 1


def test_an_amount_reaches_the_invoice_from_a_hop_that_holds_it(
    draw: Draw, control: Control
) -> None:
    chain = draw("website", {"tool": "xero_invoice", "after": "website"})
    send_form(chain, ANN)
    (invoice,) = control.until("xero", 1, chain["name"], "invoices")
    assert invoice["fields"]["Total"] == 1234.56
    assert invoice["fields"]["DueDate"] == ANN["date"]
    assert invoice["fields"]["LineItems.0.Description"] == ANN["message"]
