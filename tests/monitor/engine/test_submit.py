"""Each run is handed in once, whatever happens on the way."""

from datetime import timedelta

import pytest

from monitor.engine import ahead, due, judge, submit
from monitor.engine.tasks import WORK
from monitor.models import Cause, Confirmation, Connection, Run
from tests.monitor.engine.conftest import World


def posts(world: World) -> int:
    """Answer how often the form was handed anything."""
    return world.tool.shelf("form").calls["POST"]


def test_a_message_delivered_twice_hands_in_once(world: World) -> None:
    world.run()
    world.drive.seconds(0)
    (wake,) = [wake for wake in world.drive.delivered if wake.task == "submit"]
    WORK["submit"](wake.batch.ids, wake.batch.token, world.drive.now)
    assert posts(world) == 1


def test_a_run_found_being_handed_in_is_never_handed_in_again(world: World) -> None:
    run = world.run()
    world.drive.lose()
    # A worker that died after it began: the row says so, its claim runs out by itself.
    Run.objects.filter(pk=run.pk).update(submission="submitting", submitted_at=world.drive.now)
    world.tool.create("form", _written(run))
    world.drive.jump(world.drive.now + due.hold() + timedelta(seconds=1))
    run = world.finished(run)
    assert run.submission == "unknown"
    assert posts(world) == 0
    assert {hop["state"] for hop in run.hops} <= {"arrived", "late"}


def test_a_run_that_died_while_handed_in_and_is_nowhere_is_refused(world: World) -> None:
    run = world.run()
    world.drive.lose()
    Run.objects.filter(pk=run.pk).update(submission="submitting", submitted_at=world.drive.now)
    world.drive.jump(world.drive.now + due.hold() + timedelta(seconds=1))
    run = world.finished(run)
    assert [found["kind"] for found in run.findings] == ["refused"]
    assert posts(world) == 1  # the confirmation, a run of its own


@pytest.mark.parametrize("status", [400, 404, 422, 429, 500, 503])
def test_a_refusal_is_confirmed_by_a_second_run_and_told(world: World, status: int) -> None:
    world.tool.shelf("form").answers = {"POST": status}
    world.finished(world.run())
    world.drive.seconds(60)
    assert [run.cause for run in Run.objects.order_by("pk")] == ["manual", "confirmation"]
    assert posts(world) == 2
    (incident,) = world.incidents()
    assert (incident.subject, incident.kinds) == ("handoff:form", ["refused"])


def test_a_tool_that_took_the_lead_and_answered_500_is_not_asked_twice(world: World) -> None:
    shelf = world.tool.shelf("form")
    shelf.answers, shelf.commits = {"POST": 500}, True
    run = world.finished(world.run())
    assert (run.submission, run.verdict) == ("unknown", "passed")
    assert posts(world) == 1
    assert world.incidents() == []


def test_a_run_called_for_before_a_pause_is_called_off(world: World) -> None:
    run = world.run()
    Run.objects.filter(pk=run.pk).update(cause=Cause.SCHEDULED)
    type(world.chain).objects.update(paused_at=world.drive.now)
    run = world.finished(run)
    assert (run.submission, run.verdict) == ("cancelled", "inconclusive")
    assert posts(world) == 0


def test_a_deleted_chain_hands_nothing_in(world: World) -> None:
    run = world.run()
    type(world.chain).objects.update(deleted_at=world.drive.now)
    assert world.finished(run).submission == "cancelled"
    assert posts(world) == 0


def test_what_is_under_way_is_finished_though_everything_is_paused(world: World) -> None:
    run = world.run()
    world.drive.seconds(0.5)
    type(world.chain).objects.update(paused_at=world.drive.now)
    type(world.shop).objects.update(paused_at=world.drive.now)
    Connection.objects.update(paused_at=world.drive.now)
    run = world.finished(run)
    assert run.verdict == "passed"
    world.drive.seconds(20)
    assert world.tool.shelf("crm").records == []


def test_refused_credentials_stop_the_connection_and_cost_no_confirmation(world: World) -> None:
    Connection.objects.filter(slug="form").update(secrets={"token": "stale"})
    run = world.finished(world.run())
    assert (run.submission, run.verdict) == ("cancelled", "inconclusive")
    assert not Confirmation.objects.exists()
    assert Connection.objects.get(slug="form").state == "needs_owner"
    (incident,) = world.incidents()
    assert (incident.subject, incident.connection_id is not None) == ("cannot_look", True)


def test_a_run_taken_over_is_not_handed_in_by_the_first(world: World) -> None:
    run = world.run()
    world.drive.lose()
    token = Run.objects.get(pk=run.pk).claim
    fresh = due.take(Run.objects.all(), [run.pk], token, world.drive.now)
    due.seize(Run.objects.all(), [run.pk], world.drive.now)
    held = Run.objects.select_related("chain__workspace", "entry").get(pk=run.pk)
    assert submit._begin(held, fresh, world.drive.now) is False


def test_only_whoever_holds_a_run_writes_its_judgement(world: World) -> None:
    run = world.run()
    world.drive.seconds(0.2)
    stale = due.seize(Run.objects.all(), [run.pk], world.drive.now)
    due.seize(Run.objects.all(), [run.pk], world.drive.now)
    before = Run.objects.get(pk=run.pk).judged_at
    assert judge.runs([run.pk], stale, world.drive.now) == []
    assert Run.objects.get(pk=run.pk).judged_at == before


def test_losing_every_message_loses_nothing(world: World) -> None:
    run = world.run()
    for _ in range(40):
        world.drive.seconds(1)
        world.drive.lose()
        if Run.objects.get(pk=run.pk).submission == "accepted":
            break
        world.drive.jump(world.drive.now + due.hold() / 2)
        world.drive.push(ahead.everything(world.drive.now))
    assert world.finished(run, 2000).submission == "accepted"
    assert posts(world) == 1


def _written(run: Run) -> dict[str, str]:
    lead = run.lead
    return {
        "email": lead["email"],
        "first": lead["first_name"],
        "last": lead["last_name"],
        "phone": lead["phone"],
    }
