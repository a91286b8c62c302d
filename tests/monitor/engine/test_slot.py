"""Slots: one run each, none made up but the latest, none while paused."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from monitor.engine import run, slot
from monitor.engine.tasks import WORK
from monitor.engine.tick import tick
from monitor.models import Cause, Chain, Connection, Run
from tests.monitor.engine.conftest import World
from tests.monitor.engine.rows import NOW, later


@pytest.fixture
def scheduled(world: World) -> World:
    """The chain with a slot every minute, the next one in three seconds."""
    Chain.objects.update(schedule="every 60s", last_slot=later(-57), due_at=later(3))
    # The slots of "every 60s" are whole minutes, so the clock is moved, not the schedule.
    Chain.objects.update(last_slot=NOW - timedelta(seconds=60), due_at=NOW)
    return world


def slots() -> list[datetime | None]:
    """Answer the slots that have runs, in order."""
    return list(Run.objects.order_by("slot").values_list("slot", flat=True))


def test_a_slot_is_opened_ahead_of_its_time_and_handed_in_on_time(scheduled: World) -> None:
    slot.open_due(later(56))
    run = Run.objects.order_by("slot").last()
    assert run is not None
    assert (run.slot, run.due_at, run.submitted_at) == (later(60), later(60), None)


def test_each_slot_brings_one_run_though_two_beats_tick(scheduled: World) -> None:
    for _ in range(2):
        slot.open_due(NOW)
    scheduled.drive.seconds(130)
    assert slots() == [NOW, later(60), later(120)]


def test_a_slot_has_one_run_whoever_writes_it(scheduled: World) -> None:
    chain = Chain.objects.select_related("workspace").get()
    wanted = run.Intent(chain=chain, cause=Cause.SCHEDULED, persona="plain", due_at=NOW, slot=NOW)
    assert len(run.write([wanted], NOW)) == 1
    assert run.write([wanted], NOW) == []
    row = Run.objects.get()
    row.pk, row.tag = None, "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_after_a_downtime_only_the_latest_slot_is_made_up(scheduled: World) -> None:
    slot.open_due(later(3610))
    assert slots() == [later(3600)]
    assert Chain.objects.get().due_at == later(3660)


@pytest.mark.parametrize("what", ["chain", "workspace", "connection"])
def test_no_run_is_made_while_something_on_the_way_is_paused(scheduled: World, what: str) -> None:
    paused = {"chain": Chain, "workspace": type(scheduled.shop), "connection": Connection}[what]
    paused.objects.update(paused_at=NOW)  # type: ignore[attr-defined]
    for seconds in (0, 60, 120):
        slot.open_due(later(seconds))
    assert slots() == []
    paused.objects.update(paused_at=None)  # type: ignore[attr-defined]
    slot.open_due(later(180))
    assert slots() == [later(180)]


def test_a_day_has_no_more_leads_than_its_budget(scheduled: World) -> None:
    Chain.objects.update(daily_budget=2)
    for minute in range(5):
        slot.open_due(later(60 * minute))
    assert slots() == [NOW, later(60)]
    midnight = NOW.replace(hour=0) + timedelta(days=1)
    assert Chain.objects.get().due_at == midnight
    slot.open_due(midnight)
    assert slots()[2:] == [midnight]


def test_a_lead_asked_for_beyond_the_budget_is_declined_with_a_sentence(world: World) -> None:
    Chain.objects.update(daily_budget=0)
    world.chain.refresh_from_db()
    with pytest.raises(run.NoMoreToday) as declined:
        world.run()
    assert declined.value.message.render()


def test_personas_take_turns(scheduled: World) -> None:
    Chain.objects.update(personas=["plain", "long"])
    for minute in range(4):
        slot.open_due(later(60 * minute))
    played = list(Run.objects.order_by("slot").values_list("persona", flat=True))
    assert played == ["plain", "long", "plain", "long"]


def test_a_schedule_faster_than_the_tick_has_all_its_slots(scheduled: World) -> None:
    Chain.objects.update(schedule="every 1s", last_slot=later(-1), due_at=NOW)
    scheduled.drive.seconds(8)
    assert slots()[:8] == [later(second) for second in range(8)]


def test_tags_and_phones_do_not_repeat(scheduled: World) -> None:
    for minute in range(6):
        slot.open_due(later(60 * minute))
    leads = list(Run.objects.values_list("lead", flat=True))
    assert len({lead["phone"] for lead in leads}) == len(leads) == 6
    assert len({lead["email"] for lead in leads}) == 6


def test_whoever_is_woken_a_little_early_waits_for_the_slot(scheduled: World) -> None:
    (wake,) = tick(later(-2))
    assert wake.batch.start == NOW
    WORK["submit"](wake.batch.ids, wake.batch.token, later(-0.15))
    handed_in = Run.objects.get().submitted_at
    assert handed_in is not None
    assert NOW <= handed_in < later(0.2)
