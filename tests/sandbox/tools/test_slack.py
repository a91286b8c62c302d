"""The Slack stand-in against what incoming webhooks do."""

import requests

from tests.sandbox_process import SandboxProcess


def test_a_webhook_takes_a_message_and_shows_it(sandbox: SandboxProcess) -> None:
    slack = sandbox.state["tools"]["slack"]
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "2 leads <lost>"}}]
    said = requests.post(slack["url"], json={"text": "short", "blocks": blocks}, timeout=10)
    assert (said.status_code, said.text) == (200, "ok")
    page = requests.get(slack["page"], timeout=10).text
    assert "2 leads &lt;lost&gt;" in page


def test_a_webhook_says_no_in_words(sandbox: SandboxProcess) -> None:
    url = sandbox.state["tools"]["slack"]["url"]
    assert requests.post(url, data="not json", timeout=10).text == "invalid_payload"
    assert requests.post(url, json={}, timeout=10).text == "no_text"
    gone = requests.post(url[:-3] + "xyz", json={"text": "a"}, timeout=10)
    assert (gone.status_code, gone.text) == (404, "no_service")
