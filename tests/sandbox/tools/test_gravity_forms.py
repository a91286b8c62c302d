"""The Gravity Forms twin against what the plugin does."""

import base64
import hashlib
import hmac
import json
import time
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
import requests

from tests.sandbox.conftest import Draw
from tests.sandbox.people import ANN, Json, hop
from tests.sandbox_process import Control

API = "/wp-json/gf/v2"


def call(place: Json, method: str, path: str, body: Json | None = None, **query: str) -> Json:
    response = asked(place, method, path, body, **query)
    told: Json = response.json()
    return told


def asked(
    place: Json, method: str, path: str, body: Json | None = None, **query: str
) -> requests.Response:
    told = place["credentials"]
    url = f"{place['url']}{API}{path.replace('{form}', told['form_id'])}"
    key = (told["consumer_key"], told["consumer_secret"])
    return requests.request(method, url, json=body, params=query, auth=key, timeout=10)


def inputs(place: Json) -> Json:
    """Answer Ann as the form's page would send her."""
    record = {key: ANN[rule["from"]] for key, rule in place["fields"].items()}
    record |= {"8": "03/05/2031", "10": "1234.56"}
    return {f"input_{key.replace('.', '_')}": value for key, value in record.items()}


def submitted(place: Json, **changes: str) -> str:
    said = call(place, "POST", "/forms/{form}/submissions", {**inputs(place), **changes})
    return str(said["entry_id"])


def listed(place: Json, **query: str) -> list[Json]:
    return list(call(place, "GET", "/forms/{form}/entries", None, **query)["entries"])


def signed(place: Json, path: str, **changes: str) -> requests.Response:
    """Call with OAuth 1.0a, signed here by RFC 5849; `changes` alter what is signed."""
    told = place["credentials"]
    url = f"{place['url']}{API}{path.replace('{form}', told['form_id'])}"
    pairs = dict(parse_qsl(urlsplit(url).query)) | {
        "oauth_consumer_key": told["consumer_key"], "oauth_nonce": str(time.time_ns()),
        "oauth_signature_method": "HMAC-SHA256", "oauth_timestamp": str(int(time.time())),
        **changes,
    }  # fmt: skip
    escaped = sorted(
        (quote(name, safe="~"), quote(value, safe="~")) for name, value in pairs.items()
    )
    joined = quote("&".join(f"{name}={value}" for name, value in escaped), safe="~")
    base = f"GET&{quote(url.partition('?')[0], safe='~')}&{joined}"
    secret = f"{told['consumer_secret']}&".encode()
    pairs["oauth_signature"] = base64.b64encode(
        hmac.digest(secret, base.encode(), hashlib.sha256)
    ).decode()
    return requests.get(url.partition("?")[0], params=pairs, timeout=10)


@pytest.fixture
def form(draw: Draw) -> Json:
    return hop(draw("gravity_forms"), "gravity_forms")


def test_a_key_opens_its_site_and_a_wrong_secret_none(form: Json) -> None:
    assert asked(form, "GET", "/forms/{form}").status_code == 200
    wrong = {**form, "credentials": {**form["credentials"], "consumer_secret": "x"}}
    told = asked(wrong, "GET", "/forms/{form}")
    assert (told.status_code, told.json()["code"]) == (401, "rest_forbidden")
    assert asked(form, "GET", "/forms/1").status_code == 404


def test_a_signed_call_opens_it_once(form: Json) -> None:
    path = "/forms/{form}/entries?paging[page_size]=2&search=%7B%22status%22%3A%22active%22%7D"
    assert signed(form, path).status_code == 200
    assert signed(form, path, oauth_nonce="again").status_code == 200
    assert signed(form, path, oauth_nonce="again").status_code == 401
    assert signed(form, path, oauth_timestamp="1000000000").status_code == 401
    assert signed(form, path, oauth_signature_method="PLAINTEXT").status_code == 401
    wrong = {**form, "credentials": {**form["credentials"], "consumer_secret": "x"}}
    assert signed(wrong, path).status_code == 401


def test_a_visitor_needs_no_key_to_send_the_form_in(form: Json) -> None:
    url = f"{form['url']}{API}/forms/{form['credentials']['form_id']}"
    assert requests.post(f"{url}/submissions", json=inputs(form), timeout=10).json()["is_valid"]
    assert requests.post(f"{url}/submissions", data=inputs(form), timeout=10).json()["is_valid"]
    assert requests.get(f"{url}/entries", timeout=10).status_code == 401
    assert len(listed(form)) == 2


def test_a_submission_starts_what_an_entry_does_not(draw: Draw, control: Control) -> None:
    chain = draw("gravity_forms", "crm")
    place = chain["hops"][0]
    made = asked(place, "POST", "/forms/{form}/entries", {"2": "straight@shop.test"})
    assert made.status_code == 201
    submitted(place)
    (row,) = control.until("crm", 1, account=chain["name"])
    whole = {"name": ANN["full_name"], "amount": "1234.56"}
    assert row["fields"] == {key: ANN[key] for key in ANN if key != "full_name"} | whole
    assert len(listed(place)) == 2


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [
        ("input_1_6", "", "1"), ("input_2", "", "2"), ("input_2", "Ann", "2"),
        ("input_8", "31/12/2031", "8"), ("input_8", "2031-03-05", "8"),
        ("input_10", "12 EUR", "10"), ("input_12", "zorba", "12"),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_are_refused_by_field(
    form: Json, key: str, value: str, field: str
) -> None:
    for path in ("submissions", "submissions/validation"):
        said = asked(form, "POST", f"/forms/{{form}}/{path}", {**inputs(form), key: value})
        assert said.status_code == 400
        assert said.json()["is_valid"] is False
        assert [*said.json()["validation_messages"]] == [field]
    assert listed(form) == []


def test_validating_stores_nothing(form: Json) -> None:
    assert call(form, "POST", "/forms/{form}/submissions/validation", inputs(form))["is_valid"]
    assert listed(form) == []


def test_two_of_one_lead_are_two_the_newest_first(form: Json) -> None:
    ids = [submitted(form) for _ in range(12)]
    assert [one["id"] for one in listed(form)] == ids[:1:-1]
    rest = {"paging[page_size]": "10", "paging[current_page]": "2"}
    assert [one["id"] for one in listed(form, **rest)] == [ids[1], ids[0]]
    oldest = {"sorting[direction]": "ASC", "paging[page_size]": "1", "paging[offset]": "1"}
    assert [one["id"] for one in listed(form, **oldest)] == [ids[1]]


def test_a_search_is_decoded_twice_so_that_a_plus_sign_is_lost(form: Json) -> None:
    id = submitted(form)
    wanted = json.dumps({"field_filters": [{"key": "2", "value": ANN["email"]}]})
    assert listed(form, search=wanted) == []
    assert [one["id"] for one in listed(form, search=quote(wanted))] == [id]
    part = json.dumps({"field_filters": [{"key": "2", "value": "zorba", "operator": "contains"}]})
    assert [one["id"] for one in listed(form, search=part)] == [id]
    assert [one["id"] for one in listed(form, search="no json")] == [id]


def test_the_bounds_of_a_search_are_in_the_sites_own_zone(form: Json) -> None:
    submitted(form)
    (one,) = listed(form)
    # Berlin is ahead of UTC: a moment of UTC read as one of Berlin lies an hour or two back.
    assert listed(form, search=json.dumps({"start_date": one["date_created"]}))
    assert not listed(form, search=json.dumps({"end_date": one["date_created"]}))
    assert not listed(form, search=json.dumps({"start_date": "2099-01-01"}))


def test_an_entry_goes_to_the_trash_once_and_for_good_by_force(form: Json) -> None:
    id = submitted(form)
    assert asked(form, "DELETE", f"/entries/{id}").json()["status"] == "trash"
    assert listed(form) == []
    assert [one["id"] for one in listed(form, search='{"status":"trash"}')] == [id]
    assert asked(form, "DELETE", f"/entries/{id}").status_code == 410
    assert asked(form, "GET", f"/entries/{id}").status_code == 200
    assert asked(form, "DELETE", f"/entries/{id}", force="1").status_code == 200
    assert asked(form, "GET", f"/entries/{id}").status_code == 404
    assert asked(form, "DELETE", f"/entries/{id}").status_code == 500


def test_the_form_shows_its_fields_and_their_inputs(form: Json) -> None:
    told = call(form, "GET", "/forms/{form}")
    name = told["fields"][0]
    assert (name["type"], name["isRequired"]) == ("name", True)
    assert [part["id"] for part in name["inputs"] if not part.get("isHidden")] == ["1.3", "1.6"]
    assert told["fields"][2]["inputs"] is None
    assert [*call(form, "GET", "/forms")] == [form["credentials"]["form_id"]]
