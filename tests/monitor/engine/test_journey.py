"""Whole journeys of a lead through simulated time, over real sockets."""

from datetime import timedelta

from django.core import mail

from monitor.models import Alert, Confirmation, Residue, Run, Stop
from tests.monitor.engine.conftest import World


def test_a_healthy_lead_is_delivered_once_and_taken_out_again(world: World) -> None:
    run = world.finished(world.run())
    assert run.verdict == "passed", run.findings
    assert run.submission == "accepted"
    assert world.tool.shelf("form").calls["POST"] == 1
    world.drive.seconds(30)
    assert set(Residue.objects.values_list("state", flat=True)) == {"gone"}
    assert Residue.objects.count() == 3
    assert [world.tool.shelf(name).records for name in ("form", "list", "crm")] == [[], [], []]
    assert world.incidents() == []


def test_swapped_fields_open_one_incident_that_a_good_run_resolves(world: World) -> None:
    carrier = world.tool.shelf("list").carriers[0]
    carrier.change = lambda record: {**record, "first": record["email"], "email": record["first"]}
    run = world.finished(world.run())
    assert run.verdict == "failed"
    (incident,) = world.incidents()
    assert (incident.subject, incident.kinds) == ("handoff:crm", ["swapped"])
    world.finished(world.run())
    carrier.change = lambda record: record
    world.finished(world.run())
    (incident,) = world.incidents()
    assert (incident.resolution, incident.bad) == ("recovered", 2)
    world.drive.seconds(10)
    assert sorted(Alert.objects.values_list("event", flat=True)) == ["opened", "resolved"]
    assert len(mail.outbox) == 2
    assert not Alert.objects.filter(sent_at=None).exists()


def test_a_drop_is_tried_again_before_it_is_told(world: World) -> None:
    carriers = world.tool.shelf("list").carriers
    world.tool.shelf("list").carriers = []
    first = world.run()
    while not Confirmation.objects.exists():
        world.drive.seconds(1)
    assert world.incidents() == []
    world.finished(first)
    second = Run.objects.get(cause="confirmation")
    world.finished(second)
    (incident,) = world.incidents()
    assert (incident.subject, incident.kinds, incident.bad) == ("handoff:crm", ["dropped"], 2)
    assert Confirmation.objects.get().outcome == "confirmed"
    world.tool.shelf("list").carriers = carriers
    world.finished(world.run())
    assert world.incidents()[0].resolution == "recovered"
    assert Run.objects.count() == 3


def test_a_loss_that_does_not_come_again_is_counted_and_no_incident(world: World) -> None:
    carriers = world.tool.shelf("list").carriers
    world.tool.shelf("list").carriers = []
    world.run()
    world.drive.seconds(2)
    world.tool.shelf("list").carriers = carriers
    world.drive.seconds(60)
    assert world.incidents() == []
    assert Confirmation.objects.get().outcome == "intermittent"
    assert sorted(Run.objects.values_list("verdict", flat=True)) == ["failed", "passed"]


def test_copies_are_found_while_lingering(world: World) -> None:
    world.tool.shelf("list").carriers[0].copies = 2
    run = world.finished(world.run())
    assert [found["kind"] for found in run.findings] == ["duplicated"]
    world.drive.jump(world.drive.now + timedelta(days=1))
    world.drive.seconds(30)
    assert Residue.objects.filter(state="gone").count() == 4


def test_looks_that_fail_are_no_loss(world: World) -> None:
    world.tool.shelf("crm").answers = {"GET": 500}
    run = world.finished(world.run())
    assert run.verdict == "inconclusive"
    assert world.incidents() == []
    assert Stop.objects.get(run=run, hop="crm").failure["key"]
