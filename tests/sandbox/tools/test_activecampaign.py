"""The ActiveCampaign twin against what ActiveCampaign does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from tests.sandbox.conftest import Draw
from tests.sandbox.people import ANN, Json, hop, send_form
from tests.sandbox_process import Control

ADDRESS = "leads+a@shop.test"


def _call(place: Json, method: str, path: str, **kwargs: Any) -> requests.Response:
    headers = {"Api-Token": place["credentials"]["api_key"]}
    return requests.request(
        method, f"{place['url']}/api/3{path}", headers=headers, timeout=10, **kwargs
    )


def _sync(place: Json, email: str = ADDRESS, **contact: object) -> requests.Response:
    return _call(place, "POST", "/contact/sync", json={"contact": {"email": email, **contact}})


def _values(**values: object) -> list[Json]:
    return [{"field": key.removeprefix("f"), "value": value} for key, value in values.items()]


def _listed(place: Json, query: str) -> list[str]:
    told = _call(place, "GET", f"/contacts?{query}").json()
    return [contact["email"] for contact in told["contacts"]]


def test_the_key_proves_itself_and_the_links_name_the_account(draw: Draw) -> None:
    one, other = (hop(draw("activecampaign"), "activecampaign") for _ in range(2))
    links = {
        _call(place, "GET", "/users/me").json()["user"]["links"]["lists"] for place in (one, other)
    }
    assert len(links) == 2
    wrong = requests.get(f"{one['url']}/api/3/users/me", headers={"Api-Token": "no"}, timeout=10)
    assert wrong.status_code == 403
    assert wrong.headers["RateLimit-Limit"] == "5"


def test_a_contact_is_made_once_and_changed_ever_after(draw: Draw) -> None:
    place = hop(draw("activecampaign"), "activecampaign")
    made = _sync(place, firstName="Ann", phone="1")
    again = _sync(place, ADDRESS.upper(), lastName="Zorbadi")
    assert (made.status_code, again.status_code) == (201, 200)
    contact = again.json()["contact"]
    assert contact["id"] == made.json()["contact"]["id"]
    assert isinstance(contact["id"], str)
    assert (contact["firstName"], contact["lastName"]) == ("Ann", "Zorbadi")
    assert _call(place, "GET", "/contacts").json()["meta"]["total"] == "1"


def test_a_known_address_cannot_be_created_again(draw: Draw) -> None:
    place = hop(draw("activecampaign"), "activecampaign")
    body = {"contact": {"email": ADDRESS}}
    assert _call(place, "POST", "/contacts", json=body).status_code == 201
    again = _call(place, "POST", "/contacts", json=body)
    assert (again.status_code, again.json()["errors"][0]["code"]) == (422, "duplicate")


def test_a_name_is_no_address(draw: Draw) -> None:
    refused = _sync(hop(draw("activecampaign"), "activecampaign"), "Anne-Marie O'Zorbadi")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["source"] == {"pointer": "/data/attributes/email"}


def test_custom_values_stand_beside_the_contact_and_only_if_asked_for(draw: Draw) -> None:
    place = hop(draw("activecampaign"), "activecampaign")
    values = _values(f2="Zünd", f7="2031-12-31", f13=True, f15="Trade", f16="||Garden||")
    id = _sync(place, fieldValues=values).json()["contact"]["id"]
    listed = _call(place, "GET", "/contacts?include=fieldValues").json()
    held = {one["field"]: one["value"] for one in listed["fieldValues"] if one["contact"] == id}
    assert held == {
        "2": "Zünd", "7": "2031-12-31", "13": "true", "15": "Trade", "16": "||Garden||",
    }  # fmt: skip
    assert "fieldValues" not in _call(place, "GET", "/contacts").json()
    assert len(_call(place, "GET", f"/contacts/{id}").json()["fieldValues"]) == 5


def test_values_that_a_field_cannot_hold_are_left_out(draw: Draw) -> None:
    place = hop(draw("activecampaign"), "activecampaign")
    odd = _values(f7="31.12.2031", f15="Nobody", f16="Garden", f99="x")
    assert _sync(place, fieldValues=odd).json()["fieldValues"] == []


def test_a_contact_joins_a_list_in_a_call_of_its_own(draw: Draw) -> None:
    place = hop(draw("activecampaign"), "activecampaign")
    id = _sync(place).json()["contact"]["id"]
    assert _listed(place, "listid=1") == []
    member = {"contactList": {"list": "1", "contact": id, "status": 1}}
    assert _call(place, "POST", "/contactLists", json=member).status_code == 201
    assert _listed(place, "listid=1") == [ADDRESS]
    (held,) = _call(place, "GET", f"/contacts/{id}/contactLists").json()["contactLists"]
    assert (held["list"], held["status"]) == ("1", "1")


def test_a_list_or_a_contact_that_is_not_there_is_named(draw: Draw) -> None:
    place = hop(draw("activecampaign"), "activecampaign")
    id = _sync(place).json()["contact"]["id"]
    for member, name in (
        ({"list": "99", "contact": id}, "List"),
        ({"list": "1", "contact": "9"}, "Contact"),
    ):
        refused = _call(place, "POST", "/contactLists", json={"contactList": member})
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["title"] == f"The related {name} does not exist."


def test_a_listing_has_filters_pages_and_an_order(draw: Draw, control: Control) -> None:
    place = hop(draw("activecampaign"), "activecampaign")
    ids = [_sync(place, f"a{number}@shop.test").json()["contact"]["id"] for number in range(5)]
    control.plant("activecampaign", {"email": ADDRESS}, account=place["account"], created=10**9)
    assert _listed(place, "email=A3%40shop.test") == ["a3@shop.test"]
    after = f"filters[updated_after]=2020-01-01T00:00:00%2B00:00&orders[id]=ASC&id_greater={ids[1]}"
    assert _listed(place, f"{after}&limit=2") == ["a2@shop.test", "a3@shop.test"]
    assert _listed(place, f"{after}&limit=2&offset=2") == ["a4@shop.test"]
    assert _listed(place, "filters[created_after]=2099-01-01") == []
    _call(place, "POST", "/contact/sync", json={"contact": {"email": ADDRESS}})
    assert ADDRESS in _listed(place, "filters[updated_after]=2020-01-01")
    assert ADDRESS not in _listed(place, "filters[created_after]=2020-01-01")


def test_a_filter_without_a_zone_is_read_in_the_accounts_own(draw: Draw) -> None:
    place = hop(draw("activecampaign"), "activecampaign")
    _sync(place)
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    zoned = hour_ago.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert _listed(place, f"filters[updated_after]={zoned}") == [ADDRESS]
    assert _listed(place, f"filters[updated_after]={zoned[:-1]}") == []


def test_dates_are_told_in_the_accounts_own_zone(draw: Draw) -> None:
    made = _sync(hop(draw("activecampaign"), "activecampaign")).json()["contact"]["cdate"]
    assert made.endswith("-05:00")
    assert abs((datetime.now(UTC) - datetime.fromisoformat(made)).total_seconds()) < 5


def test_a_deleted_contact_is_gone_for_good(draw: Draw) -> None:
    place = hop(draw("activecampaign"), "activecampaign")
    id = _sync(place).json()["contact"]["id"]
    assert _call(place, "DELETE", f"/contacts/{id}").status_code == 200
    again = _call(place, "DELETE", f"/contacts/{id}")
    assert again.status_code == 404
    assert id in again.json()["message"]
    assert _sync(place).json()["contact"]["id"] != id


def test_the_fields_and_their_options_are_listed_in_pages(draw: Draw) -> None:
    place = hop(draw("activecampaign"), "activecampaign")
    first = _call(place, "GET", "/fields?limit=10").json()
    rest = _call(place, "GET", "/fields?limit=10&offset=10").json()
    assert [len(page["fields"]) for page in (first, rest)] == [10, 6]
    assert first["meta"] == {"total": "16"}
    assert {(one["field"], one["value"]) for one in rest["fieldOptions"]} == {
        ("15", "Retail"), ("15", "Trade"), ("16", "Garden"), ("16", "Kitchen"),
    }  # fmt: skip


def test_a_lead_passes_through_to_the_next_tool_field_by_field(
    draw: Draw, control: Control
) -> None:
    chain = draw("website", "activecampaign", "crm")
    values = {**ANN, "email": "leads+through@shop.test"}
    send_form(chain, values)
    (row,) = control.until("crm", 1, account=chain["name"])
    assert {key: str(held).replace("\r\n", "\n") for key, held in row["fields"].items()} == {
        ("name" if key == "full_name" else key): held for key, held in values.items()
    }
    (contact,) = control.records("activecampaign", account=chain["name"])
    listed = _listed(hop(chain, "activecampaign"), "listid=1")
    assert listed == [contact["email"]]
