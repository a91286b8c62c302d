"""The plain CRM stores what it is given."""

from typing import Any

import requests

from tests.sandbox.conftest import Draw
from tests.sandbox.people import Json, bearer, hop


def _call(place: Json, method: str, path: str, **kwargs: Any) -> requests.Response:
    headers = bearer(place)
    return requests.request(method, place["url"] + path, headers=headers, timeout=10, **kwargs)


def test_it_stores_whatever_it_is_given(draw: Draw) -> None:
    place = hop(draw("crm"), "crm")
    row = {"name": "leads@shop.test", "email": "Ann", "odd column": None}
    made = _call(place, "POST", "/api/records", json=row)
    assert made.status_code == 201
    read = _call(place, "GET", f"/api/records/{made.json()['id']}").json()
    assert {key: read[key] for key in row} == row


def test_equal_records_stay_two(draw: Draw) -> None:
    place = hop(draw("crm"), "crm")
    ids = {_call(place, "POST", "/api/records", json={"email": "a@b.test"}).json()["id"]}
    ids |= {_call(place, "POST", "/api/records", json={"email": "a@b.test"}).json()["id"]}
    found = _call(place, "GET", "/api/records", params={"q": "a@b.test"}).json()
    assert {row["id"] for row in found["data"]} == ids
    assert len(ids) == 2


def test_a_search_finds_any_column_and_many_words(draw: Draw) -> None:
    place = hop(draw("crm"), "crm")
    for name in ("Zorbadi", "Kinarati", "Murphy"):
        _call(place, "POST", "/api/records", json={"note": f"about {name}"})
    found = _call(place, "GET", "/api/records", params=[("q", "zorbadi"), ("q", "murphy")]).json()
    assert [row["note"] for row in found["data"]] == ["about Murphy", "about Zorbadi"]


def test_a_list_goes_on_page_by_page_with_all_its_filters(draw: Draw) -> None:
    place = hop(draw("crm"), "crm")
    for number in range(7):
        _call(place, "POST", "/api/records", json={"n": number, "tag": "x y+z"})
    path, seen = "/api/records?per_page=3&q=x+y%2Bz", []
    while path:
        page = _call(place, "GET", path).json()
        seen += [row["n"] for row in page["data"]]
        path = page["next"]
    assert seen == [6, 5, 4, 3, 2, 1, 0]


def test_since_leaves_out_what_is_older(draw: Draw) -> None:
    place = hop(draw("crm"), "crm")
    _call(place, "POST", "/api/records", json={"n": 1})
    second = _call(place, "POST", "/api/records", json={"n": 2}).json()
    found = _call(place, "GET", "/api/records", params={"since": second["created_at"]}).json()
    assert found["data"][0]["n"] == 2
    later = _call(place, "GET", "/api/records", params={"since": "2099-01-01T00:00:00Z"}).json()
    assert later["data"] == []


def test_a_removed_record_is_gone(draw: Draw) -> None:
    place = hop(draw("crm"), "crm")
    path = f"/api/records/{_call(place, 'POST', '/api/records', json={}).json()['id']}"
    assert _call(place, "DELETE", path).status_code == 204
    assert _call(place, "DELETE", path).status_code == 404
    assert _call(place, "GET", path).status_code == 404


def test_a_token_opens_its_own_account_only(draw: Draw) -> None:
    mine, theirs = hop(draw("crm"), "crm"), hop(draw("crm"), "crm")
    _call(mine, "POST", "/api/records", json={"email": "a@b.test"})
    assert _call(theirs, "GET", "/api/records").json()["total"] == 0
    assert requests.get(f"{mine['url']}/api/records", timeout=10).status_code == 401
    key = {"X-Api-Key": mine["credentials"]["token"]}
    assert requests.get(f"{mine['url']}/api/me", headers=key, timeout=10).status_code == 200


def test_every_answer_tells_the_time(draw: Draw) -> None:
    assert _call(hop(draw("crm"), "crm"), "GET", "/api/me").headers["Date"].endswith("GMT")
