"""The lead's own mailbox: inbox and junk, each message once, and nothing marked as read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.email.imap import Imap
from connectors.kit.errors import NeedsOwner, TryLater
from tests.connectors.lone import at
from tests.connectors.twin import Twin
from tests.connectors.twins import TWINS
from tests.sandbox_process import Control, SandboxProcess

(TWIN,) = (twin for twin in TWINS if twin.slug == "imap")


def mailbox(sandbox: SandboxProcess, twin: Twin = TWIN) -> Imap:
    made = twin.connect(sandbox.state)
    assert isinstance(made, Imap)
    return made


def since() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=15)


def test_a_message_in_the_junk_folder_is_found_there(
    sandbox: SandboxProcess, control: Control
) -> None:
    lead = TWIN.lead()
    control.plant("mail", {"to": lead.email, "subject": "Hi", "folder": "Junk"})
    (arrival,) = mailbox(sandbox).find([lead], since())
    assert arrival.place == "junk"


@pytest.mark.parametrize("folders", [("INBOX", "Junk"), ("Junk", "INBOX")])
def test_a_message_that_lies_in_two_folders_arrived_once_in_the_inbox(
    folders: tuple[str, str], sandbox: SandboxProcess, control: Control
) -> None:
    lead = TWIN.lead()
    for folder in folders:
        fields = {
            "to": lead.email,
            "subject": "Hi",
            "folder": folder,
            "message_id": lead.tag,
        }
        control.plant("mail", fields)
    (arrival,) = mailbox(sandbox).find([lead], since())
    assert (arrival.id, arrival.place) == (f"<{lead.tag}@mtasv.test>", "")


def test_a_lead_named_only_in_the_text_is_found(sandbox: SandboxProcess, control: Control) -> None:
    lead = TWIN.lead()
    body = f"Dear Ada {lead.handles[1]},\nhello"
    control.plant("mail", {"to": "other@main.handoff.test", "subject": "Hi", "body": body})
    (arrival,) = mailbox(sandbox).find([lead], since())
    assert arrival.record["last_name"] == lead.handles[1]


def test_a_name_beyond_ascii_does_not_spoil_the_search(
    sandbox: SandboxProcess, control: Control
) -> None:
    lead = replace(TWIN.lead(), handles=("nobody@main.handoff.test", "Núñez"))
    assert list(mailbox(sandbox).find([lead], since())) == []
    body = f"Dear Zoë {lead.tag.capitalize()}-Núñez,\nhello"
    control.plant("mail", {"to": "other@main.handoff.test", "subject": "Hi", "body": body})
    assert len(list(mailbox(sandbox).find([lead], since()))) == 1


def test_a_message_from_before_is_no_arrival(sandbox: SandboxProcess, control: Control) -> None:
    lead = TWIN.lead()
    control.plant("mail", {"to": lead.email, "subject": "Hi"})
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert list(mailbox(sandbox).find([lead], soon)) == []


@pytest.mark.parametrize(
    ("settings", "base"),
    [
        ({"port": "imap"}, ""),
        ({}, "pop3://mail.test"),
        ({}, "imaps://mail.test:port"),
        ({"patterns": "[]"}, ""),
    ],
)
def test_settings_that_cannot_be_right_need_the_owner(settings: dict[str, str], base: str) -> None:
    told = {"host": "mail.test", "user": "u", "password": "p", **settings}
    with pytest.raises(NeedsOwner):
        at("imap", "messages", told, base=base)


def test_a_server_is_reached_over_tls_unless_it_is_said_otherwise() -> None:
    told = {"host": "mail.test", "user": "u", "password": "p"}
    made = at("imap", "messages", told, base="")
    assert isinstance(made, Imap)
    assert made._server == ("mail.test", 993, "tls")
    by_base = at("imap", "messages", told, base="imap://10.0.0.1")
    assert isinstance(by_base, Imap)
    assert by_base._server == ("10.0.0.1", 143, "none")


def test_a_server_that_stumbles_once_is_asked_again_at_once(
    sandbox: SandboxProcess, control: Control
) -> None:
    lead = TWIN.lead()
    control.plant("mail", {"to": lead.email, "subject": "Hi"})
    with control.broken("tool:mail", "500", methods=["read"], count=1):
        assert len(list(mailbox(sandbox).find([lead], since()))) == 1
    with control.broken("tool:mail", "500", methods=["read"], count=2), pytest.raises(TryLater):
        list(mailbox(sandbox).find([lead], since()))
    with control.broken("tool:mail", "429", methods=["read"], count=1), pytest.raises(TryLater):
        list(mailbox(sandbox).find([lead], since()))
