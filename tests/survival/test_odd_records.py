"""One odd lead of a hundred in one batch: the other ninety-nine are judged as if it were not there.

Simulated time on a real database, and a tool on a real socket.
"""

import json
from collections import Counter
from typing import Any

import pytest

from monitor.engine import ahead, due, run
from monitor.engine.chain import freeze
from monitor.models import Alert, Cause, Connection, Incident, Run, Stop
from tests.monitor.engine import rows
from tests.monitor.engine.conftest import World
from tests.monitor.engine.tool import HUGE
from tests.survival.deadly import DeadlyDrive, Killed
from tests.survival.points import place

HUNDRED = 100
ODD = 37
LATEST = 30.0
"""Seconds by which a hundred leads are through here."""


@pytest.fixture
def hundred(world: World) -> list[Run]:
    """A hundred leads that have just been handed in together, at the only hop of a chain."""
    world.drive = DeadlyDrive(world.tool)
    Connection.objects.update(may_remove=False)
    chain = rows.chain(world.shop, "only", schedule="", due_at=None)
    hop = world.chain.hops.get(slug="crm")
    hop.pk, hop.chain, hop.after, hop.position = None, chain, "", 0
    hop.save()
    freeze(chain, world.drive.now)
    intent = run.Intent(chain=chain, cause=Cause.CI, persona="plain", due_at=world.drive.now)
    made = run.write([intent] * HUNDRED, world.drive.now)
    world.drive.push(ahead.runs(world.drive.now, made))
    world.drive.seconds(0.5)
    assert len(world.tool.shelf("crm").records) == HUNDRED
    return list(Run.objects.order_by("pk"))


def with_record(world: World, odd: Run, **change: Any) -> None:
    """Change the one record in the CRM."""
    held = world.tool.shelf("crm").records
    (record,) = [one for one in held if one["email"] == odd.lead["email"]]
    record.update(change)


def others_pass(world: World, runs: list[Run], within: float = LATEST) -> Run:
    """Let time pass; all but the odd one have passed then. Answers the odd one."""
    world.drive.seconds(within)
    odd = runs[ODD]
    others = Run.objects.exclude(pk=odd.pk).exclude(settled_at=None)
    assert Counter(others.values_list("verdict", flat=True)) == {"passed": HUNDRED - 1}
    assert not Incident.objects.exclude(opened_by=odd).exists()
    odd.refresh_from_db()
    return odd


def by_handle(world: World) -> None:
    """Let the CRM be searched by handle alone: it has no listing."""
    crm = Connection.objects.get(slug="crm")
    crm.settings = {key: value for key, value in crm.settings.items() if key != "list_path"}
    crm.save()


def test_a_handle_that_the_tool_refuses(world: World, hundred: list[Run]) -> None:
    by_handle(world)
    world.tool.shelf("crm").refuses = {hundred[ODD].tag}
    odd = others_pass(world, hundred)
    assert (odd.verdict, [found["kind"] for found in odd.findings]) == ("inconclusive", ["blind"])


def test_an_answer_too_large_to_be_read(world: World, hundred: list[Run]) -> None:
    by_handle(world)
    with_record(world, hundred[ODD], note=HUGE)
    odd = others_pass(world, hundred)
    assert (odd.verdict, [found["kind"] for found in odd.findings]) == ("inconclusive", ["blind"])


def test_a_nul_byte(world: World, hundred: list[Run]) -> None:
    with_record(world, hundred[ODD], first="An\x00ne", id="r\x00id")
    odd = others_pass(world, hundred)
    assert odd.verdict == "failed"
    (record,) = Stop.objects.get(run=odd, hop="crm").records
    assert (record["id"], record["record"]["first"]) == ("r\\x00id", "An\\x00ne")


def test_a_value_of_five_megabytes(world: World, hundred: list[Run]) -> None:
    with_record(world, hundred[ODD], first="x" * 5_000_000)
    odd = others_pass(world, hundred)
    assert odd.verdict == "failed"
    stop = Stop.objects.get(run=odd, hop="crm")
    kept = [odd.findings, odd.hops, stop.records, *Incident.objects.values_list("findings")]
    kept += Alert.objects.values_list("news")
    assert len(json.dumps(kept)) < 100_000


def test_a_record_that_kills_the_worker(
    world: World, hundred: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    holder, name = place("monitor.engine.search:ours")
    search = getattr(holder, name)

    def deadly(tool: Any, runs: Any, at: Connection) -> Any:
        if at.slug == "crm" and hundred[ODD].tag in [one.tag for one in runs]:
            raise Killed
        return search(tool, runs, at)

    monkeypatch.setattr(holder, name, deadly)
    odd = others_pass(world, hundred, LATEST + 1.2 * due.hold().total_seconds())
    assert odd.verdict == ""
    assert isinstance(world.drive, DeadlyDrive)
    assert world.drive.deaths >= 2
