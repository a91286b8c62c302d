"""A tool that drips, floods, sends us round in circles or hangs up midway: bounded, and no loss.

Simulated time on a real database; the tool misbehaves on a real socket, in real seconds.
"""

import json
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from monitor.engine import run as runs
from monitor.engine.chain import freeze
from monitor.engine.wake import Wake
from monitor.models import Cause, Connection, Run
from tests.connectors.kit.server import Reply, Seen, Server, reply, serving
from tests.monitor.engine import rows
from tests.monitor.engine.conftest import World
from tests.monitor.engine.drive import Drive

CALL = 0.3
"""Seconds that a call may take here; 20 in earnest."""

MOST_CALLS = 4
"""Calls one message may lead to at the odd tool, each as long as a call may take."""

MEGABYTE = b"x" * 1024 * 1024
MOST_MEMORY = 30 * len(MEGABYTE)

MANNERS: dict[str, Reply] = {
    "drips": [piece for byte in b"HTTP/1.1 200 OK\r\n" for piece in (bytes([byte]), 1.0)],
    "floods": [
        b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n",
        *[MEGABYTE] * 100,
    ],
    "floods without end": [b"HTTP/1.1 200 OK\r\n\r\n", *[MEGABYTE] * 100],
    "circles": reply(b"", "302 Found", "Location: /round/and/round"),
    "hangs up": [b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"records": ['],
}

whatever = pytest.mark.parametrize("manner", MANNERS)


class Timed(Drive):
    """Knows how long the longest message took in real seconds."""

    longest = 0.0

    def deliver(self, wake: Wake) -> None:
        """Let one message be worked on now."""
        began = time.monotonic()
        super().deliver(wake)
        self.longest = max(self.longest, time.monotonic() - began)


@pytest.fixture(autouse=True)
def _timed(world: World, settings: Any) -> None:
    settings.CALL_SECONDS = CALL
    world.drive = Timed(world.tool)


@contextmanager
def odd(world: World, slug: str, method: str, manner: str) -> Iterator[Server]:
    """Let a tool misbehave at every call of one method to its records. It does what it is asked."""
    place = Connection.objects.get(slug=slug)
    behind = world.tool.url(slug)

    def answer(seen: Seen) -> Reply:
        kept = {"Authorization": seen.headers.get("Authorization", "")}
        said = requests.request(
            seen.method, behind + seen.target, headers=kept, data=seen.body, timeout=5
        )
        if seen.method == method and seen.target.startswith("/records"):
            return MANNERS[manner]
        return reply(said.content, f"{said.status_code} Whatever")

    with serving(answer) as server:
        Connection.objects.filter(pk=place.pk).update(
            settings={**place.settings, "base_url": server.url}
        )
        yield server


def beside(world: World) -> Run:
    """Begin a run of another chain, which has nothing to do with the odd tool."""
    other = rows.chain(world.shop, "other", schedule="", due_at=None)
    hop = world.chain.hops.get(slug="list")
    hop.pk, hop.chain, hop.after, hop.position = None, other, "", 0
    hop.save()
    freeze(other, world.drive.now)
    return runs.request(other, cause=Cause.MANUAL, now=world.drive.now)


@contextmanager
def bounded(world: World) -> Iterator[None]:
    """Hold that no message took long or much."""
    tracemalloc.start()
    try:
        yield
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < MOST_MEMORY, f"{most / len(MEGABYTE):.1f} MB"
    assert isinstance(world.drive, Timed)
    assert world.drive.longest < MOST_CALLS * CALL + 1


@whatever
def test_a_tool_that_is_looked_into_is_a_blind_spot_and_others_are_seen(
    world: World, manner: str
) -> None:
    with odd(world, "crm", "GET", manner) as server, bounded(world):
        neighbour = beside(world)
        run = world.finished(world.run())
        neighbour.refresh_from_db()
    assert (run.verdict, [found["kind"] for found in run.findings]) == ("inconclusive", ["blind"])
    assert neighbour.verdict == "passed"
    assert not [one for one in world.incidents() if one.chain_id]
    assert not [seen for seen in server.seen if "round" in seen.target]
    assert len(server.seen) < 40


@whatever
def test_a_lead_is_handed_in_once_and_found_whatever_the_answer(world: World, manner: str) -> None:
    with odd(world, "form", "POST", manner) as server, bounded(world):
        neighbour = beside(world)
        run = world.finished(world.run())
        neighbour.refresh_from_db()
    handed_in = Counter(
        json.loads(one.body)["email"] for one in server.seen if one.method == "POST"
    )
    assert set(handed_in.values()) == {1}
    assert (run.submission, run.verdict) == ("unknown", "passed")
    assert neighbour.verdict == "passed"
    assert world.incidents() == []
    assert not [seen for seen in server.seen if "round" in seen.target]
