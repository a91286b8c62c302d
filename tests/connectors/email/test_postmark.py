"""Postmark's own ways: it lists ten thousand messages and no further."""

import json
from datetime import UTC, datetime

import pytest

from connectors.email.postmark import Postmark
from connectors.kit.errors import UnexpectedAnswer
from tests.connectors.kit.server import reply, serving
from tests.connectors.lone import LEAD, at

SINCE = datetime(2026, 4, 3, 10, tzinfo=UTC)


def message(number: int, received: str, subject: str = "Hi") -> dict[str, object]:
    to = [{"Email": "a@shop.test", "Name": None}]
    return {"MessageID": str(number), "To": to, "Subject": subject, "ReceivedAt": received}


def postmark(base: str, keys: tuple[str, ...] = ("To", "Subject")) -> Postmark:
    made = at("postmark", "messages", {"server_token": "t"}, base=base, keys=keys)
    assert isinstance(made, Postmark)
    return made


def test_the_listing_ends_at_the_first_message_from_before() -> None:
    new = [message(n, "2026-04-03T06:00:01-04:00", "for Bodigu") for n in range(499)]
    old = message(499, "2026-04-03T05:59:59-04:00", "for Bodigu")
    with serving(reply(json.dumps({"Messages": [*new, old]}))) as server:
        arrivals = list(postmark(server.url).find([LEAD] * 3, SINCE))
        assert len(server.seen) == 1
        assert "fromdate=2026-04-02" in server.seen[0].target
    assert len(arrivals) == 499
    assert arrivals[0].record == {"To": "a@shop.test", "Subject": "for Bodigu"}


def test_more_messages_than_can_be_listed_are_no_complete_look() -> None:
    page = json.dumps({"Messages": [message(n, "2026-04-03T10:00:01Z") for n in range(500)]})
    with serving(reply(page)) as server:
        with pytest.raises(UnexpectedAnswer):
            list(postmark(server.url).find([LEAD] * 3, SINCE))
        assert len(server.seen) == 20


def test_texts_are_asked_for_only_where_a_hop_reads_them() -> None:
    listed = {"Messages": [message(1, "2026-04-03T10:00:01Z", "Bodigu")], "TextBody": "words"}
    with serving(reply(json.dumps(listed))) as server:
        list(postmark(server.url).find([LEAD] * 3, SINCE))
        assert len(server.seen) == 1
        (arrival,) = postmark(server.url, ("TextBody", "HtmlBody")).find([LEAD] * 3, SINCE)
        assert server.seen[-1].target == "/messages/outbound/1/details"
    assert arrival.record == {"TextBody": "words"}
