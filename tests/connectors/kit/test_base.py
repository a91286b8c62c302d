"""What a connector can answer about itself before any call."""

import pytest

from connectors.catalog import CATALOG, build, connector
from connectors.crm.hubspot import HubSpot
from connectors.email.imap import Imap
from connectors.generic.rest import Rest
from connectors.kit.base import Ability, Site
from connectors.kit.message import Message
from connectors.kit.settings import secret, text


def test_a_resource_is_able_to_do_what_its_connector_and_itself_declare() -> None:
    assert HubSpot.able(Ability.SUBMITS, "contacts", {})
    assert not HubSpot.able(Ability.SUBMITS, "deals", {})
    assert HubSpot.able(Ability.REMOVES, "deals", {})
    assert not Imap.able(Ability.REMOVES, "messages", {})


def test_a_connector_that_is_what_its_settings_say_is_able_by_them() -> None:
    assert not Rest.able(Ability.SUBMITS, "records", {})
    assert Rest.able(Ability.SUBMITS, "records", {"submit_path": "/x"})
    assert Rest.able(Ability.FINDS, "records", {"list_path": "/x"})
    assert not Rest.able(Ability.REMOVES, "records", {"list_path": "/x"})


def test_an_unknown_resource_or_connector_is_named() -> None:
    with pytest.raises(KeyError, match="tickets"):
        HubSpot.resource_named("tickets")
    with pytest.raises(KeyError, match="netscape"):
        connector("netscape")


def test_what_must_still_be_asked_is_known() -> None:
    assert [ask.key for ask in Imap.unanswered({"host": "h", "user": ""})] == ["user", "password"]


def test_an_answer_falls_back_to_its_default() -> None:
    site = Site(settings={"host": " h ", "port": ""}, resource="messages")
    mailbox = build("imap", site)
    assert mailbox.answer("host") == "h"
    assert mailbox.answer("port") == "993"
    assert mailbox.answer("nonsense") == ""


def test_only_secrets_are_secret() -> None:
    assert secret("token", "Token").is_secret
    assert not text("name", "Name").is_secret


def test_slugs_and_keys_are_each_used_once() -> None:
    slugs = [entry.slug for entry in CATALOG]
    assert len(slugs) == len(set(slugs))
    for entry in CATALOG:
        keys = [ask.key for ask in entry.asks]
        assert len(keys) == len(set(keys))
        assert entry.resources
        assert all(entry.resource_named(r.parent) for r in entry.resources if r.parent)


def test_a_message_reads_as_its_sentence() -> None:
    assert str(Message("%(n)s of us", {"n": 3})) == "3 of us"
    assert Message("100 %").render(str.upper) == "100 %"
