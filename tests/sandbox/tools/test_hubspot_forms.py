"""The twin of HubSpot's forms against what HubSpot does."""

import time

import pytest
import requests

from tests.sandbox.conftest import Draw
from tests.sandbox.people import ANN, Json, bearer, hop, lead
from tests.sandbox_process import Control


def fill_in(place: Json, values: Json, **query: str) -> requests.Response:
    told = place["credentials"]
    path = f"/submissions/v3/integration/submit/{told['portal_id']}/{told['form_id']}"
    fields = [
        {"objectTypeId": "0-1", "name": key, "value": values[rule["from"]]}
        for key, rule in place["fields"].items()
    ]
    body = {"fields": [one for one in fields if one["value"] is not None]}
    return requests.post(place["url"] + path, json=body, params=query, timeout=10)


def read(place: Json, path: str, **query: str) -> requests.Response:
    url = place["url"] + path.replace("{form}", place["credentials"]["form_id"])
    return requests.get(url, params=query, headers=bearer(place), timeout=10)


def listed(place: Json, **query: str) -> Json:
    told: Json = read(place, "/form-integrations/v1/submissions/forms/{form}", **query).json()
    return told


@pytest.fixture
def form(draw: Draw) -> Json:
    return hop(draw("hubspot_forms"), "hubspot_forms")


def ann(name: str, **changes: str) -> Json:
    return lead(name, amount="1234.56", **changes)


def test_a_visitor_needs_no_key_and_a_reader_does(form: Json) -> None:
    assert fill_in(form, ann("a")).json() == {
        "inlineMessage": "<p>Thanks for submitting the form.</p>"
    }
    path = f"/form-integrations/v1/submissions/forms/{form['credentials']['form_id']}"
    shut = requests.get(form["url"] + path, timeout=10)
    assert (shut.status_code, shut.json()["category"]) == (401, "INVALID_AUTHENTICATION")
    portal = read(form, "/account-info/v3/details").json()["portalId"]
    assert str(portal) == form["credentials"]["portal_id"]


def test_a_lead_filled_in_goes_on_along_the_chain(draw: Draw, control: Control) -> None:
    chain = draw("hubspot_forms", "crm")
    fill_in(chain["hops"][0], ann("chain"))
    (row,) = control.until("crm", 1, account=chain["name"])
    whole = {**ann("chain"), "name": ANN["full_name"]}
    assert row["fields"] == {key: whole[key] for key in whole if key != "full_name"}


def test_one_address_is_one_contact_and_every_submission_counts(
    form: Json, control: Control
) -> None:
    fill_in(form, ann("twice"))
    fill_in(form, ann("twice", city="Bonn"))
    account = form["account"]
    (contact,) = control.records("hubspot_forms", account, "contacts")
    assert contact["fields"]["city"] == "Bonn"
    assert len(control.records("hubspot_forms", account, "submissions")) == 2


def test_the_listing_is_newest_first_and_turns_its_pages(form: Json) -> None:
    for number in range(3):
        fill_in(form, ann(f"n{number}"))
    first = listed(form, limit="2")
    rest = listed(form, limit="2", after=first["paging"]["next"]["after"])
    emails = [
        value["value"]
        for one in first["results"] + rest["results"]
        for value in one["values"]
        if value["name"] == "email"
    ]
    assert emails == [f"leads+n{number}@shop.test" for number in (2, 1, 0)]
    assert "paging" not in rest
    times = [one["submittedAt"] for one in first["results"]]
    assert times == sorted(times, reverse=True)
    assert listed(form, limit="51")["category"] == "VALIDATION_ERROR"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"email": "Ann"}, "INVALID_EMAIL"),
        ({"email": ""}, "REQUIRED_FIELD"),
        ({"amount": "12 EUR"}, "INVALID_NUMBER"),
    ],
)
def test_what_does_not_fit_the_form_is_refused(form: Json, changes: Json, kind: str) -> None:
    said = fill_in(form, ann("bad") | changes)
    assert said.status_code == 400
    assert [one["errorType"] for one in said.json()["errors"]] == [kind]
    assert listed(form)["results"] == []


def test_a_field_the_form_does_not_have_refuses_the_submission(form: Json) -> None:
    more = {**form, "fields": {**form["fields"], "shoe_size": {"from": "city"}}}
    (wrong,) = fill_in(more, ann("more")).json()["errors"]
    assert wrong["errorType"] == "FIELD_NOT_IN_FORM_DEFINITION"


def test_a_form_of_another_portal_is_not_found(form: Json) -> None:
    other = {**form, "credentials": {**form["credentials"], "portal_id": "1"}}
    assert fill_in(other, ann("other")).status_code == 404
    assert read(form, "/marketing/v3/forms/1").status_code == 404


def test_the_form_shows_its_fields_in_groups(form: Json) -> None:
    groups = read(form, "/marketing/v3/forms/{form}").json()["fieldGroups"]
    assert [len(group["fields"]) for group in groups] == [3] * 6
    assert groups[0]["fields"][0]["name"] == "email"


def test_a_listing_trails_where_it_is_told_to(draw: Draw) -> None:
    form = hop(draw({"tool": "hubspot_forms", "lag": 0.4}), "hubspot_forms")
    fill_in(form, ann("late"))
    assert listed(form)["results"] == []
    end = time.monotonic() + 5
    while not listed(form)["results"]:
        assert time.monotonic() < end
