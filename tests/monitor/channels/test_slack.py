"""Slack messages say the same words, fail in sentences, and never show the webhook's address."""

import logging
import traceback
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytest_django import Settings

from connectors.kit.message import Message
from monitor.channels.base import Undelivered, deliver
from tests.monitor.channels.outlets import LINKS, NEWS, Hook, Place, webhook

SECRET = "planted-secret"


@pytest.fixture
def hook(settings: Settings) -> Iterator[Hook]:
    settings.PUBLIC_URL = "https://handoff.example"
    with webhook() as hook:
        yield hook


def _send(url: str) -> None:
    deliver(Place("slack", {"webhook": url}), NEWS, "alert-1", "opened", links=LINKS)


def test_a_repeat_carries_the_same_key(hook: Hook) -> None:
    _send(hook.url)
    _send(hook.url)

    first, second = (said["blocks"][0]["block_id"] for _, said in hook.posts)
    assert first == second == "alert-1"


def test_a_message_is_block_kit_with_all_of_it_again_as_text(hook: Hook) -> None:
    _send(hook.url)

    [(path, said)] = hook.posts
    assert path == "/services/T0/B0/planted-secret"
    header, told, steps = said["blocks"]
    assert header == {
        "type": "header",
        "block_id": "alert-1",
        "text": {"type": "plain_text", "text": "✖ “Müller & <Sons>” is broken at HubSpot"},
    }
    assert told["text"]["text"] == (
        "Name and email changed places: we sent “O'Brien &lt;b&gt;”.\n"
        "3 of 3 test leads since then.\n"
        "Since 09:10"
    )
    assert steps["text"]["text"] == (
        "• <https://handoff.example/incidents/7|See what was sent &amp; received>\n"
        "• <https://zapier.example/e/1?a=1&amp;b=2|Open the Zap>"
    )
    assert "Müller &amp; &lt;Sons&gt;" in said["text"]
    assert told["text"]["text"] in said["text"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_dead_webhook_is_permanent_and_says_what_to_do(hook: Hook, status: int) -> None:
    hook.status, hook.body = status, "no_service"

    with pytest.raises(Undelivered, match="webhook") as caught:
        _send(hook.url)

    assert caught.value.permanent
    assert str(status) in str(caught.value)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_slack_is_tried_again_when_it_says(hook: Hook, status: int) -> None:
    hook.status, hook.headers = status, {"Retry-After": "17"}

    with pytest.raises(Undelivered) as caught:
        _send(hook.url)

    assert not caught.value.permanent
    assert caught.value.after == 17
    assert len(hook.posts) == 1


def test_a_redirect_is_not_followed(hook: Hook) -> None:
    hook.status, hook.headers = 302, {"Location": "http://127.0.0.1:1/"}

    with pytest.raises(Undelivered) as caught:
        _send(hook.url)

    assert caught.value.permanent


def test_a_forbidden_network_is_not_called(hook: Hook, settings: Settings) -> None:
    settings.ALLOWED_NETWORKS = ()

    with pytest.raises(Undelivered, match=r"hooks\.slack\.com") as caught:
        _send(hook.url)

    assert caught.value.permanent
    assert hook.posts == []


@pytest.mark.parametrize("url", ["", "not an address", "ftp://x/y", "https://u:p@h/x"])
def test_what_is_no_webhook_says_so(url: str) -> None:
    with pytest.raises(Undelivered, match=r"hooks\.slack\.com") as caught:
        _send(url)

    assert caught.value.permanent


def test_the_webhook_stands_in_no_error_and_no_log(
    hook: Hook, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    gone = "http://127.0.0.1:1/services/planted-secret"
    told = ""
    for status in (302, 400, 401, 403, 404, 409, 410, 429, 500):
        hook.status, hook.body = status, f'{{"error": "no {hook.url}"}}'
        with pytest.raises(Undelivered) as caught:
            _send(hook.url)
        told += "".join(traceback.format_exception(caught.value)) + repr(caught.value.message)
    for url in (gone, "planted-secret", "https://planted-secret:x@h/"):
        with pytest.raises(Undelivered) as caught:
            _send(url)
        told += "".join(traceback.format_exception(caught.value)) + repr(caught.value.message)

    assert SECRET not in told
    assert SECRET not in caplog.text


def test_a_very_long_message_is_cut_to_what_slack_takes(hook: Hook) -> None:

    news = replace(NEWS, headline=Message("x" * 5000), happened=(Message("y" * 5000),))
    deliver(Place("slack", {"webhook": hook.url}), news, "alert-1", "opened")

    [(_, said)] = hook.posts
    assert len(said["text"]) <= 4000
    assert [len(block["text"]["text"]) <= 3000 for block in said["blocks"]] == [True] * 3
    assert len(said["blocks"][0]["text"]["text"]) <= 150
