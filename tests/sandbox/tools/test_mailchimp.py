"""The Mailchimp twin against what Mailchimp does."""

import hashlib
from typing import Any

import requests

from tests.sandbox.conftest import Draw
from tests.sandbox.people import Json, hop


def _call(place: Json, method: str, path: str, **kwargs: Any) -> requests.Response:
    keys = place["credentials"]
    path = path.replace("LIST", f"/3.0/lists/{keys['list_id']}")
    return requests.request(
        method, place["url"] + path, auth=("any", keys["api_key"]), timeout=10, **kwargs
    )


def _hash(email: str) -> str:
    return hashlib.md5(email.lower().encode(), usedforsecurity=False).hexdigest()


def _put(place: Json, email: str, **merge: str) -> requests.Response:
    body = {"email_address": email, "status_if_new": "subscribed", "merge_fields": merge}
    return _call(place, "PUT", f"LIST/members/{_hash(email)}", json=body)


def test_the_key_proves_itself(draw: Draw) -> None:
    place = hop(draw("mailchimp"), "mailchimp")
    assert _call(place, "GET", "/3.0/ping").json() == {"health_status": "Everything's Chimpy!"}
    assert _call(place, "GET", "/3.0/").json()["account_id"]
    wrong = requests.get(f"{place['url']}/3.0/ping", auth=("any", "no-us1"), timeout=10)
    assert wrong.status_code == 401
    assert wrong.headers["Content-Type"].startswith("application/problem+json")
    assert wrong.json()["title"] == "API Key Invalid"


def test_one_address_is_one_member_whatever_its_letter_case(draw: Draw) -> None:
    place = hop(draw("mailchimp"), "mailchimp")
    _put(place, "Leads+A@shop.test", FNAME="Ann")
    member = _put(place, "leads+a@shop.test", LNAME="Zorbadi").json()
    assert (member["merge_fields"]["FNAME"], member["merge_fields"]["LNAME"]) == ("Ann", "Zorbadi")
    assert member["id"] == _hash("leads+a@shop.test")
    assert _call(place, "GET", "LIST/members").json()["total_items"] == 1


def test_adding_a_member_who_exists_is_refused(draw: Draw) -> None:
    place = hop(draw("mailchimp"), "mailchimp")
    body = {"email_address": "leads+b@shop.test", "status": "subscribed"}
    assert _call(place, "POST", "LIST/members", json=body).status_code == 200
    again = _call(place, "POST", "LIST/members", json=body)
    assert (again.status_code, again.json()["title"]) == (400, "Member Exists")


def test_a_name_is_no_address(draw: Draw) -> None:
    place = hop(draw("mailchimp"), "mailchimp")
    for email in ("Anne-Marie O'Zorbadi", "ann@example.com", ""):
        refused = _put(place, email)
        assert (refused.status_code, refused.json()["title"]) == (400, "Invalid Resource")


def test_fields_of_a_type_take_only_that(draw: Draw) -> None:
    place = hop(draw("mailchimp"), "mailchimp")
    assert _put(place, "a@shop.test", DATE="03/05/2031").json()["merge_fields"]["DATE"] == (
        "2031-03-05"
    )
    for merge in ({"DATE": "31.12.2031"}, {"QUANTITY": "many"}, {"FNAME": "x" * 256}):
        refused = _put(place, "b@shop.test", **merge)
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["field"] in merge


def test_unknown_merge_tags_are_passed_over_in_silence(draw: Draw) -> None:
    place = hop(draw("mailchimp"), "mailchimp")
    assert "SHOE" not in _put(place, "a@shop.test", SHOE="44").json()["merge_fields"]


def test_a_new_member_needs_a_status(draw: Draw) -> None:
    place = hop(draw("mailchimp"), "mailchimp")
    path = f"LIST/members/{_hash('a@shop.test')}"
    assert _call(place, "PUT", path, json={"email_address": "a@shop.test"}).status_code == 400


def test_an_archived_member_leaves_the_listing_but_not_the_audience(draw: Draw) -> None:
    place = hop(draw("mailchimp"), "mailchimp")
    _put(place, "a@shop.test")
    path = f"LIST/members/{_hash('a@shop.test')}"
    assert _call(place, "DELETE", path).status_code == 204
    assert _call(place, "DELETE", path).status_code == 405
    assert _call(place, "GET", path).json()["status"] == "archived"
    assert _call(place, "GET", "LIST/members").json()["members"] == []
    assert _call(place, "GET", "LIST/members?status=archived").json()["total_items"] == 1
    assert _put(place, "a@shop.test").json()["status"] == "subscribed"


def test_a_listing_has_pages_and_a_beginning(draw: Draw) -> None:
    place = hop(draw("mailchimp"), "mailchimp")
    for number in range(5):
        _put(place, f"a{number}@shop.test")
    asked = "LIST/members?count=2&offset={}&sort_field=last_changed&sort_dir=ASC"
    pages = [_call(place, "GET", asked.format(skip)).json()["members"] for skip in (0, 2, 4)]
    found = [member["email_address"] for page in pages for member in page]
    assert found == [f"a{number}@shop.test" for number in range(5)]
    later = "LIST/members?since_last_changed=2099-01-01T00:00:00%2B00:00"
    assert _call(place, "GET", later).json()["members"] == []


def test_only_the_fields_asked_for_are_told(draw: Draw) -> None:
    place = hop(draw("mailchimp"), "mailchimp")
    _put(place, "a@shop.test")
    member = _call(place, "GET", f"LIST/members/{_hash('a@shop.test')}?fields=id,status").json()
    assert set(member) == {"id", "status"}
    listed = _call(place, "GET", "LIST/members?fields=members.id,members.merge_fields.FNAME")
    assert set(listed.json()["members"][0]) == {"id", "merge_fields"}


def test_another_accounts_audience_is_not_there(draw: Draw) -> None:
    mine, theirs = (hop(draw("mailchimp"), "mailchimp") for _ in range(2))
    path = f"/3.0/lists/{theirs['credentials']['list_id']}/members"
    assert _call(mine, "GET", path).status_code == 404


def test_the_merge_fields_are_described(draw: Draw) -> None:
    place = hop(draw("mailchimp"), "mailchimp")
    told = _call(place, "GET", "LIST/merge-fields?count=1000").json()["merge_fields"]
    assert {"FNAME": "text", "DATE": "date"}.items() <= {f["tag"]: f["type"] for f in told}.items()
