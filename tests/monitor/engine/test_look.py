"""Looks: batched by tool, one batch in flight a connection, failures never counted as losses."""

from datetime import timedelta

import pytest

from monitor.engine import ahead, due, look
from monitor.engine.clock import Clock
from monitor.engine.tasks import WORK
from monitor.models import Connection, Residue, Run, Stop
from monitor.rules.verdict import Verdict
from tests.monitor.engine import rows
from tests.monitor.engine.conftest import World


def test_a_hundred_leads_are_looked_for_with_one_search(world: World) -> None:
    for _ in range(20):
        world.run()
    world.drive.seconds(0.9)
    before = world.tool.shelf("form").calls["GET"]
    Stop.objects.filter(hop="form").update(due_at=world.drive.now, claim="")
    world.drive.lose()
    (batch,) = [wake for wake in ahead.stops(world.drive.now) if wake.task == "look"]
    look.look(batch.batch.ids, batch.batch.token, world.drive.now)
    assert len(batch.batch.ids) == 20
    assert world.tool.shelf("form").calls["GET"] - before == 1


def test_a_look_delivered_twice_looks_once(world: World) -> None:
    run = world.finished(world.run())
    for wake in [wake for wake in world.drive.delivered if wake.task == "look"]:
        assert WORK["look"](wake.batch.ids, wake.batch.token, world.drive.now) == []
    again = Run.objects.get(pk=run.pk)
    assert (again.verdict, again.amended_at) == ("passed", None)


def test_a_connection_with_a_batch_in_flight_is_left_out_by_the_tick(world: World) -> None:
    world.run(), world.run()
    world.drive.seconds(0.2)
    world.drive.lose()
    first, second = Stop.objects.filter(hop="form").order_by("pk")
    now = world.drive.now
    Stop.objects.filter(pk=first.pk).update(claim="x" * 32, due_at=now + due.hold())
    Stop.objects.filter(pk=second.pk).update(claim="", due_at=now)
    assert ahead.stops(now) == []
    Connection.objects.update(parallel=2)
    assert [wake.batch.ids for wake in ahead.stops(now)] == [(second.pk,)]


def test_of_two_batches_at_once_the_later_gives_way(world: World) -> None:
    world.run(), world.run()
    world.drive.seconds(0.2)
    world.drive.lose()
    now = world.drive.now
    first, second = Stop.objects.filter(hop="form").order_by("pk")
    Stop.objects.filter(hop="form").update(due_at=now, claim="")
    due.seize(Stop.objects.all(), [first.pk], now - timedelta(seconds=1))
    Stop.objects.filter(pk=second.pk).update(claim="b" * 32, due_at=now + due.hold())
    look.look([second.pk], "b" * 32, now)
    second.refresh_from_db()
    assert (second.claim, second.looked_at, second.attempts) == ("", None, 0)


def _looks(run: Run) -> int:
    return sum(len(stop.looks) for stop in Stop.objects.filter(run=run))


def test_looks_that_see_nothing_new_are_kept_without_a_judgement(world: World) -> None:
    run, quiet = world.run(), 0
    while run.settled_at is None:
        judged_at, looks = run.judged_at, _looks(run)
        world.drive.seconds(0.1)
        run.refresh_from_db()
        quiet += _looks(run) > looks and run.judged_at == judged_at
    assert run.verdict == "passed"
    assert quiet


def test_a_look_that_no_judgement_planned_for_is_judged(world: World) -> None:
    run = world.run()
    while Stop.objects.filter(run=run, arrived_at=None).exists():
        world.drive.seconds(0.1)
    run.refresh_from_db()
    judged_at, looks = run.judged_at, _looks(run)
    Run.objects.filter(pk=run.pk).update(outlooks={})
    while _looks(run) == looks:
        world.drive.seconds(0.1)
    run.refresh_from_db()
    assert run.judged_at != judged_at


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_a_tool_that_cannot_be_asked_is_a_blind_spot(world: World, status: int) -> None:
    world.tool.shelf("crm").answers = {"GET": status}
    run = world.finished(world.run())
    assert (run.verdict, [found["kind"] for found in run.findings]) == ("inconclusive", ["blind"])
    assert not [one for one in world.incidents() if one.chain_id]


def test_one_refused_call_does_not_stop_a_connection_that_still_passes(world: World) -> None:
    crm = Connection.objects.get(slug="crm")
    from monitor.engine import connection

    assert connection.doubt(crm, world.drive.now) is False
    assert Connection.objects.get(slug="crm").state == "proved"


def test_a_stopped_connection_proves_itself_and_its_looks_go_on(world: World) -> None:
    world.tool.shelf("crm").answers = {"GET": 401}
    world.finished(world.run())
    assert Connection.objects.get(slug="crm").state == "needs_owner"
    world.tool.shelf("crm").answers = {}
    world.drive.seconds(70)
    assert Connection.objects.get(slug="crm").state == "proved"
    (incident,) = world.incidents()
    assert incident.resolution == "recovered"
    assert world.finished(world.run()).verdict == "passed"


def test_a_record_with_characters_no_database_keeps_is_shown_escaped(world: World) -> None:
    world.tool.shelf("list").carriers[0].change = lambda record: {
        **record,
        "first": f"{record['first']}\x00",
    }
    run = world.finished(world.run())
    assert run.verdict == "failed"
    assert world.stop_at(run, "crm").records[0]["record"]["first"].endswith("\\x00")


def test_a_last_look_that_failed_is_repeated_until_one_goes_well(world: World) -> None:
    made = world.run()
    world.drive.seconds(7.5)
    world.tool.shelf("crm").answers = {"GET": 500}
    world.drive.seconds(3)
    world.tool.shelf("crm").answers = {}
    finished = world.finished(made, 20)
    outcomes = [look[1] for look in world.stop_at(finished, "crm").looks]
    assert outcomes.count("failed") >= 2
    assert (outcomes[-1], finished.verdict) == ("found", Verdict.PASSED)


def test_a_lead_of_another_run_in_a_record_is_leaked(world: World) -> None:
    first = world.run()
    world.drive.seconds(3)
    world.tool.shelf("list").carriers[0].change = lambda record: {
        **record,
        "phone": first.lead["phone"],
    }
    run = world.finished(world.run())
    assert [found["kind"] for found in run.findings] == ["leaked"]


def test_what_is_seen_joins_the_ledger_once(world: World) -> None:
    world.finished(world.run())
    places = Residue.objects.values_list("connection__slug", flat=True)
    assert sorted(places) == ["crm", "form", "list"]


def test_a_copy_that_turns_up_a_day_later_amends_the_verdict(world: World) -> None:
    run = world.finished(world.run())
    world.drive.seconds(20)
    world.drive.jump(world.drive.now + timedelta(hours=20))
    record = {
        "email": run.lead["email"],
        "first": run.lead["first_name"],
        "last": run.lead["last_name"],
        "phone": run.lead["phone"],
    }
    world.tool.create("crm", record)
    world.drive.jump(world.drive.now + timedelta(hours=5))
    world.drive.seconds(120)
    run.refresh_from_db()
    assert (run.verdict, run.amended_at is not None) == ("failed", True)
    assert [one.kinds for one in world.incidents()] == [["duplicated"]]
    assert world.tool.shelf("crm").records == []


def test_a_row_that_no_look_can_be_finished_for_stands_alone(world: World) -> None:
    good, bad = world.run(), world.run()
    world.drive.seconds(0.2)
    Run.objects.filter(pk=bad.pk).update(lead={})
    good = world.finished(good)
    assert good.verdict == "passed"
    assert Stop.objects.filter(run=bad, attempts__gt=0).exists()


def test_the_rest_of_a_message_is_postponed_when_its_hold_is_nearly_over(world: World) -> None:
    shop = world.shop
    assert world.drive.now + due.hold() > rows.NOW
    batch = look.Batch(
        place=Connection.objects.filter(workspace=shop)[0],
        resource="records",
        stops=[],
        runs={},
        token="t" * 32,
        clock=_Late(),
    )
    assert look._hand_on([batch], "t" * 32, _Late()) == []


class _Late(Clock):
    """A clock of a task that has been at work for too long."""

    def __init__(self) -> None:
        super().__init__(rows.NOW)

    @property
    def spent(self) -> bool:
        return True
