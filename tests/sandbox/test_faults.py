"""Faults at the tools, over real sockets."""

import time
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Draw
from tests.sandbox.people import ANN, Json, bearer, hop, lead, send_form, session
from tests.sandbox_process import Control


def _crm(place: Json, method: str = "GET", *, timeout: float = 10, **kwargs: Any) -> Any:
    url = f"{place['url']}/api/records"
    with session() as caller:
        return caller.request(method, url, headers=bearer(place), timeout=timeout, **kwargs)


@pytest.fixture
def place(draw: Draw) -> Json:
    return hop(draw("crm"), "crm")


def test_each_status_comes_in_the_tools_own_words(place: Json, control: Control) -> None:
    for status in ("400", "401", "403", "404", "429", "500", "503"):
        with control.broken("tool:crm", status, account=place["account"]):
            answer = _crm(place)
        assert answer.status_code == int(status)
        assert answer.json()["error"]
    assert _crm(place).status_code == 200


@pytest.mark.parametrize(
    ("entry", "path", "key"),
    [
        ("mailchimp", "/3.0/ping", "title"),
        ("hubspot_contact", "/account-info/v3/details", "category"),
        ("stripe_customer", "/v1/balance", "error"),
        ("postmark", "/server", "ErrorCode"),
    ],
)
def test_every_vendor_has_its_own_error_body(
    draw: Draw, control: Control, entry: str, path: str, key: str
) -> None:
    chain = draw(entry)
    at = hop(chain, entry)
    with control.broken(f"tool:{at['tool']}", "429", account=chain["name"], retry_after=7):
        headers = bearer(at) | {"X-Postmark-Server-Token": next(iter(at["credentials"].values()))}
        answer = requests.get(at["url"] + path, headers=headers, timeout=10)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert key in answer.json()


def test_a_429_may_name_no_time(place: Json, control: Control) -> None:
    with control.broken("tool:crm", "429", account=place["account"]):
        assert "Retry-After" not in _crm(place).headers


def test_500_after_commit_has_stored_the_record(place: Json, control: Control) -> None:
    with control.broken("tool:crm", "500_after_commit", account=place["account"]):
        assert _crm(place, "POST", json={"email": "a@b.test"}).status_code == 500
    assert len(control.records("crm", place["account"])) == 1


def test_500_alone_has_stored_nothing(place: Json, control: Control) -> None:
    with control.broken("tool:crm", "500", account=place["account"]):
        assert _crm(place, "POST", json={"email": "a@b.test"}).status_code == 500
    assert control.records("crm", place["account"]) == []


@pytest.mark.parametrize(("kind", "stored"), [("timeout", 0), ("timeout_after_commit", 1)])
def test_a_timeout_hangs(place: Json, control: Control, kind: str, stored: int) -> None:
    with (
        control.broken("tool:crm", kind, account=place["account"]),
        pytest.raises(requests.ReadTimeout),
    ):
        _crm(place, "POST", json={"email": "a@b.test"}, timeout=0.3)
    assert len(control.records("crm", place["account"])) == stored


def test_a_malformed_answer_ends_in_the_middle(place: Json, control: Control) -> None:
    with control.broken("tool:crm", "malformed", account=place["account"]):
        answer = _crm(place)
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_a_refused_connection_is_a_closed_port(draw: Draw, control: Control) -> None:
    place = hop(draw({"tool": "crm", "own_port": True}), "crm")
    other = hop(draw("crm"), "crm")
    with control.broken("tool:crm", "refused", account=place["account"]):
        with pytest.raises(requests.ConnectionError, match="refused"):
            _crm(place)
        assert _crm(other).status_code == 200
    assert _crm(place).status_code == 200


def test_closing_a_port_cuts_what_is_connected(draw: Draw, control: Control) -> None:
    place = hop(draw({"tool": "crm", "own_port": True}), "crm")
    with session() as caller:
        url = f"{place['url']}/api/records"
        caller.get(url, headers=bearer(place), timeout=10)
        with (
            control.broken("tool:crm", "refused", account=place["account"]),
            pytest.raises(requests.ConnectionError),
        ):
            caller.get(url, headers=bearer(place), timeout=10)
        assert caller.get(url, headers=bearer(place), timeout=10).status_code == 200


def test_an_index_lag_hides_what_is_new_and_says_so_once(place: Json, control: Control) -> None:
    made = _crm(place, "POST", json={"email": "a@b.test"}).json()
    with control.broken("tool:crm", "index_lag", account=place["account"], seconds=60):
        assert _crm(place).json()["data"] == []
        assert _crm(place).json()["data"] == []
    assert _crm(place).json()["data"][0]["id"] == made["id"]
    (struck,) = control.truth(account=place["account"])
    assert (struck["kind"], struck["lead"]) == ("index_lag", "a@b.test")


def test_a_form_can_take_a_lead_without_a_word_and_lose_it(draw: Draw, control: Control) -> None:
    chain = draw("website")
    kind = {"account": chain["name"], "methods": ["write"]}
    with control.broken("tool:website", "no_marker", **kind):
        answer = send_form(chain, ANN)
    assert answer.status_code == 200
    assert chain["hops"][0]["marker"] not in answer.text
    assert control.records("website", chain["name"]) == []


def test_a_fault_keeps_to_its_account(place: Json, draw: Draw, control: Control) -> None:
    other = hop(draw("crm"), "crm")
    with control.broken("tool:crm", "500", account=place["account"]):
        assert _crm(place).status_code == 500
        assert _crm(other).status_code == 200


def test_a_fault_keeps_to_reads_or_writes(draw: Draw, control: Control) -> None:
    place = hop(draw("hubspot_contact"), "hubspot_contact")
    objects = f"{place['url']}/crm/v3/objects/contacts"
    with control.broken("tool:hubspot", "500", account=place["account"], methods=["read"]):
        search = requests.post(f"{objects}/search", json={}, headers=bearer(place), timeout=10)
        made = requests.post(objects, json={}, headers=bearer(place), timeout=10)
    assert (search.status_code, made.status_code) == (500, 201)


def test_a_fault_keeps_to_leads_that_match(place: Json, control: Control) -> None:
    with control.broken("tool:crm", "500", account=place["account"], match="zorba+x"):
        assert _crm(place, params={"q": "ann"}).status_code == 200
        assert _crm(place, params={"q": "leads+ZORBA+x@b.test"}).status_code == 500
        assert _crm(place, "POST", json={"email": "zorba+x@b.test"}).status_code == 500


def test_a_member_asked_for_by_hash_matches_by_address(draw: Draw, control: Control) -> None:
    place = hop(draw("mailchimp"), "mailchimp")
    planted = {"account": place["account"]}
    id = control.plant("mailchimp", {"email_address": "leads+q@b.test"}, **planted)["id"]
    url = f"{place['url']}/3.0/lists/{place['credentials']['list_id']}/members/{id}"
    with control.broken("tool:mailchimp", "500", account=place["account"], match="leads+q"):
        assert requests.get(url, headers=bearer(place), timeout=10).status_code == 500


def test_a_fault_ends_with_its_count(place: Json, control: Control) -> None:
    with control.broken("tool:crm", "500", account=place["account"], count=2):
        assert [_crm(place).status_code for _ in range(4)] == [500, 500, 200, 200]
    assert len(control.truth(account=place["account"])) == 2


def test_a_seed_decides_whom_it_strikes(place: Json, control: Control) -> None:
    patterns = []
    for _ in range(2):
        dice = {"account": place["account"], "probability": 0.4, "seed": 7}
        with control.broken("tool:crm", "500", **dice):
            patterns.append([_crm(place).status_code for _ in range(20)])
    assert patterns[0] == patterns[1]
    assert {200, 500} == set(patterns[0])


def test_a_random_error_is_one_of_several(place: Json, control: Control) -> None:
    kinds = ["429", "500", "404"]
    with control.broken("tool:crm", "random", account=place["account"], kinds=kinds, seed=1):
        assert {_crm(place).status_code for _ in range(30)} == {429, 500, 404}


def test_automations_suffer_only_if_asked_to(draw: Draw, control: Control) -> None:
    chain = draw("website", "crm")
    with control.broken("tool:crm", "400", account=chain["name"]):
        send_form(chain, ANN)
        control.until("crm", 1, chain["name"])
    with control.broken("tool:crm", "400", account=chain["name"], callers="automations"):
        send_form(chain, lead("second"))
        automation = chain["handoffs"][0]
        while len(told := control.deliveries(automation)) < 2:
            time.sleep(0.02)
    assert told[1]["outcome"].startswith("refused, 400")
    assert len(control.records("crm", chain["name"])) == 1


def test_the_truth_tells_what_struck_whom_and_when(place: Json, control: Control) -> None:
    before = time.time()
    with control.broken("tool:crm", "500", account=place["account"]) as fault:
        _crm(place, params={"q": "leads+zorba@b.test"})
    (struck,) = control.truth(before, account=place["account"])
    assert (struck["fault"], struck["kind"], struck["target"]) == (fault, "500", "tool:crm")
    assert struck["lead"] == "leads+zorba@b.test"
    assert before <= struck["time"] <= time.time()
    assert control.truth(time.time(), account=place["account"]) == []


def test_a_fault_that_is_on_but_meets_nobody_is_not_in_the_truth(
    place: Json, control: Control
) -> None:
    with control.broken("tool:crm", "500", account=place["account"]):
        pass
    assert control.truth(account=place["account"]) == []


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"target": "tool:fax", "kind": "500"}, "no tool 'fax'"),
        ({"target": "tool:crm", "kind": "sulk"}, "No fault of kind 'sulk'"),
        ({"target": "handoff:nobody", "kind": "drop"}, "no automation 'nobody'"),
        ({"target": "handoff:*", "kind": "garbled", "variant": "sung"}, "no variant 'sung'"),
        ({"target": "crm", "kind": "500"}, "target is"),
        ({"target": "tool:crm", "kind": "500", "methods": ["peek"]}, "methods are"),
        ({"target": "tool:crm", "kind": "500", "callers": "me"}, "callers is"),
    ],
)
def test_a_fault_that_cannot_be_is_met_with_a_sentence(
    control: Control, wanted: Json, sentence: str
) -> None:
    with pytest.raises(RuntimeError, match=sentence):
        control.call("POST", "/faults", wanted)
