"""Messages come twice, in any order, long after or never, and two beats tick at once: all is one.

Simulated time on a real database; the messages are those the engine really sends.
"""

import heapq
import random
import threading
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from monitor.engine import due
from monitor.engine.tick import tick
from monitor.engine.wake import Wake
from monitor.models import Alert, Chain, Confirmation, Incident, Residue, Run
from tests.monitor.engine.conftest import World
from tests.monitor.engine.drive import Drive
from tests.monitor.engine.rows import NOW, later
from tests.monitor.engine.tool import Carrier, Tool

HOLD = due.hold().total_seconds()
LONG = 20_000.0


class Scrambled(Drive):
    """A broker that gives each message twice, out of order, some of them long after the hold."""

    def __init__(self, tool: Tool, dice: random.Random) -> None:
        super().__init__(tool)
        self.dice = dice

    def put(self, wake: Wake, start: datetime) -> None:
        """Put a message in the queue."""
        heapq.heappush(self._queue, (max(start, self.now), next(self._order), wake))

    def push(self, wakes: list[Wake]) -> None:
        """Put two copies of each message in the queue, each with a delay of its own."""
        for wake in wakes:
            for _copy in range(2):
                self.put(wake, self.now + timedelta(seconds=self._delay()))

    def _delay(self) -> float:
        longest = self.dice.choice((0.0, 2.0, 5.0, 5.0, HOLD, 3 * HOLD))
        return self.dice.uniform(0.0, longest)


class Lossy(Scrambled):
    """A broker that loses two messages of three."""

    def push(self, wakes: list[Wake]) -> None:
        """Put the few that are not lost in the queue."""
        for wake in wakes:
            if self.dice.random() > 2 / 3:
                self.put(wake, wake.batch.start)


@pytest.mark.parametrize(("broker", "seed"), [(Scrambled, 0), (Scrambled, 1), (Lossy, 0)])
def test_whatever_becomes_of_messages_the_end_is_the_same(
    world: World, broker: type[Scrambled], seed: int
) -> None:
    Chain.objects.update(keep_failed=5.0)
    world.drive = broker(world.tool, random.Random(seed))
    carrier = world.tool.shelf("list").carriers[0]

    world.finished(world.run(), LONG)
    carrier.copies = 2
    world.finished(world.run(), LONG)
    carrier.copies = 1
    world.finished(world.run(), LONG)
    world.tool.shelf("list").carriers.clear()
    world.finished(world.run(), LONG)
    settle_all(world)
    world.tool.shelf("list").carriers = [Carrier(to="crm")]
    world.finished(world.run(), LONG)
    settle_all(world)

    assert end(world) == {
        "runs": [
            ("manual", "accepted", "passed", []),
            ("manual", "accepted", "failed", ["duplicated"]),
            ("manual", "accepted", "passed", []),
            ("manual", "accepted", "failed", ["dropped"]),
            ("confirmation", "accepted", "failed", ["dropped"]),
            ("manual", "accepted", "passed", []),
        ],
        "handed in": 6,
        "incidents": [
            (["duplicated"], 1, "recovered"),
            (["dropped"], 2, "recovered"),
        ],
        "doubts": ["confirmed"],
        "alerts": ["opened", "resolved", "opened", "resolved"],
        "mails": 4,
        "ledger": {"gone": Residue.objects.count()},
        "left": 0,
        "stuck": 0,
    }


def settle_all(world: World) -> None:
    """Let time pass until nothing is under way."""
    for _ in range(400):
        world.drive.seconds(60.0)
        if not (
            Run.objects.filter(settled_at=None).exists()
            or Residue.objects.filter(state__in=("lying", "removed")).exists()
            or Alert.objects.filter(sent_at=None).exists()
            or Confirmation.objects.filter(decided_at=None).exists()
        ):
            return
    raise AssertionError("It never came to rest.")


def end(world: World) -> dict[str, Any]:
    """Answer what came of it, without times."""
    return {
        "runs": [
            (run.cause, run.submission, run.verdict, [found["kind"] for found in run.findings])
            for run in Run.objects.order_by("pk")
        ],
        "handed in": world.tool.shelf("form").calls["POST"],
        "incidents": [
            (one.kinds, one.bad, one.resolution) for one in Incident.objects.order_by("pk")
        ],
        "doubts": list(Confirmation.objects.values_list("outcome", flat=True)),
        "alerts": list(Alert.objects.order_by("pk").values_list("event", flat=True)),
        "mails": len(mail.outbox),
        "ledger": Counter(Residue.objects.values_list("state", flat=True)),
        "left": sum(len(world.tool.visible(name)) for name in world.tool.shelves),
        "stuck": Run.objects.exclude(stuck_at=None).count(),
    }


@pytest.mark.parametrize("after", [0.0, HOLD - 1, HOLD, 100 * HOLD])
def test_every_message_of_a_journey_played_again_does_nothing(world: World, after: float) -> None:
    Chain.objects.update(keep_failed=5.0)
    world.tool.shelf("list").carriers[0].copies = 2
    world.finished(world.run())
    settle_all(world)
    before, delivered = end(world), list(world.drive.delivered)
    world.drive.jump(world.drive.now + timedelta(seconds=after))
    for wake in reversed(delivered):
        world.drive.deliver(wake)
    assert {wake.task for wake in delivered} >= {"submit", "look", "send", "remove"}
    assert end(world) == before
    calls = sum(sum(shelf.calls.values()) for shelf in world.tool.shelves.values())
    for wake in delivered:
        world.drive.deliver(wake)
    assert sum(sum(shelf.calls.values()) for shelf in world.tool.shelves.values()) == calls


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_run_no_slot_twice_and_wake_nobody_twice(world: World) -> None:
    Chain.objects.update(schedule="every 2s", last_slot=later(-2), due_at=NOW)
    woken: list[Wake] = []
    for second in range(0, 20, 5):
        ready = threading.Barrier(2)

        def beat(now: float = second, ready: threading.Barrier = ready) -> None:
            ready.wait()
            try:
                woken.extend(tick(later(now)))
            finally:
                connection.close()

        beats = [threading.Thread(target=beat) for _ in range(2)]
        for thread in beats:
            thread.start()
        for thread in beats:
            thread.join()
    slots = list(Run.objects.order_by("slot").values_list("slot", flat=True))
    assert slots == [later(2 * nth) for nth in range(len(slots))]
    assert len(slots) >= 10
    named = Counter(id for wake in woken if wake.task == "submit" for id in wake.batch.ids)
    assert set(named.values()) == {1}
    assert set(named) == set(Run.objects.values_list("pk", flat=True))
