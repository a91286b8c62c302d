"""The Salesforce twin against what Salesforce does."""

from datetime import datetime
from functools import partial

import pytest
import requests

from tests.sandbox.conftest import Draw
from tests.sandbox.people import ANN, Json, bearer, hop, lead, send_row
from tests.sandbox_process import Control, wait_for

DATA = "/services/data/v62.0"
LEADS = f"{DATA}/sobjects/Lead"
LEAD = {"LastName": "O'Zorbadi", "Company": "Zünd", "Email": "Leads+A@shop.test"}


def _call(
    place: Json, method: str, path: str, body: Json | None = None, **headers: str
) -> requests.Response:
    known = {**bearer(place), **headers}
    return requests.request(method, place["url"] + path, json=body, headers=known, timeout=10)


def _lead(place: Json, **values: object) -> str:
    headers = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
    made = _call(place, "POST", LEADS, {**LEAD, **values}, **headers)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def _query(place: Json, text: str, **headers: str) -> requests.Response:
    return requests.get(
        f"{place['url']}{DATA}/query",
        params={"q": text},
        headers={**bearer(place), **headers},
        timeout=10,
    )


def _ids(place: Json, condition: str) -> list[str]:
    answer = _query(place, f"SELECT Id FROM Lead WHERE {condition}")  # noqa: S608 - the twin's own
    assert answer.status_code == 200, answer.text
    return [one["Id"] for one in answer.json()["records"]]


@pytest.fixture
def org(draw: Draw) -> Json:
    return hop(draw("salesforce_lead"), "salesforce_lead")


def test_a_client_gets_a_token_for_itself(org: Json) -> None:
    known = org["credentials"]
    given = requests.post(
        f"{org['url']}/services/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=(known["client_id"], known["client_secret"]),
        timeout=10,
    ).json()
    assert "expires_in" not in given
    assert "refresh_token" not in given
    assert given["instance_url"].startswith("https://")
    own = {**org, "credentials": {"access_token": given["access_token"]}}
    assert _ids(own, "Email != null") == []


def test_a_session_that_ended_is_told(org: Json) -> None:
    wrong = requests.get(f"{org['url']}{DATA}/query?q=x", timeout=10)
    assert (wrong.status_code, wrong.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")


def test_the_organisation_names_itself(org: Json) -> None:
    (told,) = _query(org, "SELECT Id, Name, IsSandbox FROM Organization").json()["records"]
    assert told["Id"].startswith("00D")
    user = _call(org, "GET", "/services/oauth2/userinfo").json()
    assert user["organization_id"] == told["Id"]


def test_a_likeness_is_refused_unless_it_is_allowed(org: Json) -> None:
    first = _lead(org)
    refused = _call(org, "POST", LEADS, LEAD)
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "DUPLICATES_DETECTED")
    assert _lead(org) != first


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"LastName": " "}, "REQUIRED_FIELD_MISSING"),
        ({"Company": None}, "REQUIRED_FIELD_MISSING"),
        ({"ShoeSize": "44"}, "INVALID_FIELD"),
        ({"FirstName": "x" * 41}, "STRING_TOO_LONG"),
        ({"Email": "Anne-Marie O'Zorbadi"}, "INVALID_EMAIL_ADDRESS"),
        ({"Amount__c": "12.5"}, "JSON_PARSER_ERROR"),
        ({"Consent__c": "true"}, "JSON_PARSER_ERROR"),
        ({"EventDate__c": "05.03.2031"}, "JSON_PARSER_ERROR"),
        ({"EventTime__c": "2031-03-05T10:00:00"}, "JSON_PARSER_ERROR"),
        ({"Name": "Ann"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
    ],
)
def test_one_wrong_field_refuses_the_whole_record(org: Json, wrong: Json, code: str) -> None:
    refused = _call(org, "POST", LEADS, {**LEAD, **wrong})
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, code)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("Email IN ('leads+a@shop.test', 'b@shop.test')", True),
        ("Email NOT IN ('leads+a@shop.test')", False),
        ("LastName = 'o\\'zorbadi'", True),
        ("LastName = 'o\\\"zorbadi'", False),
        ("LastName LIKE 'O%bad_'", True),
        ("Company = 'Nobody' OR (Company = 'zünd' AND Email != null)", True),
        ("NOT Company = 'Zünd'", False),
        ("SystemModstamp >= 2020-01-01T00:00:00Z", True),
        ("CreatedDate < 2020-01-01T00:00:00+01:00", False),
        ("IsConverted = false", True),
        ("Amount__c > 12", True),
    ],
)
def test_conditions(org: Json, condition: str, found: bool) -> None:
    id = _lead(org, Amount__c=12.5)
    assert _ids(org, condition) == ([id] if found else [])


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT Id FROM Deal", "INVALID_TYPE"),
        ("SELECT Shoe FROM Lead", "INVALID_FIELD"),
        ("SELECT Id, id FROM Lead", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE LastName = 'O'Z'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE LastName = ", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE LastName = Z", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE LastName ~ 'Z'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE LastName ( 'Z'", "MALFORMED_QUERY"),
        ("Id FROM Lead", "MALFORMED_QUERY"),
    ],
)
def test_a_query_that_is_none_is_refused(org: Json, query: str, code: str) -> None:
    refused = _query(org, query)
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, code)


def test_what_does_not_fit_into_a_batch_has_a_locator(org: Json, control: Control) -> None:
    place = {"account": org["account"], "resource": "leads"}
    for number in range(201):
        control.plant("salesforce", {"LastName": f"L{number}", "Company": "x"}, **place)
    options = {"Sforce-Query-Options": "batchSize=200"}
    first = _query(org, "SELECT Id FROM Lead ORDER BY Id DESC", **options).json()
    assert (first["totalSize"], first["done"], len(first["records"])) == (201, False, 200)
    second = _call(org, "GET", first["nextRecordsUrl"], None, **options).json()
    assert (second["done"], len(second["records"])) == (True, 1)
    assert _call(org, "GET", f"{DATA}/query/01gx-200").status_code == 400


def test_what_is_dropped_is_told_each_for_itself(org: Json) -> None:
    id = _lead(org)
    path = f"{DATA}/composite/sobjects?ids={id},00Q000000000000001,x&allOrNone=false"
    gone, never, wrong = _call(org, "DELETE", path).json()
    assert gone["success"]
    assert never["errors"][0]["statusCode"] == "ENTITY_IS_DELETED"
    assert wrong["errors"][0]["statusCode"] == "MALFORMED_ID"
    assert _call(org, "GET", f"{LEADS}/{id}").status_code == 404
    assert _call(org, "DELETE", f"{DATA}/composite/sobjects?ids=").status_code == 400


def test_a_record_is_read_changed_and_dropped_by_its_id(org: Json) -> None:
    id = _lead(org)
    assert _call(org, "PATCH", f"{LEADS}/{id}", {"FirstName": "Ann"}).status_code == 204
    told = _call(org, "GET", f"{LEADS}/{id}").json()
    assert (told["Name"], told["Consent__c"], told["Phone"]) == ("Ann O'Zorbadi", False, None)
    assert _call(org, "PATCH", f"{LEADS}/{id}", {"LastName": ""}).status_code == 400
    assert _call(org, "DELETE", f"{LEADS}/{id}").status_code == 204
    assert _call(org, "DELETE", f"{LEADS}/{id}").status_code == 404
    assert _call(org, "GET", f"{DATA}/sobjects/Deal/{id}").status_code == 404


def test_each_call_says_how_many_the_day_has_seen(org: Json) -> None:
    for used in (1, 2):
        answer = _query(org, "SELECT Id FROM Lead")
        assert answer.headers["Sforce-Limit-Info"] == f"api-usage={used}/15000"


def test_the_fields_tell_lengths_and_what_is_required(org: Json) -> None:
    told = _call(org, "GET", f"{LEADS}/describe").json()
    by_name = {one["name"]: one for one in told["fields"]}
    assert by_name["LastName"]["nillable"] is False
    assert (by_name["Email"]["type"], by_name["Email"]["length"]) == ("email", 80)
    assert by_name["LeadSource"]["picklistValues"][0]["value"] == "Web"


def arrived(control: Control, account: str, email: str) -> list[Json]:
    held = control.records("crm", account)
    return [one for one in held if one["fields"].get("email") == email]


def test_a_lead_travels_through_lead_and_contact_whole(draw: Draw, control: Control) -> None:
    chain = draw(
        "crm",
        "salesforce_lead",
        "salesforce_contact",
        {"tool": "crm", "name": "copy", "account": "salesforce-copies"},
    )
    sent = lead("salesforce")
    send_row(chain, sent)
    (row,) = wait_for(partial(arrived, control, "salesforce-copies", sent["email"]), bool)
    told = {key: row["fields"].get({"full_name": "name"}.get(key, key)) for key in ANN}
    moment = datetime.fromisoformat(told.pop("datetime"))
    kept = {**ANN, "email": sent["email"], "amount": "1234.56"}
    assert moment == datetime.fromisoformat(kept.pop("datetime"))
    assert told == kept
