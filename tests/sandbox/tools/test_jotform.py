"""The Jotform twin against what Jotform does."""

import json
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import requests

from tests.sandbox.conftest import Draw
from tests.sandbox.people import ANN, Json, hop, lead
from tests.sandbox_process import Control

Data = dict[str, str]


def call(place: Json, method: str, path: str, data: Data | None = None, **query: str) -> Json:
    key = {"APIKEY": place["credentials"]["api_key"]}
    url = f"{place['url']}{path.replace('{form}', place['credentials']['form_id'])}"
    told: Json = requests.request(
        method, url, data=data, params=query, headers=key, timeout=10
    ).json()
    return told


def submitted(place: Json, values: Json) -> str:
    data = {
        f"submission[{']['.join(key.split('.'))}]": values[rule["from"]]
        for key, rule in place["fields"].items()
    }
    return str(call(place, "POST", "/form/{form}/submissions", data)["content"]["submissionID"])


def listed(place: Json, **query: str) -> list[Json]:
    return list(call(place, "GET", "/v1/form/{form}/submissions", None, **query)["content"])


@pytest.fixture
def form(draw: Draw) -> Json:
    return hop(draw("jotform"), "jotform")


def test_the_key_opens_its_account_by_header_or_query_and_no_other(form: Json) -> None:
    assert call(form, "GET", "/v1/user")["content"]["time_zone"] == "America/New_York"
    key = form["credentials"]["api_key"]
    assert requests.get(f"{form['url']}/user?apiKey={key}", timeout=10).status_code == 200
    wrong = requests.get(f"{form['url']}/user", headers={"APIKEY": "x"}, timeout=10)
    assert (wrong.status_code, wrong.json()["responseCode"]) == (401, 401)
    assert call(form, "GET", "/form/1/submissions")["responseCode"] == 401


def test_a_lead_handed_in_goes_on_along_the_chain(draw: Draw, control: Control) -> None:
    chain = draw("jotform", "crm")
    submitted(chain["hops"][0], ANN)
    (row,) = control.until("crm", 1, account=chain["name"])
    whole = {"name": ANN["full_name"]}
    assert row["fields"] == {key: ANN[key] for key in ANN if key != "full_name"} | whole


def test_compound_fields_are_stored_by_their_parts_in_either_notation(form: Json) -> None:
    data = {"submission[3_first]": "Zoë", "submission[3][last]": "Bo", "submission[4]": "a@b.c"}
    call(form, "POST", "/form/{form}/submissions", data)
    answers = listed(form)[0]["answers"]
    assert answers["3"]["answer"] == {"first": "Zoë", "last": "Bo"}
    assert answers["3"]["prettyFormat"] == "Zoë Bo"
    assert "answer" not in answers["5"]


def test_nothing_is_checked_and_what_the_form_lacks_is_dropped(form: Json) -> None:
    data = {"submission[4]": "no address", "submission[99]": "x", "submission[3]": "whole"}
    call(form, "POST", "/form/{form}/submissions", data)
    answers = listed(form)[0]["answers"]
    assert answers["4"]["answer"] == "no address"
    assert "99" not in answers
    assert "answer" not in answers["3"]
    empty = call(form, "POST", "/form/{form}/submissions", {"submission[99]": "x"})
    assert empty["responseCode"] == 400


def test_two_of_one_lead_are_two_the_newest_first(form: Json) -> None:
    ids = [submitted(form, ANN), submitted(form, ANN)]
    assert [one["id"] for one in listed(form)] == ids[::-1]
    assert [one["id"] for one in listed(form, limit="1", offset="1")] == ids[:1]


def test_times_are_the_accounts_own_and_filtered_as_written(form: Json) -> None:
    submitted(form, ANN)
    (one,) = listed(form)
    written = datetime.fromisoformat(one["created_at"])
    born = written.replace(tzinfo=ZoneInfo("America/New_York"))
    assert abs((datetime.now(UTC) - born).total_seconds()) < 30
    assert listed(form, filter=json.dumps({"created_at:gt": "2020-01-01 00:00:00"}))
    assert not listed(form, filter=json.dumps({"created_at:gt": one["created_at"]}))
    assert listed(form, filter=json.dumps({"status:ne": "DELETED"}))
    call(form, "POST", "/user/settings", {"time_zone": "Asia/Tokyo"})
    assert listed(form)[0]["created_at"] > one["created_at"]


def test_a_deleted_submission_is_listed_on_and_an_unknown_one_is_not_ours(form: Json) -> None:
    id = submitted(form, ANN)
    assert call(form, "DELETE", f"/submission/{id}")["responseCode"] == 200
    assert [one["status"] for one in listed(form)] == ["DELETED"]
    assert not listed(form, filter=json.dumps({"status:ne": "DELETED"}))
    assert call(form, "DELETE", f"/submission/{id}")["responseCode"] == 200
    assert call(form, "DELETE", "/submission/1")["responseCode"] == 401


def test_the_questions_tell_their_types(form: Json) -> None:
    told = call(form, "GET", "/form/{form}/questions")["content"]
    assert told["3"]["type"] == "control_fullname"
    assert told["15"]["options"].split("|")[0] == "quote"
    assert "required" not in told["1"]


def test_a_listing_trails_where_it_is_told_to(draw: Draw) -> None:
    form = hop(draw({"tool": "jotform", "lag": 0.4}), "jotform")
    id = submitted(form, lead("late"))
    assert listed(form) == []
    assert call(form, "GET", f"/submission/{id}")["content"]["id"] == id
    end = time.monotonic() + 5
    while not listed(form):
        assert time.monotonic() < end
