"""The Postmark twin against what Postmark does."""

from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Draw
from tests.sandbox.people import Json, hop
from tests.sandbox_process import Control, wait_for

MAIL = {"From": "hello@business.test", "Subject": "Welcome", "TextBody": "Hello Ann"}


def _call(place: Json, method: str, path: str, **kwargs: Any) -> requests.Response:
    headers = {"X-Postmark-Server-Token": place["credentials"]["server_token"]}
    return requests.request(method, place["url"] + path, headers=headers, timeout=10, **kwargs)


@pytest.fixture
def chain(draw: Draw) -> Json:
    return draw("postmark", "imap")


@pytest.fixture
def outbox(chain: Json) -> Json:
    return hop(chain, "postmark")


def _address(place: Json, tag: str = "a") -> str:
    return f"leads+{tag}@{place['account']}.handoff.test"


def test_the_token_names_its_server(outbox: Json) -> None:
    assert _call(outbox, "GET", "/server").json()["ID"]
    wrong = requests.get(f"{outbox['url']}/server", timeout=10)
    assert (wrong.status_code, wrong.json()["ErrorCode"]) == (401, 10)


def test_a_sent_mail_is_listed_at_once_and_arrives(outbox: Json, control: Control) -> None:
    body = {**MAIL, "To": _address(outbox), "Metadata": {"tag": "zorba"}}
    sent = _call(outbox, "POST", "/email", json=body).json()
    assert (sent["ErrorCode"], sent["Message"]) == (0, "OK")
    asked = {"count": "10", "offset": "0", "recipient": _address(outbox)}
    listed = _call(outbox, "GET", "/messages/outbound", params=asked).json()
    (message,) = listed["Messages"]
    assert (message["MessageID"], message["Metadata"]) == (sent["MessageID"], {"tag": "zorba"})
    details = _call(outbox, "GET", f"/messages/outbound/{sent['MessageID']}/details").json()
    assert details["TextBody"] == "Hello Ann"
    (letter,) = control.until("mail", 1, outbox["account"])
    assert letter["fields"]["body"].strip() == "Hello Ann"
    assert sent["MessageID"] in letter["fields"]["message_id"]


def test_a_mail_nobody_automates_is_delivered_all_the_same(draw: Draw, control: Control) -> None:
    place = hop(draw("postmark"), "postmark")
    to = f"someone+{place['account']}@elsewhere.test"
    _call(place, "POST", "/email", json={**MAIL, "To": to})
    wait_for(
        lambda: [one["fields"]["to"] for one in control.records("mail", "main")],
        lambda held: to in held,
    )


@pytest.mark.parametrize(
    "wrong",
    [{"To": "Anne-Marie"}, {"To": "a@b.test", "TextBody": ""}, {"To": "a@b.test", "From": "me"}],
)
def test_a_mail_that_cannot_be_sent_is_refused(outbox: Json, wrong: Json) -> None:
    refused = _call(outbox, "POST", "/email", json={**MAIL, **wrong})
    assert (refused.status_code, refused.json()["ErrorCode"]) == (422, 300)


def test_metadata_has_its_limits(outbox: Json) -> None:
    for metadata in ({"x" * 21: "a"}, {"a": "x" * 81}, {str(n): "a" for n in range(11)}):
        body = {**MAIL, "To": _address(outbox), "Metadata": metadata}
        assert _call(outbox, "POST", "/email", json=body).status_code == 422


def test_a_listing_needs_count_and_offset_within_ten_thousand(outbox: Json) -> None:
    for query, status in (
        ("", 422),
        ("count=501&offset=0", 422),
        ("count=500&offset=9501", 422),
        ("count=500&offset=9500", 200),
    ):
        assert _call(outbox, "GET", f"/messages/outbound?{query}").status_code == status


def test_a_listing_has_pages_the_newest_first(outbox: Json) -> None:
    for number in range(3):
        body = {**MAIL, "To": _address(outbox), "Subject": f"Number {number}"}
        _call(outbox, "POST", "/email", json=body)
    found = []
    for offset in (0, 2):
        page = _call(outbox, "GET", f"/messages/outbound?count=2&offset={offset}").json()
        assert page["TotalCount"] == 3
        found += [message["Subject"] for message in page["Messages"]]
    assert found == ["Number 2", "Number 1", "Number 0"]


def test_the_test_token_sends_nothing(outbox: Json, control: Control) -> None:
    headers = {"X-Postmark-Server-Token": "POSTMARK_API_TEST"}
    body = {**MAIL, "To": _address(outbox)}
    answer = requests.post(f"{outbox['url']}/email", json=body, headers=headers, timeout=10)
    assert answer.json()["ErrorCode"] == 0
    assert control.records("postmark", outbox["account"]) == []
