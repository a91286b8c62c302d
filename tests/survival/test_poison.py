"""A row that always goes wrong, or always kills its worker, is parked and shown; others go on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from monitor.engine import alert, due, run
from monitor.engine.chain import freeze
from monitor.management.examination import examine
from monitor.models import (
    Alert,
    Cause,
    Chain,
    Channel,
    Confirmation,
    Connection,
    ConnectionState,
    Due,
    Residue,
    Run,
    Stop,
)
from monitor.pages.health import health
from tests.monitor.engine import rows
from tests.monitor.engine.conftest import World
from tests.survival.deadly import DeadlyDrive, Killed
from tests.survival.points import place

Guilty = Callable[..., bool]

FAULTS = [RuntimeError, Killed]
"""What comes of working on the row: an exception, or the end of the process."""

either = pytest.mark.parametrize("fault", FAULTS, ids=["throws", "kills"])

ONE_HOLD = due.hold().total_seconds() + 20
"""How much later a neighbour may be because a worker died with it: one hold, and a few ticks."""


@pytest.fixture
def deadly(world: World) -> World:
    """The shop, with workers that may die."""
    world.drive = DeadlyDrive(world.tool)
    return world


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let a step of the engine go wrong for some rows, always."""

    def poisoned(at: str, guilty: Guilty, fault: type[BaseException]) -> None:
        holder, name = place(at)
        function = getattr(holder, name)

        def step(*given: Any, **named: Any) -> Any:
            if guilty(*given, **named):
                raise fault
            return function(*given, **named)

        monkeypatch.setattr(holder, name, step)

    return poisoned


def parked(world: World, row: Due) -> None:
    """Let time pass until the row is given up, which is after ten attempts; it is shown then."""
    model = type(row)
    for _ in range(4 * due.ATTEMPTS):
        row = model._default_manager.get(pk=row.pk)
        if row.stuck_at is not None:
            break
        assert row.due_at is not None, "nothing will ever come back to it"
        world.drive.jump(max(row.due_at, world.drive.now))
        world.drive.seconds(11)
    assert (row.attempts, row.due_at, row.claim) == (due.ATTEMPTS, None, "")
    assert row.stuck_why
    now = world.drive.now
    what = model._meta.model_name
    page = health(now, world.shop)
    assert [(one.what, one.key) for one in page.stuck] == [(what, str(row.pk))]
    assert [one for one in page.banners if "stuck" in one.text.render()]
    (report,) = examine(now, "stuck")
    assert not report.sound
    assert f"{what} {row.pk}" in report.sentence


def usual(world: World) -> float:
    """Answer how many seconds a healthy lead takes here."""
    began = world.drive.now
    ended = world.finished(world.run()).settled_at
    assert ended is not None
    return (ended - began).total_seconds()


def neighbours_end(world: World, runs: list[Run], within: float) -> None:
    """Let time pass until all these leads are through, no later than `within` seconds."""
    end = world.drive.now + timedelta(seconds=within)
    world.drive.until(end)
    for each in runs:
        each.refresh_from_db()
        assert each.verdict == "passed", each.hops
        assert each.settled_at is not None


def late(fault: type[BaseException]) -> float:
    """Answer by how much a neighbour may be late: not at all where nobody dies."""
    return ONE_HOLD if fault is Killed else due.FINE + 1


@either
def test_a_stop(deadly: World, poison: Callable[..., None], fault: type[BaseException]) -> None:
    seconds = usual(deadly)
    runs = [deadly.run() for _ in range(8)]
    bad = runs.pop(3)
    poison(
        "monitor.engine.search:ours",
        lambda _, asked, at: at.slug == "crm" and bad.tag in [one.tag for one in asked],
        fault,
    )
    neighbours_end(deadly, runs, seconds + late(fault))
    parked(deadly, Stop.objects.get(run=bad, hop="crm"))
    bad = deadly.finished(bad)
    # We could not look there, which is no loss.
    assert (bad.verdict, [found["kind"] for found in bad.findings]) == ("inconclusive", ["blind"])


@either
def test_a_run_that_is_judged(
    deadly: World, poison: Callable[..., None], fault: type[BaseException]
) -> None:
    seconds = usual(deadly)
    other = second_chain(deadly)
    bad = run.request(other, cause=Cause.MANUAL, now=deadly.drive.now)
    runs = [deadly.run() for _ in range(8)]
    poison("monitor.rules.verdict:judge", lambda plan, *_: plan.chain == other.slug, fault)
    neighbours_end(deadly, runs, seconds + late(fault))
    parked(deadly, bad)


@either
def test_an_alert(deadly: World, poison: Callable[..., None], fault: type[BaseException]) -> None:
    channel = Channel.objects.get()
    news = [alert.request_test(channel, deadly.drive.now) for _ in range(4)]
    bad = news.pop(1)
    poison("monitor.engine.alert:deliver", lambda _, __, key, *___, **____: key == bad.key, fault)
    deadly.drive.seconds(late(fault))
    assert all(Alert.objects.get(pk=one.pk).sent_at for one in news)
    parked(deadly, bad)


@either
def test_a_record_to_be_removed(
    deadly: World, poison: Callable[..., None], fault: type[BaseException]
) -> None:
    runs = [deadly.run() for _ in range(6)]
    for each in runs:
        deadly.finished(each)
    deadly.drive.seconds(60)
    Residue.objects.filter(connection__slug="crm").update(
        state="lying", due_at=deadly.drive.now, removed_at=None, verified_at=None
    )
    bad = runs.pop(2)
    poison(
        "monitor.engine.search:ours",
        lambda _, asked, at: bad.tag in [one.tag for one in asked],
        fault,
    )
    deadly.drive.seconds(late(fault) + 10)
    others = Residue.objects.filter(connection__slug="crm").exclude(run=bad)
    assert set(others.values_list("state", flat=True)) == {"gone"}
    parked(deadly, Residue.objects.get(connection__slug="crm", run=bad))


@either
def test_a_loss_to_be_tried_again(
    deadly: World, poison: Callable[..., None], fault: type[BaseException]
) -> None:
    first = deadly.finished(deadly.run())
    doubts = [
        Confirmation.objects.create(
            workspace=deadly.shop, chain=deadly.chain, hop=hop, first=first, persona="plain",
            opened_at=deadly.drive.now, due_at=deadly.drive.now,
        )
        for hop in ("form", "list", "crm")
    ]  # fmt: skip
    bad = doubts.pop(1)
    poison(
        "monitor.engine.run:write",
        lambda intents, *_: bad.pk in [one.confirms for one in intents],
        fault,
    )
    deadly.drive.seconds(late(fault) + 10)
    assert Run.objects.filter(confirms__in=doubts).count() == 2
    parked(deadly, bad)


@either
def test_a_connection(
    deadly: World, poison: Callable[..., None], fault: type[BaseException]
) -> None:
    places = list(Connection.objects.order_by("pk"))
    since = deadly.drive.now
    Connection.objects.update(
        state=ConnectionState.NEEDS_OWNER, problem_since=since, due_at=deadly.drive.now
    )
    bad = places.pop(1)
    poison("monitor.engine.connection:prove", lambda place, _: place.pk == bad.pk, fault)
    deadly.drive.seconds(late(fault) + 10)
    proved = Connection.objects.filter(pk__in=[one.pk for one in places], state="proved")
    assert proved.count() == 2
    parked(deadly, bad)


@either
def test_a_slot(deadly: World, poison: Callable[..., None], fault: type[BaseException]) -> None:
    other = second_chain(deadly)
    Chain.objects.update(schedule="every 60s", due_at=deadly.drive.now)
    poison(
        "monitor.engine.run:write",
        lambda intents, *_: other in [one.chain for one in intents],
        fault,
    )
    deadly.drive.seconds(late(fault) + 60)
    assert Run.objects.filter(chain=deadly.chain).exists()
    deadly.chain.refresh_from_db()
    Chain.objects.filter(pk=deadly.chain.pk).update(due_at=None)
    parked(deadly, other)


def second_chain(world: World) -> Chain:
    """Draw another chain through the same three shelves."""
    other = rows.chain(world.shop, "other", schedule="", due_at=None)
    for hop in world.chain.hops.order_by("position"):
        hop.pk, hop.chain = None, other
        hop.save()
    freeze(other, world.drive.now)
    return other
