"""The Odoo twin against what Odoo does."""

from functools import partial
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Draw
from tests.sandbox.people import ANN, Json, hop, lead, send_row
from tests.sandbox_process import Control, wait_for

LEAD = {"name": "Hall", "email_from": "Leads+A@shop.test"}


def _json2(place: Json, model: str, method: str, **named: object) -> requests.Response:
    known = place["credentials"]
    headers = {"Authorization": f"bearer {known['api_key']}", "X-Odoo-Database": known["database"]}
    url = f"{place['url']}/json/2/{model}/{method}"
    return requests.post(url, json=named, headers=headers, timeout=10)


def _rpc(place: Json, service: str, method: str, *arguments: object) -> Json:
    asked = {"service": service, "method": method, "args": list(arguments)}
    body = {"jsonrpc": "2.0", "method": "call", "params": asked, "id": 7}
    answer = requests.post(f"{place['url']}/jsonrpc", json=body, timeout=10)
    assert answer.status_code == 200
    return dict(answer.json())


def _who(place: Json) -> tuple[str, Any, str]:
    known = place["credentials"]
    login, key = known["login"], known["api_key"]
    uid = _rpc(place, "common", "authenticate", known["database"], login, key, {})["result"]
    return known["database"], uid, key


def _lead(place: Json, **values: object) -> int:
    made = _json2(place, "crm.lead", "create", vals_list=[{**LEAD, **values}])
    assert made.status_code == 200, made.text
    (id,) = made.json()
    return int(id)


@pytest.fixture
def office(draw: Draw) -> Json:
    return hop(draw("odoo_lead"), "odoo_lead")


def test_the_version_is_told_to_everybody(office: Json) -> None:
    told = requests.get(f"{office['url']}/web/version", timeout=10).json()
    assert told["version_info"][0] == 19


def test_a_wrong_key_is_an_error_here_and_false_there(office: Json) -> None:
    url = f"{office['url']}/json/2/crm.lead/search"
    wrong = requests.post(url, json={}, headers={"Authorization": "bearer x"}, timeout=10)
    assert (wrong.status_code, wrong.json()["message"]) == (401, "Invalid apikey")
    database, uid, _key = _who(office)
    login = office["credentials"]["login"]
    assert _rpc(office, "common", "authenticate", database, login, "x", {})["result"] is False
    asked: tuple[object, ...] = (database, uid, "x", "crm.lead", "search", [[]])
    refused = _rpc(office, "object", "execute_kw", *asked)["error"]
    assert refused["data"]["name"] == "odoo.exceptions.AccessDenied"


def test_without_its_name_a_database_is_not_found(office: Json) -> None:
    headers = {"Authorization": f"bearer {office['credentials']['api_key']}"}
    url = f"{office['url']}/json/2/crm.lead/search"
    assert requests.post(url, json={}, headers=headers, timeout=10).status_code == 404


def test_equal_leads_stay_two(office: Json) -> None:
    ids = {_lead(office), _lead(office)}
    domain = [["email_normalized", "in", ["leads+a@shop.test"]]]
    assert set(_json2(office, "crm.lead", "search", domain=domain).json()) == ids
    exact = [["email_from", "in", ["leads+a@shop.test"]]]
    assert _json2(office, "crm.lead", "search", domain=exact).json() == []


@pytest.mark.parametrize(
    ("domain", "found"),
    [
        ([["email_from", "=ilike", "leads+_@shop.test"]], True),
        ([["email_from", "ilike", "SHOP"]], True),
        ([["email_from", "=like", "leads+a@shop.test"]], False),
        (["|", ["name", "=", "No"], ["name", "=", "Hall"]], True),
        (["&", ["name", "=", "Hall"], "!", ["name", "=", "Hall"]], False),
        ([["write_date", ">=", "2020-01-01 00:00:00"]], True),
        ([["write_date", "<", "2020-01-01 00:00:00"]], False),
        ([["name", "not in", ["Hall"]]], False),
    ],
)
def test_domains(office: Json, domain: list[object], found: bool) -> None:
    _lead(office)
    assert bool(_json2(office, "crm.lead", "search", domain=domain).json()) is found


@pytest.mark.parametrize(
    "wrong",
    [
        {"shoe_size": 44},
        {"date_deadline": "05.03.2031"},
        {"x_visit": "2031-03-05T10:00:00+01:00"},
        {"type": "friend"},
        {"x_quantity": "many"},
    ],
)
def test_a_value_it_does_not_know_breaks_the_call(office: Json, wrong: Json) -> None:
    broken = _json2(office, "crm.lead", "create", vals_list=[{**LEAD, **wrong}])
    assert (broken.status_code, broken.json()["name"]) == (500, "builtins.ValueError")
    database, uid, key = _who(office)
    asked = (database, uid, key, "crm.lead", "create", [[{**LEAD, **wrong}]])
    told = _rpc(office, "object", "execute_kw", *asked)["error"]
    assert (told["message"], told["data"]["name"]) == ("Odoo Server Error", "builtins.ValueError")


def test_what_is_required_is_a_refusal(office: Json) -> None:
    refused = _json2(office, "crm.lead", "create", vals_list=[{"phone": "1"}])
    assert (refused.status_code, refused.json()["name"]) == (
        422,
        "odoo.exceptions.ValidationError",
    )


@pytest.mark.parametrize("domain", [[["name", "nearly", "x"]], ["|", ["name", "=", "x"]], ["x"]])
def test_a_domain_that_is_none_breaks_the_call(office: Json, domain: list[object]) -> None:
    assert _json2(office, "crm.lead", "search", domain=domain).status_code == 500


def test_what_is_archived_is_looked_past(office: Json) -> None:
    id = _lead(office)
    assert _json2(office, "crm.lead", "write", ids=[id], vals={"active": False}).json() is True
    assert _json2(office, "crm.lead", "search", domain=[]).json() == []
    everything = {"active_test": False}
    assert _json2(office, "crm.lead", "search", domain=[], context=everything).json() == [id]
    archived = [["active", "=", False]]
    assert _json2(office, "crm.lead", "search", domain=archived).json() == [id]


def test_nothing_is_false_and_another_record_is_a_pair(office: Json) -> None:
    id = _lead(office, country_id=57, x_consent="false")
    names = ["phone", "country_id", "x_consent", "create_date", "expected_revenue"]
    (told,) = _json2(office, "crm.lead", "read", ids=[id], fields=names).json()
    assert (told["phone"], told["country_id"], told["expected_revenue"]) == (
        False,
        [57, "Germany"],
        0.0,
    )
    assert told["x_consent"] is True  # every text is
    assert "T" not in told["create_date"]


def test_a_page_of_a_search(office: Json) -> None:
    ids = [_lead(office) for _number in range(3)]
    asked: Json = {"domain": [], "order": "id", "limit": 2}
    first = _json2(office, "crm.lead", "search_read", **asked, fields=["name"]).json()
    second = _json2(office, "crm.lead", "search_read", **asked, offset=2, fields=["name"]).json()
    assert [one["id"] for one in first + second] == ids


def test_what_is_removed_is_gone_and_cannot_be_removed_again(office: Json) -> None:
    id = _lead(office)
    assert _json2(office, "crm.lead", "unlink", ids=[id]).json() is True
    gone = _json2(office, "crm.lead", "unlink", ids=[id])
    assert (gone.status_code, gone.json()["name"]) == (404, "odoo.exceptions.MissingError")
    database, uid, key = _who(office)
    asked = (database, uid, key, "crm.lead", "unlink", [[id]])
    told = _rpc(office, "object", "execute_kw", *asked)["error"]
    assert told["data"]["name"] == "odoo.exceptions.MissingError"


def test_the_older_protocol_does_the_same(office: Json) -> None:
    database, uid, key = _who(office)
    create = (database, uid, key, "crm.lead", "create", [[LEAD]])
    (id,) = _rpc(office, "object", "execute_kw", *create)["result"]
    read: tuple[object, ...] = (database, uid, key, "crm.lead", "search_read", [[]])
    assert _rpc(office, "object", "execute_kw", *read, {"fields": ["name"]}) == {
        "jsonrpc": "2.0", "id": 7, "result": [{"id": id, "name": "Hall"}],
    }  # fmt: skip
    assert _rpc(office, "common", "version")["result"]["server_version"] == "19.0"


def test_what_there_is_not_is_told(office: Json) -> None:
    assert _json2(office, "crm.deal", "search").status_code == 404
    assert _json2(office, "crm.lead", "explode").status_code == 404


def test_the_fields_tell_types_and_choices(office: Json) -> None:
    told = _json2(office, "crm.lead", "fields_get").json()
    assert told["email_from"]["type"] == "char"
    assert told["name"]["required"]
    assert [key for key, _label in told["type"]["selection"]] == ["lead", "opportunity"]


def arrived(control: Control, account: str, email: str) -> list[Json]:
    held = control.records("crm", account)
    return [one for one in held if one["fields"].get("email") == email]


def test_a_lead_travels_through_contact_and_lead_whole(draw: Draw, control: Control) -> None:
    chain = draw(
        "crm",
        "odoo_contact",
        "odoo_lead",
        {"tool": "crm", "name": "copy", "account": "odoo-copies"},
    )
    sent = lead("odoo")
    send_row(chain, sent)
    (row,) = wait_for(partial(arrived, control, "odoo-copies", sent["email"]), bool)
    kept = {**ANN, "email": sent["email"]}
    told = {key: row["fields"].get({"full_name": "name"}.get(key, key)) for key in kept}
    assert told == {**kept, "amount": "1234.56"}
