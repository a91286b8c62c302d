"""The Brevo twin against what Brevo does."""

from typing import Any

import requests

from tests.sandbox.conftest import Draw
from tests.sandbox.people import ANN, Json, hop, send_form
from tests.sandbox_process import Control

ADDRESS = "leads+a@shop.test"


def _call(place: Json, method: str, path: str, **kwargs: Any) -> requests.Response:
    headers = {"api-key": place["credentials"]["api_key"]}
    return requests.request(
        method, f"{place['url']}/v3{path}", headers=headers, timeout=10, **kwargs
    )


def _add(place: Json, email: str = ADDRESS, **attributes: object) -> requests.Response:
    return _call(place, "POST", "/contacts", json={"email": email, "attributes": attributes})


def _held(place: Json, email: str = ADDRESS) -> Json:
    held: Json = _call(place, "GET", f"/contacts/{email}").json()
    return held


def test_the_key_proves_itself(draw: Draw) -> None:
    one, other = (hop(draw("brevo"), "brevo") for _ in range(2))
    account = _call(one, "GET", "/account").json()
    assert account["organization_id"] != _call(other, "GET", "/account").json()["organization_id"]
    wrong = requests.get(f"{one['url']}/v3/account", headers={"api-key": "no"}, timeout=10)
    assert (wrong.status_code, wrong.json()["code"]) == (401, "unauthorized")


def test_the_account_is_told_a_hundred_times_an_hour_and_contacts_far_more(draw: Draw) -> None:
    place = hop(draw("brevo"), "brevo")
    answers = [_call(place, "GET", "/account") for _ in range(101)]
    assert [one.status_code for one in answers] == [200] * 100 + [429]
    assert answers[0].headers["x-sib-ratelimit-remaining"] == "99"
    assert 0 < int(answers[-1].headers["x-sib-ratelimit-reset"]) <= 3600
    assert "Retry-After" not in answers[-1].headers
    listed = _call(place, "GET", "/contacts")
    assert (listed.status_code, listed.headers["x-sib-ratelimit-limit"]) == (200, "36000")


def test_a_contact_is_made_and_shown_with_its_dates(draw: Draw) -> None:
    place = hop(draw("brevo"), "brevo")
    made = _add(place, "Leads+A@Shop.test", FIRSTNAME="Ann", lastname="Zorbadi")
    held = _held(place)
    assert (made.status_code, made.json()) == (201, {"id": held["id"]})
    assert held["attributes"] == {"FIRSTNAME": "Ann", "LASTNAME": "Zorbadi"}
    assert held["email"] == ADDRESS
    assert held["createdAt"] == held["modifiedAt"]
    assert held["createdAt"].endswith("Z")


def test_what_is_not_declared_or_of_another_type_is_dropped_in_silence(draw: Draw) -> None:
    place = hop(draw("brevo"), "brevo")
    odd: Json = {"EVENT_DATE": "31.12.2031", "AMOUNT": "many", "CONSENT": "perhaps", "SHOE": "44"}
    assert _add(place, **odd, FIRSTNAME=["Ann"], SEGMENT="Nobody").status_code == 201
    assert _held(place)["attributes"] == {}


def test_values_of_the_right_type_are_kept_as_that_type(draw: Draw) -> None:
    place = hop(draw("brevo"), "brevo")
    given: Json = {"EVENT_DATE": "2031-12-31", "AMOUNT": "12.50", "QUANTITY": 3, "CONSENT": "yes"}
    _add(place, **given, SEGMENT="Trade", INTERESTS=["Garden", "Attic"])
    assert _held(place)["attributes"] == {
        "EVENT_DATE": "2031-12-31", "AMOUNT": 12.5, "QUANTITY": 3, "CONSENT": True,
        "SEGMENT": 2, "INTERESTS": ["Garden"],
    }  # fmt: skip


def test_a_phone_is_kept_as_digits_and_needs_its_country(draw: Draw) -> None:
    place = hop(draw("brevo"), "brevo")
    for number, phone in enumerate(("+44 7700 900461", "00447700900462", "447700900463")):
        assert _add(place, f"a{number}@shop.test", SMS=phone).status_code == 201
        assert _held(place, f"a{number}@shop.test")["attributes"]["SMS"].startswith("4477009004")
    refused = _add(place, SMS="07700 900461")
    assert (refused.status_code, refused.json()["message"]) == (400, "Invalid phone number")


def test_email_phone_and_own_id_are_each_taken_once(draw: Draw) -> None:
    place = hop(draw("brevo"), "brevo")
    first = {"email": ADDRESS, "ext_id": "A1", "attributes": {"SMS": "447700900461"}}
    assert _call(place, "POST", "/contacts", json=first).status_code == 201
    for body, name in (
        ({"email": ADDRESS.upper()}, "email"),
        ({"email": "b@shop.test", "attributes": {"SMS": "+447700900461"}}, "SMS"),
        ({"email": "b@shop.test", "ext_id": "A1"}, "ext_id"),
    ):
        refused = _call(place, "POST", "/contacts", json=body)
        assert (refused.status_code, refused.json()["code"]) == (400, "duplicate_parameter")
        assert refused.json()["metadata"] == {"duplicate_identifiers": [name]}
    assert _call(place, "GET", "/contacts").json()["count"] == 1
    for by, value in (("ext_id", "A1"), ("phone_id", "447700900461"), ("email_id", ADDRESS)):
        found = _call(place, "GET", f"/contacts/{value}?identifierType={by}")
        assert found.json()["attributes"]["EXT_ID"] == "A1"


def test_a_known_address_is_updated_only_where_that_is_wanted(draw: Draw) -> None:
    place = hop(draw("brevo"), "brevo")
    _add(place, FIRSTNAME="Ann", COMPANY="Zünd")
    wanted = {"email": ADDRESS, "updateEnabled": True, "attributes": {"FIRSTNAME": "Eve"}}
    assert _call(place, "POST", "/contacts", json=wanted).status_code == 204
    assert _held(place)["attributes"] == {"FIRSTNAME": "Eve", "COMPANY": "Zünd"}
    moved = {"attributes": {"EMAIL": "new@shop.test"}}
    assert _call(place, "PUT", f"/contacts/{ADDRESS}", json=moved).status_code == 204
    assert _held(place, "new@shop.test")["attributes"]["FIRSTNAME"] == "Eve"


def test_a_contact_needs_something_to_be_known_by_and_a_list_that_exists(draw: Draw) -> None:
    place = hop(draw("brevo"), "brevo")
    nothing = _call(place, "POST", "/contacts", json={"attributes": {"FIRSTNAME": "Ann"}})
    assert (nothing.status_code, nothing.json()["code"]) == (400, "missing_parameter")
    assert _add(place, "Anne-Marie O'Zorbadi").status_code == 400
    listless = _call(place, "POST", "/contacts", json={"email": ADDRESS, "listIds": [99]})
    assert listless.status_code == 400


def test_a_deleted_contact_is_gone_and_may_come_back(draw: Draw) -> None:
    place = hop(draw("brevo"), "brevo")
    id = _add(place).json()["id"]
    assert _call(place, "DELETE", f"/contacts/{id}").status_code == 204
    again = _call(place, "DELETE", f"/contacts/{id}")
    assert (again.status_code, again.json()["code"]) == (404, "document_not_found")
    assert _add(place).status_code == 201


def test_a_listing_has_pages_an_order_and_a_beginning(draw: Draw) -> None:
    place = hop(draw("brevo"), "brevo")
    for number in range(5):
        _add(place, f"a{number}@shop.test")
    asked = "/contacts?limit=2&offset={}&sort=asc"
    pages = [_call(place, "GET", asked.format(skip)).json() for skip in (0, 2, 4)]
    found = [one["email"] for page in pages for one in page["contacts"]]
    assert found == [f"a{number}@shop.test" for number in range(5)]
    assert {page["count"] for page in pages} == {5}
    newest = _call(place, "GET", "/contacts?limit=1").json()["contacts"][0]
    assert newest["email"] == "a4@shop.test"
    later = "/contacts?modifiedSince=2099-01-01T00:00:00.000%2B00:00"
    assert _call(place, "GET", later).json() == {"contacts": [], "count": 0}
    assert _call(place, "GET", "/contacts?limit=1001").status_code == 400


def test_a_change_brings_an_old_contact_back_into_the_listing(draw: Draw, control: Control) -> None:
    place = hop(draw("brevo"), "brevo")
    control.plant("brevo", {"email": ADDRESS}, account=place["account"], created=1_000_000_000)
    since = "modifiedSince=2020-01-01T00:00:00.000Z"
    assert _call(place, "GET", f"/contacts?{since}").json()["count"] == 0
    _call(place, "PUT", f"/contacts/{ADDRESS}", json={"attributes": {"FIRSTNAME": "Eve"}})
    assert _call(place, "GET", f"/contacts?{since}").json()["count"] == 1
    assert _call(place, "GET", "/contacts?createdSince=2020-01-01T00:00:00Z").json()["count"] == 0


def test_a_lead_passes_through_to_the_next_tool_field_by_field(
    draw: Draw, control: Control
) -> None:
    chain = draw("website", "brevo", "crm")
    values = {**ANN, "email": "leads+through@shop.test", "phone": "+447700900469"}
    send_form(chain, values)
    (row,) = control.until("crm", 1, account=chain["name"])
    fields = row["fields"]
    assert fields["phone"] == "447700900469"
    assert (fields["amount"], fields["quantity"]) == ("1234.56", "37")
    kept = (
        "first_name",
        "last_name",
        "email",
        "date",
        "datetime",
        "postcode",
        "consent",
        "message",
    )
    assert {key: fields[key].replace("\r\n", "\n") for key in kept} == {
        key: values[key] for key in kept
    }
