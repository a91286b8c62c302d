"""The control door and the small pages."""

from collections.abc import Iterator

import pytest
import requests

from tests.sandbox.conftest import Draw
from tests.sandbox.people import ANN, bearer, hop, send_form, session
from tests.sandbox_process import Control, SandboxProcess

BROWSER = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def demo() -> Iterator[SandboxProcess]:
    with SandboxProcess("--fast") as running:
        yield running


@pytest.mark.parametrize("path", ["/", "/faults", "/inbox", "/slack", "/tools/crm/records"])
def test_every_page_is_a_whole_page_without_foreign_parts(demo: SandboxProcess, path: str) -> None:
    answer = requests.get(demo.state["control"] + path, headers=BROWSER, timeout=10)
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "<h1>" in answer.text
    assert "<script" not in answer.text
    assert "://" not in answer.text.replace(demo.state["tools"]["website"]["url"], "")


def test_the_buttons_break_and_heal_the_broken_chain(demo: SandboxProcess) -> None:
    control = demo.control
    for button in ("drop", "duplicate", "delay", "swap"):
        control.press(button)
        assert [fault["kind"] for fault in control.faults()] == [button]
    control.press("heal")
    assert control.faults() == []
    with pytest.raises(RuntimeError, match="nothing at"):
        control.press("sulk")


def test_a_browser_that_presses_a_button_stays_on_the_page(demo: SandboxProcess) -> None:
    url = f"{demo.state['control']}/demo/drop"
    page = requests.post(url, data={}, headers=BROWSER, timeout=10)
    assert page.url.endswith("/faults")
    assert 'aria-pressed="true"' in page.text


def test_any_fault_can_be_switched_from_the_page(demo: SandboxProcess) -> None:
    url, control = demo.state["control"], demo.control
    control.heal()
    wanted = {"target": "tool:crm", "kind": "500", "field": "", "match": "", "count": "2"}
    page = requests.post(f"{url}/faults", data=wanted, headers=BROWSER, timeout=10)
    assert "500 at tool:crm" in page.text
    (fault,) = control.faults()
    assert fault["left"] == 2
    requests.post(f"{url}/faults/{fault['id']}/off", data={}, headers=BROWSER, timeout=10)
    assert control.faults() == []
    wrong = requests.post(
        f"{url}/faults", data={**wanted, "kind": "swap"}, headers=BROWSER, timeout=10
    )
    assert (wrong.status_code, "No fault of kind" in wrong.text) == (400, True)


def test_what_a_lead_wrote_is_shown_and_never_run(draw: Draw, control: Control) -> None:
    chain = draw("website", "crm")
    send_form(chain, {**ANN, "city": "<script>alert(1)</script>"})
    control.until("crm", 1, chain["name"])
    url = f"{control.url}/tools/crm/records?account={chain['name']}"
    page = requests.get(url, headers=BROWSER, timeout=10).text
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_a_mail_has_a_page(draw: Draw, control: Control) -> None:
    account = draw("imap")["name"]
    id = control.plant("mail", {"subject": "Hi <b>", "body": "Dear Ann"}, account=account)["id"]
    inbox = requests.get(f"{control.url}/inbox?account={account}", timeout=10).text
    assert f"/inbox/{account}/{id}" in inbox
    mail = requests.get(f"{control.url}/inbox/{account}/{id}", timeout=10).text
    assert "Dear Ann" in mail
    assert "Hi &lt;b&gt;" in mail


def test_what_is_planted_sets_off_an_automation_only_if_told(draw: Draw, control: Control) -> None:
    chain = draw("crm", "mailchimp")
    row = {"name": "Ann Zorbadi", "email": "leads+planted@shop.test"}
    control.plant("crm", row, account=chain["name"])
    control.plant("crm", {**row, "email": "leads+told@shop.test"}, account=chain["name"], tell=True)
    (member,) = control.until("mailchimp", 1, chain["name"])
    assert member["email"] == "leads+told@shop.test"
    assert member["fields"]["LNAME"] == "Zorbadi"


@pytest.mark.parametrize(
    ("tool", "resource", "fields"),
    [
        ("website", "submission", {"email": "a@b.test"}),
        ("mailchimp", "members", {"email_address": "a@b.test", "FNAME": "Ann"}),
        ("hubspot", "contacts", {"email": "a@b.test"}),
        ("hubspot", "deals", {"dealname": "Hall"}),
        ("stripe", "customers", {"email": "a@b.test", "metadata.tag": "x"}),
        ("stripe", "invoices", {"customer_email": "a@b.test", "amount_due": 12}),
        ("postmark", "messages", {"To": "a@b.test", "Metadata.tag": "x"}),
        ("crm", "records", {"email": "a@b.test"}),
        ("slack", "messages", {"text": "hi"}),
        ("mail", "messages", {"to": "a@b.test", "subject": "hi"}),
    ],
)
def test_every_tool_can_be_planted_in(
    control: Control, tool: str, resource: str, fields: dict[str, object]
) -> None:
    planted = control.plant(tool, fields, resource=resource, created=1_700_000_000)
    (found,) = [
        one for one in control.records(tool, "main", resource) if one["id"] == planted["id"]
    ]
    assert found["created"] == 1_700_000_000
    assert {key: found["fields"][key] for key in fields} == fields


def test_an_older_record_planted_later_is_found_by_its_own_age(
    draw: Draw, control: Control
) -> None:
    place = hop(draw("crm"), "crm")
    url, account = f"{place['url']}/api/records", place["account"]
    control.plant("crm", {"n": 1}, account=account, created="2031-01-01T00:00:00+00:00")
    control.plant("crm", {"n": 2}, account=account, created="2030-01-01T00:00:00+00:00")
    asked = {"since": "2030-06-01T00:00:00Z"}
    found = requests.get(url, params=asked, headers=bearer(place), timeout=10).json()["data"]
    assert [row["n"] for row in found] == [1]


def test_requests_are_counted_without_those_of_automations(demo: SandboxProcess) -> None:
    control = demo.control
    control.clear_requests()
    chain = control.chain("counted", hops=["website", "crm"], delay=0.02)
    control.call("POST", "/requests", {"record": True})
    send_form(chain, ANN)
    control.until("crm", 1, "counted")
    told = control.call("GET", "/requests", detail="1")
    control.call("POST", "/requests", {"record": False})
    assert (told["tools"], told["automations"]) == ({"website": 2}, {"crm": 1})
    assert [one["method"] for one in told["requests"]] == ["GET", "POST"]
    assert "first_name=Anne-Marie" in told["requests"][1]["body"]


def test_a_reset_forgets_all_but_accounts_and_chains() -> None:
    with SandboxProcess("--fast") as sandbox, session():
        control = sandbox.control
        chain = control.chain("made", hops=["website", "crm"])
        with control.broken(f"handoff:{chain['handoffs'][0]}", "merged"):
            send_form(chain, ANN)
            control.until("crm", 1, "made")
        control.reset()
        assert control.records("crm") == control.truth() == control.faults() == []
        assert control.requests()["total"] == 0
        assert {one["name"] for one in control.chains()} == {"made", "bookings", "quote-requests"}
        control.reset(chains=True)
        assert {one["name"] for one in control.chains()} == {"bookings", "quote-requests"}


def test_what_is_not_there_is_said_so(control: Control) -> None:
    for path in ("/nowhere", "/tools/fax/records", "/tools/crm/records?account=nobody"):
        with pytest.raises(RuntimeError, match="nothing at"):
            control.call("GET", path)


def test_a_recorded_request_tells_how_it_was_answered(demo: SandboxProcess) -> None:
    control = demo.control
    control.clear_requests()
    control.call("POST", "/requests", {"record": True})
    told = demo.state["tools"]["crm"]
    requests.get(f"{told['url']}/api/me", headers=bearer(told), timeout=10)
    requests.get(f"{told['url']}/api/me", timeout=10)
    kept = control.call("GET", "/requests", detail="1")["requests"]
    control.call("POST", "/requests", {"record": False})
    assert [(one["status"], one["account"]) for one in kept] == [(200, "main"), (401, "")]
    assert "name" in kept[0]["answer"]
    assert kept[0]["at"] <= kept[1]["at"]
