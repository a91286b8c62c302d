"""Mailchimp's own ways: the data centre in the key, limits told by a 403, archived members."""

from datetime import UTC, datetime

import pytest

from connectors.email.mailchimp import Mailchimp
from connectors.kit.errors import NeedsOwner, Refused, TryLater
from connectors.kit.records import Arrival
from tests.connectors.kit.server import Reply, Seen, reply, serving
from tests.connectors.lone import LEAD, at

SETTINGS = {"api_key": "key-us21", "list_id": "a1"}
SINCE = datetime(2026, 4, 3, 10, tzinfo=UTC)
MEMBER = (
    '{"id": "h", "status": "archived", "merge_fields": {},'
    ' "email_address": "probe+bodigu@shop.test"}'
)


def mailchimp(base: str = "", **settings: str) -> Mailchimp:
    made = at("mailchimp", "members", {**SETTINGS, **settings}, base=base)
    assert isinstance(made, Mailchimp)
    return made


def test_the_data_centre_comes_from_the_key() -> None:
    assert mailchimp().api.address.place.host == "us21.api.mailchimp.com"


@pytest.mark.parametrize("key", ["key", "key-", "key-us21.evil.test/"])
def test_a_key_without_a_data_centre_needs_the_owner(key: str) -> None:
    with pytest.raises(NeedsOwner):
        mailchimp(api_key=key)


def test_a_403_without_json_means_too_fast() -> None:
    with serving(reply("<html>", "403 X", json=False)) as server, pytest.raises(TryLater):
        mailchimp(server.url).check()
    with serving(reply("{}", "403 X")) as server, pytest.raises(NeedsOwner):
        mailchimp(server.url).check()


def test_an_archived_member_is_no_arrival() -> None:
    def replies(seen: Seen) -> Reply:
        return reply(MEMBER if "/members/" in seen.target else f'{{"members": [{MEMBER}]}}')

    with serving(replies) as server:
        assert list(mailchimp(server.url).find([LEAD], SINCE)) == []
        assert len(server.seen) == 2


def test_many_leads_are_found_in_one_listing() -> None:
    with serving(reply('{"members": []}')) as server:
        assert list(mailchimp(server.url).find([LEAD] * 3, SINCE)) == []
        assert len(server.seen) == 1


@pytest.mark.parametrize(("status", "fine"), [(404, True), (405, True), (400, False)])
def test_archived_already_is_fine(status: int, fine: bool) -> None:
    with serving(reply("{}", f"{status} X")) as server:
        if fine:
            mailchimp(server.url).remove(Arrival(id="h", record={}))
        else:
            with pytest.raises(Refused):
                mailchimp(server.url).remove(Arrival(id="h", record={}))
