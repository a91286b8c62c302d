"""Whatever clocks do, each slot is run once, and no step of a clock makes a storm or a silence."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from monitor.engine import heartbeat, slot
from monitor.engine.chain import freeze
from monitor.models import Chain, Hop, Run
from monitor.pages.health import health
from monitor.rules.verdict import Verdict
from tests.monitor.engine import rows
from tests.monitor.engine.conftest import World
from tests.monitor.engine.drive import Drive
from tests.monitor.engine.rows import NOW, later

QUARTER = timedelta(minutes=15)
AROUND = timedelta(hours=27)
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Pacific/Auckland",
    "Asia/Kathmandu",
    "Africa/Casablanca",
)


def changes(zone: str) -> list[datetime]:
    """Answer when the zone's clocks change in the coming year; some moment where they never do."""
    hours = [NOW.replace(minute=0) + timedelta(hours=number) for number in range(366 * 24)]
    found = [
        after
        for before, after in pairwise(hours)
        if before.astimezone(ZoneInfo(zone)).utcoffset()
        != after.astimezone(ZoneInfo(zone)).utcoffset()
    ]
    return found or [NOW]


def further_chain(world: World, slug: str, **values: object) -> Chain:
    """Draw a chain of one hop, the form of the world's own chain."""
    chain = rows.chain(world.shop, slug, **values)
    form = Hop.objects.select_related("connection").get(chain=world.chain, slug="form")
    rows.hops(chain, [("form", form.connection, {"fields": form.fields, "resource": "records"})])
    freeze(chain, NOW)
    return chain


@pytest.mark.parametrize("zone", ZONES)
def test_each_slot_is_run_once_across_every_change_of_the_clocks(
    world: World, settings: Settings, zone: str
) -> None:
    settings.TICK_SECONDS = QUARTER.total_seconds()
    here = ZoneInfo(zone)
    world.shop.timezone = zone
    world.shop.save()
    lines = {"daily": "30 2 * * *", "often": "*/20 * * * *", "six-hourly": "0 */6 * * *"}
    for change in changes(zone):
        start, end = change - AROUND, change + AROUND
        chains = {}
        for name, line in lines.items():
            slug = f"{name}-{change:%m%d}"
            chains[name] = further_chain(
                world, slug, schedule=line, due_at=start, last_slot=start, created_at=start
            )
        now = start
        while now < end:
            slot.open_due(now)
            slot.open_due(now + timedelta(seconds=1))
            now += QUARTER
        ran = {
            name: [at.astimezone(here) for at in _slots(chain) if start < at <= end - QUARTER]
            for name, chain in chains.items()
        }
        whole = [day for day, count in Counter(at.date() for at in ran["often"]).items() if count]
        assert Counter(at.date() for at in ran["daily"]) == Counter(
            _with_slot(whole, start, end, here)
        )
        steps = {b - a for a, b in pairwise(sorted(_slots(chains["often"])))}
        assert steps == {timedelta(minutes=20)}
        six = [(at.date(), at.hour, at.minute) for at in ran["six-hourly"]]
        assert len(set(six)) == len(six)
        assert {(hour, minute) for _day, hour, minute in six} == {(h, 0) for h in (0, 6, 12, 18)}
        assert len(six) >= AROUND * 2 // timedelta(hours=6) - 1
        Chain.objects.filter(pk__in=[chain.pk for chain in chains.values()]).update(due_at=None)


def _slots(chain: Chain) -> list[datetime]:
    found = Run.objects.filter(chain=chain).order_by("slot").values_list("slot", flat=True)
    return [at for at in found if at is not None]


def _with_slot(days: list[date], start: datetime, end: datetime, here: ZoneInfo) -> list[date]:
    """Answer the days whose half past two, or what the clocks make of it, lies in the window."""
    half_past = [datetime(day.year, day.month, day.day, 2, 30, tzinfo=here) for day in days]
    return [at.date() for at in half_past if start < at.astimezone(UTC) <= end - QUARTER]


def test_a_machine_asleep_for_a_day_catches_up_with_one_run_a_chain(world: World) -> None:
    chains = [
        further_chain(world, f"asleep-{number}", schedule="*/15 * * * *", last_slot=NOW)
        for number in range(25)
    ]
    Chain.objects.filter(pk__in=[chain.pk for chain in chains]).update(due_at=later(900))
    drive: Drive = world.drive
    drive.jump(later(86_400 + 120))
    drive.seconds(60)
    caught_up = Run.objects.values_list("chain_id", "slot")
    assert sorted(caught_up) == [(chain.pk, later(86_400)) for chain in chains]
    drive.seconds(900)
    assert Counter(Run.objects.values_list("chain_id", flat=True)) == Counter(
        {chain.pk: 2 for chain in chains}
    )


def test_a_lead_under_way_while_the_machine_slept_is_neither_late_nor_lost(world: World) -> None:
    run = world.run()
    world.drive.seconds(0.5)
    run.refresh_from_db()
    assert run.submitted_at is not None
    world.drive.jump(later(86_400))
    assert world.finished(run).verdict == Verdict.PASSED
    assert world.incidents() == []


@pytest.mark.parametrize("minutes", [3, -3])
def test_a_clock_that_steps_makes_no_storm_and_no_silence(world: World, minutes: int) -> None:
    Chain.objects.update(schedule="every 60s", last_slot=NOW - timedelta(seconds=60), due_at=NOW)
    step = timedelta(minutes=minutes)
    drive = world.drive
    for astray in (timedelta(0), step, timedelta(0), -step, timedelta(0)):
        drive.astray = astray
        drive.seconds(240)
    drive.seconds(120)
    slots = _slots(world.chain)
    assert len(set(slots)) == len(slots)
    # Twenty-two minutes went by. Three slots that the clock left out are not made up, but one.
    assert 22 - 2 * 3 <= len(slots) <= 22 + 3
    form = world.tool.shelf("form")
    assert len(form.records) + form.calls["DELETE"] <= Run.objects.count()
    began = sorted(filter(None, Run.objects.values_list("submitted_at", flat=True)))
    longest = max(after - before for before, after in pairwise(began))
    assert longest <= abs(step) + timedelta(seconds=90)
    assert world.incidents() == []


def test_a_clock_put_back_leaves_no_sign_of_life_standing(world: World) -> None:
    heartbeat.note(later(600), "beat", "worker")
    assert not health(NOW).watching
    heartbeat.note(NOW, "beat", "worker")
    assert health(NOW).watching


def test_what_is_done_now_and_then_is_not_held_up_by_a_clock_put_back(db: None) -> None:
    minute = timedelta(seconds=60)
    assert heartbeat.again("outside", minute, later(600))
    assert not heartbeat.again("outside", minute, later(630))
    assert heartbeat.again("outside", minute, NOW)
    assert not heartbeat.again("outside", minute, later(30))
