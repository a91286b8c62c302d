"""EspoCRM's twin does as its vendor's description says."""

from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Draw
from tests.sandbox.people import Json, hop

LEAD = {"lastName": "Murphy", "emailAddress": "Ann@b.test", "phoneNumber": "+442079460018"}


@pytest.fixture
def place(draw: Draw) -> Json:
    return hop(draw("espocrm"), "espocrm")


def call(place: Json, method: str, path: str, **kwargs: Any) -> requests.Response:
    key = {"X-Api-Key": place["credentials"]["api_key"], **kwargs.pop("headers", {})}
    url = f"{place['url']}/api/v1/{path}"
    return requests.request(method, url, headers=key, timeout=10, **kwargs)


def test_a_second_lead_like_the_first_is_a_409_unless_the_check_is_skipped(place: Json) -> None:
    assert call(place, "POST", "Lead", json=LEAD).status_code == 200
    known = call(place, "POST", "Lead", json=LEAD | {"emailAddress": "ann@B.test"})
    assert known.status_code == 409
    assert known.json()[0]["lastName"] == "Murphy"
    skip = {"X-Skip-Duplicate-Check": "true"}
    assert call(place, "POST", "Lead", json=LEAD, headers=skip).status_code == 200


def test_a_lead_needs_a_last_name_and_an_international_phone(place: Json) -> None:
    for wrong in ({"lastName": ""}, {"phoneNumber": "020 7946"}, {"status": "Odd"}):
        assert call(place, "POST", "Lead", json=LEAD | wrong).status_code == 400


def test_what_is_no_attribute_is_dropped(place: Json) -> None:
    made = call(place, "POST", "Lead", json=LEAD | {"odd": "x"}).json()
    assert "odd" not in made
    assert (made["name"], made["status"]) == ("Murphy", "New")


def test_a_filter_by_address_minds_no_letter_case_and_takes_many(place: Json) -> None:
    call(place, "POST", "Lead", json=LEAD)
    query = [("where[0][type]", "in"), ("where[0][attribute]", "emailAddress"),
             ("where[0][value][]", "ann@b.test"), ("where[0][value][]", "x@y.test")]  # fmt: skip
    assert call(place, "GET", "Lead", params=query).json()["total"] == 1
    query[2:] = [("where[0][value][]", "x@y.test")]
    assert call(place, "GET", "Lead", params=query).json()["total"] == 0


def test_pages_are_of_two_hundred_at_most_and_of_the_chosen_fields(place: Json) -> None:
    call(place, "POST", "Lead", json=LEAD)
    assert call(place, "GET", "Lead", params={"maxSize": 201}).status_code == 403
    asked = {"maxSize": 1, "select": "lastName"}
    told = call(place, "GET", "Lead", params=asked, headers={"X-No-Total": "true"}).json()
    assert told["total"] == -1
    assert told["list"][0].keys() == {"id", "lastName"}


def test_a_removed_lead_is_gone(place: Json) -> None:
    id = call(place, "POST", "Lead", json=LEAD).json()["id"]
    assert call(place, "DELETE", f"Lead/{id}").json() is True
    assert call(place, "DELETE", f"Lead/{id}").status_code == 404
    assert call(place, "GET", f"Lead/{id}").status_code == 404


def test_why_something_is_refused_stands_in_a_header(place: Json) -> None:
    refused = requests.get(f"{place['url']}/api/v1/App/user", timeout=10)
    assert (refused.status_code, refused.headers["X-Status-Reason"]) == (401, "Unauthorized")
