"""Mails say what the pages say, thread as one incident, and fail in the owner's words."""

import re
import traceback
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from monitor.channels.base import Undelivered, deliver
from tests.monitor.channels.outlets import (
    LINKS,
    NEWS,
    WORDS,
    Letterbox,
    Place,
    free_port,
    mail_server,
)

PASSWORD = "planted-password"


@pytest.fixture
def box(settings: Settings) -> Iterator[Letterbox]:
    with mail_server() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.PUBLIC_URL = "https://handoff.example"
        yield box


def _send(to: str = "owner@shop.example", key: str = "alert-1", thread: str = "") -> None:
    deliver(Place("email", {"to": to}), NEWS, key, "opened", links=LINKS, thread=thread)


def test_a_mail_says_the_same_words_as_text_and_as_html(box: Letterbox) -> None:
    _send()

    [mail] = box.mails
    text = mail.get_body(("plain",))
    html = mail.get_body(("html",))
    assert text is not None
    assert html is not None
    plain = text.get_content()
    shown = re.sub(r"<[^>]*>", "", html.get_content().split("</head>")[1])
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&#x27;", "'"), ("&amp;", "&")):
        shown = shown.replace(entity, sign)
    for words in WORDS:
        assert words in plain
        assert words in shown
    assert "https://handoff.example/incidents/7" in plain
    assert 'href="https://handoff.example/incidents/7"' in html.get_content()
    assert 'href="https://zapier.example/e/1?a=1&amp;b=2"' in html.get_content()


def test_the_subject_is_the_headline(box: Letterbox) -> None:
    _send()

    assert box.mails[0]["Subject"].strip() == "✖ “Müller & <Sons>” is broken at HubSpot"


def test_a_repeat_is_the_same_message_and_an_incident_is_one_thread(box: Letterbox) -> None:
    _send(key="incident 7 opened", thread="incident 7")
    _send(key="incident 7 opened", thread="incident 7")
    _send(key="incident 7 resolved", thread="incident 7")

    first, repeat, resolved = box.mails
    assert first["Message-ID"] == repeat["Message-ID"] != resolved["Message-ID"]
    assert first["References"] == resolved["References"]
    assert first["Message-ID"].endswith("@handoff.example>")


def test_every_recipient_gets_a_mail_of_their_own(box: Letterbox) -> None:
    _send("ann@shop.example, ben@shop.example")

    assert box.recipients == ["ann@shop.example", "ben@shop.example"]
    assert [mail["To"] for mail in box.mails] == ["ann@shop.example", "ben@shop.example"]


@pytest.mark.parametrize(("answer", "permanent"), [("550 who?", True), ("450 later", False)])
def test_a_refused_recipient_is_named_and_the_others_still_get_it(
    box: Letterbox, answer: str, permanent: bool
) -> None:
    box.answers = {"ann@shop.example": answer}

    with pytest.raises(Undelivered, match=r"ann@shop\.example") as caught:
        _send("ann@shop.example, ben@shop.example")

    assert caught.value.permanent is permanent
    assert box.recipients == ["ben@shop.example"]


@pytest.mark.parametrize(("answer", "permanent"), [("554 spam", True), ("451 full", False)])
def test_a_refused_mail_is_tried_again_only_where_that_helps(
    box: Letterbox, answer: str, permanent: bool
) -> None:
    box.after_data = answer

    with pytest.raises(Undelivered) as caught:
        _send()

    assert caught.value.permanent is permanent


def test_a_refused_sign_in_names_the_setting_and_no_password(
    box: Letterbox, settings: Settings
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "handoff", PASSWORD

    with pytest.raises(Undelivered, match="EMAIL_URL") as caught:
        _send()

    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value.message)
    assert caught.value.permanent
    assert PASSWORD not in told
    assert "hunter2" not in told


def test_an_absent_mail_server_is_tried_again(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()

    with pytest.raises(Undelivered, match="cannot be reached") as caught:
        _send()

    assert not caught.value.permanent


def test_a_terminal_is_no_mail_server(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

    with pytest.raises(Undelivered, match="EMAIL_URL") as caught:
        _send()

    assert caught.value.permanent


@pytest.mark.parametrize("to", ["", " , "])
def test_a_channel_without_an_address_says_so(to: str) -> None:
    with pytest.raises(Undelivered, match="no email address"):
        _send(to)


def test_an_unknown_kind_of_channel_says_so() -> None:
    with pytest.raises(Undelivered, match="pigeon") as caught:
        deliver(Place("pigeon", {}), NEWS, "key", "opened")

    assert caught.value.permanent
