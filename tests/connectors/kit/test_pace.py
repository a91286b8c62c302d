"""The door asks before each call, and tells whoever keeps the pace that a tool said "too fast"."""

from dataclasses import dataclass, field

import pytest

from connectors.kit.errors import Paced, Refused, TryLater
from connectors.kit.http import Door, Manners
from connectors.kit.message import Message
from connectors.kit.ports import Ports
from tests.connectors.kit.server import LOOPBACK, reply, serving


@dataclass
class Ledger:
    """A pace that lets so many calls through, and keeps the pauses a tool asked for."""

    left: int = 9
    asked: list[str] = field(default_factory=list)
    pauses: list[float | None] = field(default_factory=list)

    def permit(self, tool: str) -> None:
        self.asked.append(tool)
        if len(self.asked) > self.left:
            raise Paced(Message("Later."), after=3, where=tool)

    def rest(self, seconds: float | None) -> None:
        self.pauses.append(seconds)


def door(url: str, pace: Ledger, manners: Manners | None = None) -> Door:
    return Door("Tool", url, ports=Ports(networks=LOOPBACK, pace=pace), manners=manners)


def test_each_call_has_its_permit_and_none_is_made_without() -> None:
    pace = Ledger(left=2)
    with serving(reply()) as server:
        api = door(server.url, pace)
        api.get("/")
        api.post("/")
        with pytest.raises(Paced) as caught:
            api.get("/")
    assert len(server.seen) == api.calls == 2
    assert pace.asked == ["Tool"] * 3
    assert (caught.value.after, pace.pauses) == (3, [])


@pytest.mark.parametrize(
    ("status", "header", "pauses"),
    [
        ("429 Slow", "Retry-After: 17", [17.0]),
        ("429 Slow", "X: y", [None]),
        ("503 Away", "Retry-After: 17", []),
        ("500 Broken", "X: y", []),
    ],
)
def test_only_too_fast_is_a_pause_for_all(
    status: str, header: str, pauses: list[float | None]
) -> None:
    pace = Ledger()
    with serving(reply(b"{}", status, header)) as server, pytest.raises(TryLater):
        door(server.url, pace).get("/")
    assert pace.pauses == pauses


def test_a_403_is_a_pause_where_it_means_too_fast() -> None:
    pace = Ledger()
    manners = Manners(is_limit=lambda answer: answer.status == 403, pause=lambda _answer: 5.0)
    with serving(reply(b"{}", "403 No")) as server, pytest.raises(TryLater):
        door(server.url, pace, manners).get("/")
    assert pace.pauses == [5.0]


def test_a_refusal_is_no_pause() -> None:
    pace = Ledger()
    with serving(reply(b"{}", "404 No")) as server, pytest.raises(Refused):
        door(server.url, pace).get("/")
    assert pace.pauses == []
