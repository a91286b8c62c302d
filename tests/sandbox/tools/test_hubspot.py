"""The HubSpot twin against what HubSpot does."""

import time
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Draw
from tests.sandbox.people import Json, bearer, hop
from tests.sandbox_process import Control

CONTACTS = "/crm/v3/objects/contacts"
DEALS = "/crm/v3/objects/deals"


def _call(place: Json, method: str, path: str, body: Json | None = None) -> requests.Response:
    return requests.request(
        method, place["url"] + path, json=body, headers=bearer(place), timeout=10
    )


def _contact(place: Json, **properties: str) -> Json:
    answer = _call(place, "POST", CONTACTS, {"properties": properties})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.fixture
def portal(draw: Draw) -> Json:
    return hop(draw("hubspot_contact"), "hubspot_contact")


def test_the_token_names_its_portal(portal: Json) -> None:
    for path in ("/account-info/v3/details", "/account-info/2026-03/details"):
        assert _call(portal, "GET", path).json()["portalId"]
    wrong = requests.get(f"{portal['url']}/account-info/v3/details", timeout=10)
    assert (wrong.status_code, wrong.json()["category"]) == (401, "INVALID_AUTHENTICATION")


def test_a_second_contact_with_an_email_is_a_conflict(portal: Json) -> None:
    first = _contact(portal, email="Leads+A@shop.test", firstname="Ann")
    assert first["properties"]["email"] == "leads+a@shop.test"
    again = _call(portal, "POST", CONTACTS, {"properties": {"email": "leads+a@shop.test"}})
    assert (again.status_code, again.json()["category"]) == (409, "CONFLICT")
    assert again.json()["message"] == f"Contact already exists. Existing ID: {first['id']}"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"email": "Anne-Marie O'Zorbadi"}, "INVALID_EMAIL"),
        ({"shoe_size": "44"}, "PROPERTY_DOESNT_EXIST"),
        ({"amount": "a lot"}, "INVALID_LONG"),
        ({"event_date": "31.12.2031"}, "INVALID_DATE"),
        ({"event_date": "2031-03-05T10:00:00Z"}, "INVALID_DATE"),
        ({"consent": "perhaps"}, "INVALID_OPTION"),
    ],
)
def test_one_wrong_property_refuses_the_whole_record(portal: Json, wrong: Json, code: str) -> None:
    answer = _call(portal, "POST", CONTACTS, {"properties": {"firstname": "Ann", **wrong}})
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
    assert code in answer.json()["message"]


def test_batch_read_by_email_tells_the_missing_apart(portal: Json) -> None:
    known = _contact(portal, email="a@shop.test", phone="+4930123")
    body = {"idProperty": "email", "properties": ["phone"]}
    inputs = [{"id": "a@shop.test"}, {"id": "nobody@shop.test"}]
    for path in (CONTACTS, "/crm/objects/2026-03/contacts"):
        answer = _call(portal, "POST", f"{path}/batch/read", {**body, "inputs": inputs})
        assert answer.status_code == 207
        (found,) = answer.json()["results"]
        assert (found["id"], found["properties"]["phone"]) == (known["id"], "+4930123")
        assert answer.json()["errors"][0]["context"] == {"ids": ["nobody@shop.test"]}
    whole = _call(portal, "POST", f"{CONTACTS}/batch/read", {**body, "inputs": inputs[:1]})
    assert whole.status_code == 200


def test_a_batch_has_at_most_a_hundred_inputs(portal: Json) -> None:
    for count, status in ((100, 207), (101, 400)):
        body = {"inputs": [{"id": str(number)} for number in range(count)]}
        assert _call(portal, "POST", f"{CONTACTS}/batch/read", body).status_code == status


def test_search_trails_while_batch_read_does_not(draw: Draw) -> None:
    portal = hop(draw({"tool": "hubspot_contact", "lag": 0.4}), "hubspot_contact")
    _contact(portal, email="a@shop.test", lastname="Zorbadi")
    where = [{"propertyName": "email", "operator": "EQ", "value": "a@shop.test"}]
    search: Json = {"filterGroups": [{"filters": where}]}
    read = {"idProperty": "email", "inputs": [{"id": "a@shop.test"}]}
    assert _call(portal, "POST", f"{CONTACTS}/batch/read", read).status_code == 200
    assert _call(portal, "POST", f"{CONTACTS}/search", search).json()["total"] == 0
    time.sleep(0.45)
    assert _call(portal, "POST", f"{CONTACTS}/search", search).json()["total"] == 1


@pytest.mark.parametrize(
    ("operator", "value", "count"),
    [
        ("EQ", {"value": "zorbadi"}, 1),
        ("IN", {"values": ["zorbadi", "murphy"]}, 2),
        ("CONTAINS_TOKEN", {"value": "zor*"}, 1),
        ("HAS_PROPERTY", {}, 3),
        ("NOT_IN", {"values": ["zorbadi"]}, 2),
    ],
)
def test_search_filters(portal: Json, operator: str, value: Json, count: int) -> None:
    for name in ("Zorbadi", "Murphy", "Kinarati"):
        _contact(portal, email=f"{name}@shop.test", lastname=name)
    where = [{"propertyName": "lastname", "operator": operator, **value}]
    found = _call(portal, "POST", f"{CONTACTS}/search", {"filterGroups": [{"filters": where}]})
    assert found.json()["total"] == count


def test_search_pages_and_stops_at_ten_thousand(portal: Json) -> None:
    for number in range(3):
        _contact(portal, email=f"a{number}@shop.test")
    first = _call(portal, "POST", f"{CONTACTS}/search", {"limit": 2}).json()
    after = first["paging"]["next"]["after"]
    second = _call(portal, "POST", f"{CONTACTS}/search", {"limit": 2, "after": after}).json()
    assert len(first["results"] + second["results"]) == 3
    assert "paging" not in second
    far = {"limit": 200, "after": "9900"}
    assert _call(portal, "POST", f"{CONTACTS}/search", far).status_code == 400


def test_a_new_window_begins_at_a_moment(portal: Json) -> None:
    _contact(portal, email="a@shop.test")
    where = {"propertyName": "createdate", "operator": "GTE"}
    for moment, count in ((0, 1), (4_070_908_800_000, 0)):
        filters = [{**where, "value": str(moment)}]
        body = {"filterGroups": [{"filters": filters}]}
        assert _call(portal, "POST", f"{CONTACTS}/search", body).json()["total"] == count


def test_deals_hang_on_contacts_and_outlive_them(portal: Json) -> None:
    contact = _contact(portal, email="a@shop.test")["id"]
    kinds = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 3}]
    body = {
        "properties": {"dealname": "Hall", "amount": "12.5"},
        "associations": [{"to": {"id": contact}, "types": kinds}],
    }
    deal = _call(portal, "POST", DEALS, body).json()["id"]
    linked = _call(portal, "GET", f"/crm/v4/objects/contacts/{contact}/associations/deals").json()
    assert [str(one["toObjectId"]) for one in linked["results"]] == [deal]
    asked = {"inputs": [{"id": contact}]}
    batch = _call(portal, "POST", "/crm/v4/associations/contacts/deals/batch/read", asked).json()
    assert [str(one["toObjectId"]) for one in batch["results"][0]["to"]] == [deal]
    assert _call(portal, "DELETE", f"{CONTACTS}/{contact}").status_code == 204
    assert _call(portal, "DELETE", f"{CONTACTS}/{contact}").status_code == 204
    assert _call(portal, "GET", f"{CONTACTS}/{contact}").status_code == 404
    assert _call(portal, "GET", f"{DEALS}/{deal}").status_code == 200
    assert _call(portal, "POST", f"{DEALS}/batch/archive", {"inputs": [{"id": deal}]}).ok
    assert _call(portal, "GET", f"{DEALS}/{deal}").status_code == 404


def test_a_contact_is_read_by_its_email(portal: Json) -> None:
    _contact(portal, email="leads+x@shop.test")
    answer = _call(portal, "GET", f"{CONTACTS}/leads+x@shop.test?idProperty=email")
    assert answer.json()["properties"]["email"] == "leads+x@shop.test"


def test_rate_headers_come_with_all_but_searches(portal: Json) -> None:
    header = "X-HubSpot-RateLimit-Remaining"
    assert header in _call(portal, "GET", "/account-info/v3/details").headers
    assert header not in _call(portal, "POST", f"{CONTACTS}/search", {}).headers


def test_properties_are_described(portal: Json) -> None:
    told: list[dict[str, Any]] = _call(portal, "GET", "/crm/v3/properties/contacts").json()[
        "results"
    ]
    email = next(one for one in told if one["name"] == "email")
    assert (email["type"], email["hasUniqueValue"]) == ("string", True)


def test_the_list_needs_no_index(portal: Json, control: Control) -> None:
    for number in range(3):
        place = {"account": portal["account"], "resource": "contacts"}
        control.plant("hubspot", {"email": f"p{number}@shop.test"}, **place)
    first = _call(portal, "GET", f"{CONTACTS}?limit=2").json()
    after = first["paging"]["next"]["after"]
    second = _call(portal, "GET", f"{CONTACTS}?limit=2&after={after}").json()
    found = [one["properties"]["email"] for one in first["results"] + second["results"]]
    assert found == ["p0@shop.test", "p1@shop.test", "p2@shop.test"]
