"""The Pipedrive twin against what Pipedrive does."""

import time
from functools import partial

import pytest
import requests

from sandbox.tools.pipedrive_fields import code_of
from tests.sandbox.conftest import Draw
from tests.sandbox.people import ANN, Json, hop, lead, send_row
from tests.sandbox_process import Control, wait_for

PERSONS = "/api/v2/persons"
CITY = code_of("person", "city")


def _call(place: Json, method: str, path: str, body: Json | None = None) -> requests.Response:
    headers = {"x-api-token": place["credentials"]["api_token"]}
    return requests.request(method, place["url"] + path, json=body, headers=headers, timeout=10)


def _person(place: Json, name: str = "Ann", **more: object) -> Json:
    made = _call(place, "POST", PERSONS, {"name": name, **more})
    assert made.status_code == 201, made.text
    return dict(made.json()["data"])


@pytest.fixture
def company(draw: Draw) -> Json:
    return hop(draw("pipedrive_person"), "pipedrive_person")


def test_the_token_names_its_company(company: Json) -> None:
    me = _call(company, "GET", "/api/v1/users/me").json()["data"]
    assert me["company_domain"] == company["credentials"]["company"]
    wrong = requests.get(f"{company['url']}{PERSONS}", timeout=10)
    assert (wrong.status_code, wrong.json()["error"]) == (401, "unauthorized access")


def test_equal_persons_stay_two(company: Json) -> None:
    emails = [{"value": "a@shop.test"}]
    assert _person(company, emails=emails)["id"] != _person(company, emails=emails)["id"]
    assert len(_call(company, "GET", PERSONS).json()["data"]) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "Ann", "email": "a@shop.test"},
        {"name": "Ann", "emails": ["a@shop.test"]},
        {"name": "Ann", CITY: "Köln"},
        {"name": "Ann", "custom_fields": {"0" * 40: "x"}},
        {"name": "Ann", "custom_fields": {CITY: "x" * 256}},
        {"name": "Ann", "custom_fields": {code_of("person", "quantity"): "37"}},
        {"name": "Ann", "custom_fields": {code_of("person", "date"): "05.03.2031"}},
        {"name": "Ann", "custom_fields": {code_of("person", "amount"): 12}},
        {"name": "Ann", "custom_fields": {code_of("person", "source"): 7}},
    ],
)
def test_what_has_the_wrong_shape_is_refused(company: Json, wrong: Json) -> None:
    refused = _call(company, "POST", PERSONS, wrong)
    assert (refused.status_code, refused.json()["success"]) == (400, False)


def test_a_name_is_split_for_readers(company: Json) -> None:
    made = _person(company, "Ann Marie Zorba", custom_fields={CITY: "Köln"})
    assert (made["first_name"], made["last_name"]) == ("Ann", "Marie Zorba")
    assert made["custom_fields"] == {CITY: "Köln"}


def test_lists_go_on_with_a_cursor_and_end_with_none(company: Json) -> None:
    ids = [_person(company, f"P{number}")["id"] for number in range(3)]
    first = _call(company, "GET", f"{PERSONS}?limit=2").json()
    cursor = first["additional_data"]["next_cursor"]
    second = _call(company, "GET", f"{PERSONS}?limit=2&cursor={cursor}").json()
    assert [one["id"] for one in first["data"] + second["data"]] == ids
    assert second["additional_data"]["next_cursor"] is None
    down = _call(company, "GET", f"{PERSONS}?sort_by=add_time&sort_direction=desc").json()["data"]
    assert [one["id"] for one in down] == ids[::-1]
    assert _call(company, "GET", f"{PERSONS}?limit=501").status_code == 400


def test_a_list_tells_what_changed_since(company: Json, control: Control) -> None:
    place = {"account": company["account"], "resource": "persons"}
    old = control.plant("pipedrive", {"name": "Old"}, created=1_700_000_000, **place)["id"]
    query = f"{PERSONS}?updated_since=2025-01-01T00:00:00Z"
    assert _call(company, "GET", query).json()["data"] == []
    assert _call(company, "PATCH", f"{PERSONS}/{old}", {"name": "New"}).status_code == 200
    (found,) = _call(company, "GET", query).json()["data"]
    assert (found["name"], found["add_time"]) == ("New", "2023-11-14T22:13:20Z")


def test_the_search_trails_while_the_list_does_not(draw: Draw) -> None:
    place = hop(draw({"tool": "pipedrive_person", "lag": 0.4}), "pipedrive_person")
    _person(place, emails=[{"value": "leads+a@shop.test"}])
    query = f"{PERSONS}/search?term=leads%2Ba@shop.test&fields=email&exact_match=true"
    assert _call(place, "GET", query).json()["data"]["items"] == []
    assert len(_call(place, "GET", PERSONS).json()["data"]) == 1
    time.sleep(0.45)
    (item,) = _call(place, "GET", query).json()["data"]["items"]
    assert item["item"]["emails"] == ["leads+a@shop.test"]


def test_a_search_needs_two_letters(company: Json) -> None:
    assert _call(company, "GET", f"{PERSONS}/search?term=a").status_code == 400


def test_a_lead_needs_somebody(company: Json) -> None:
    assert _call(company, "POST", "/api/v1/leads", {"title": "Hall"}).status_code == 400
    body = {"title": "Hall", "person_id": _person(company)["id"]}
    made = _call(company, "POST", "/api/v1/leads", body)
    assert made.status_code == 201
    listed = _call(company, "GET", "/api/v1/leads").json()
    assert [one["id"] for one in listed["data"]] == [made.json()["data"]["id"]]
    assert listed["additional_data"]["pagination"]["more_items_in_collection"] is False


def test_leads_have_the_deals_fields_beside_their_own(company: Json) -> None:
    code = code_of("deal", "email")
    body = {"title": "Hall", "person_id": _person(company)["id"], code: "a@shop.test"}
    assert _call(company, "POST", "/api/v1/leads", body).json()["data"][code] == "a@shop.test"


def test_the_leads_list_passes_over_what_was_read(company: Json) -> None:
    person = _person(company)["id"]
    for number in range(3):
        body = {"title": f"L{number}", "person_id": person}
        _call(company, "POST", "/api/v1/leads", body)
    first = _call(company, "GET", "/api/v1/leads?limit=2").json()
    start = first["additional_data"]["pagination"]["next_start"]
    second = _call(company, "GET", f"/api/v1/leads?limit=2&start={start}").json()
    assert [one["title"] for one in first["data"] + second["data"]] == ["L0", "L1", "L2"]


def test_what_is_deleted_is_gone_and_not_what_hangs_on_it(company: Json) -> None:
    person = _person(company)["id"]
    body = {"title": "Hall", "value": 12.5, "person_id": person}
    deal = _call(company, "POST", "/api/v2/deals", body).json()["data"]["id"]
    assert _call(company, "DELETE", f"{PERSONS}/{person}").json()["data"] == {"id": person}
    assert _call(company, "DELETE", f"{PERSONS}/{person}").status_code == 404
    assert _call(company, "GET", f"/api/v2/deals/{deal}").json()["data"]["person_id"] == person


def test_the_fields_tell_their_keys_options_and_parts(company: Json) -> None:
    told = _call(company, "GET", "/api/v2/personFields?limit=500").json()["data"]
    by_code = {one["field_code"]: one for one in told}
    assert by_code["name"]["is_custom_field"] is False
    source = by_code[code_of("person", "source")]
    assert [option["label"] for option in source["options"]] == ["Website", "Referral", "Fair"]
    parts = by_code[code_of("person", "amount")]["subfields"]
    assert [part["field_code"] for part in parts] == ["value", "currency"]


def test_the_windows_are_told(company: Json) -> None:
    assert _call(company, "GET", PERSONS).headers["x-ratelimit-limit"] == "20"
    search = _call(company, "GET", f"{PERSONS}/search?term=ann")
    assert search.headers["x-ratelimit-limit"] == "10"


def arrived(control: Control, account: str, email: str) -> list[Json]:
    held = control.records("crm", account)
    return [one for one in held if one["fields"].get("email") == email]


def test_a_lead_travels_through_person_deal_and_lead_whole(draw: Draw, control: Control) -> None:
    chain = draw(
        "crm",
        "pipedrive_person",
        "pipedrive_deal",
        {"tool": "pipedrive_lead", "after": "pipedrive_person"},
        {"tool": "crm", "name": "copy", "after": "pipedrive_deal", "account": "copies"},
        {"tool": "crm", "name": "other", "after": "pipedrive_lead", "account": "others"},
    )
    sent = lead("whole")
    send_row(chain, sent)
    for account in ("copies", "others"):
        (row,) = wait_for(partial(arrived, control, account, sent["email"]), bool)
        kept = {**ANN, "email": sent["email"], "amount": "1234.56"}
        names = {"full_name": "name"}
        told = {key: row["fields"].get(names.get(key, key)) for key in kept}
        assert told == kept
