"""Incidents beyond the plain course: edits, pauses, going unseen, doubts that stay open."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core import mail
from django.test import override_settings

from monitor.engine import incident, retention, slot
from monitor.engine.chain import freeze
from monitor.models import Alert, Cause, Chain, Confirmation, Heartbeat, Hop, Incident, Run
from monitor.pages.incident import tell
from tests.monitor.engine import rows
from tests.monitor.engine.conftest import SHELVES, World


@contextmanager
def cut_off(world: World) -> Iterator[None]:
    """Let nothing leave this machine: no tool answers and no mail server."""
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    with (
        world.tool.away(),
        override_settings(EMAIL_BACKEND=smtp, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port),
    ):
        yield


def drop(world: World) -> None:
    """Let the handoff into the CRM lose leads."""
    world.tool.shelf("list").carriers = []


def test_a_lead_that_comes_late_after_all_ends_the_doubt(world: World) -> None:
    world.tool.shelf("list").carriers[0].delay = 14.0
    first = world.finished(world.run())
    world.drive.seconds(60)
    assert [found["kind"] for found in first.findings] == ["late"]
    (late,) = world.incidents()
    assert late.kinds == ["late"]


def test_while_a_loss_is_checked_only_one_second_run_is_made(world: World) -> None:
    drop(world)
    world.run(), world.run(), world.run()
    world.drive.seconds(90)
    assert Run.objects.filter(cause=Cause.CONFIRMATION).count() == 1
    assert len(world.incidents()) == 1
    assert world.incidents()[0].bad >= 2


def test_without_a_reserve_a_loss_is_told_unverified(world: World) -> None:
    Chain.objects.update(reserve=0)
    drop(world)
    world.finished(world.run())
    (told,) = world.incidents()
    assert told.reason == "no_reserve"
    assert not Run.objects.filter(cause=Cause.CONFIRMATION).exists()


def test_a_confirmation_that_cannot_be_checked_is_repeated_then_told(world: World) -> None:
    drop(world)
    world.run()
    while not Run.objects.filter(cause=Cause.CONFIRMATION).exists():
        world.drive.seconds(1)
    world.tool.shelf("crm").answers = {"GET": 500}
    world.drive.seconds(1500)
    assert Run.objects.filter(cause=Cause.CONFIRMATION).count() == 4
    (told,) = world.incidents()
    assert told.reason == "could_not_check"
    assert Confirmation.objects.get(hop="crm").outcome == "unchecked"


def test_an_edit_closes_incidents_of_vanished_handoffs_as_superseded(world: World) -> None:
    world.tool.shelf("list").carriers[0].copies = 2
    world.finished(world.run())
    Hop.objects.filter(slug="crm").delete()
    freeze(world.chain, world.drive.now)
    incident.supersede(world.chain, ("crm",), world.drive.now)
    (closed,) = world.incidents()
    assert closed.resolution == "superseded"


def test_a_run_under_way_on_the_old_drawing_opens_nothing_about_it(world: World) -> None:
    world.tool.shelf("list").carriers[0].copies = 2
    run = world.run()
    world.drive.seconds(0.5)
    Hop.objects.filter(slug="crm").delete()
    freeze(world.chain, world.drive.now)
    run = world.finished(run)
    assert run.verdict == "failed"
    assert world.incidents() == []


def test_a_deleted_chain_opens_nothing(world: World) -> None:
    world.tool.shelf("list").carriers[0].copies = 2
    run = world.run()
    world.drive.seconds(0.5)
    Chain.objects.update(deleted_at=world.drive.now)
    world.finished(run)
    assert world.incidents() == []


def test_a_paused_chain_keeps_its_incident_and_stays_silent(world: World) -> None:
    world.tool.shelf("list").carriers[0].copies = 2
    run = world.run()
    world.drive.seconds(0.5)
    Chain.objects.update(paused_at=world.drive.now)
    world.finished(run)
    assert not Alert.objects.exists()
    assert mail.outbox == []


def test_a_chain_unseen_for_three_slots_is_told_once_and_resolved_when_seen(world: World) -> None:
    Chain.objects.update(schedule="every 60s", due_at=world.drive.now)
    world.tool.shelf("crm").answers = {"GET": 500}
    world.drive.seconds(170)
    assert Incident.objects.filter(subject="cannot_look").count() == 1
    assert Incident.objects.get().reason == "unseen"
    world.tool.shelf("crm").answers = {}
    world.drive.seconds(120)
    assert Incident.objects.get().resolution == "recovered"
    events = Alert.objects.values_list("event", flat=True)
    assert sorted(events) == ["opened", "resolved"]


def test_with_all_egress_cut_one_message_waits_and_no_outage_is_counted(world: World) -> None:
    Chain.objects.update(schedule="every 60s", due_at=world.drive.now)
    further = rows.chain(world.shop, "further", due_at=world.drive.now)
    rows.hops(
        further,
        [(hop.slug, hop.connection, {"fields": hop.fields}) for hop in world.chain.hops.all()],
    )
    Hop.objects.update(resource="records")
    freeze(further, world.drive.now)
    with cut_off(world):
        world.drive.seconds(230)
        assert set(Run.objects.exclude(verdict="").values_list("verdict", flat=True)) == {
            "inconclusive"
        }
        (incident,) = world.incidents()
        assert (incident.chain, incident.connection, incident.reason) == (None, None, "unreachable")
        assert Alert.objects.values_list("event", "sent_at").get() == ("opened", None)
        assert Confirmation.objects.count() == 0
        assert "None of your tools" in tell(incident, world.drive.now, "UTC").headline.render()
    world.drive.seconds(120)
    incident.refresh_from_db()
    assert incident.resolution == "recovered"
    opened, resolved = (message.subject for message in mail.outbox)
    assert "None of your tools answers us" in opened
    assert "Your tools answer us again" in resolved
    assert world.incidents() == [incident]


def test_when_some_tools_answer_again_the_silence_is_that_of_the_others(world: World) -> None:
    Chain.objects.update(schedule="every 60s", due_at=world.drive.now)
    for shelf in SHELVES:
        world.tool.shelf(shelf).answers = dict.fromkeys(("GET", "POST"), 503)
    world.drive.seconds(400)
    assert [one.reason for one in world.incidents()] == ["unreachable"]
    for shelf in SHELVES[:2]:
        world.tool.shelf(shelf).answers = {}
    world.drive.seconds(300)
    first, second = world.incidents()
    assert (first.resolution, second.reason, second.chain) == ("recovered", "unseen", world.chain)


def test_what_a_connections_incident_says_is_not_said_twice(world: World) -> None:
    Chain.objects.update(schedule="every 60s", due_at=world.drive.now)
    world.tool.shelf("crm").answers = {"GET": 401}
    world.drive.seconds(300)
    assert [one.connection_id is not None for one in world.incidents()] == [True]


def test_an_incident_waits_for_the_persona_that_opened_it(world: World) -> None:
    Chain.objects.update(personas=["plain", "long"])
    carrier = world.tool.shelf("list").carriers[0]
    carrier.copies = 2
    world.finished(world.run("plain"))
    carrier.copies = 1
    world.finished(world.run("long"))
    assert world.incidents()[0].resolved_at is None
    world.finished(world.run("plain"))
    assert world.incidents()[0].resolution == "recovered"


def test_a_new_kind_is_news_and_no_second_incident(world: World) -> None:
    carrier = world.tool.shelf("list").carriers[0]
    carrier.copies = 2
    world.finished(world.run())
    carrier.copies = 1
    carrier.change = lambda record: {**record, "phone": ""}
    world.finished(world.run())
    (one,) = world.incidents()
    assert (one.kinds, one.worse) == (["duplicated", "missing"], 1)
    assert sorted(Alert.objects.values_list("event", flat=True)) == ["opened", "worse"]


def test_old_runs_go_in_parts_and_incidents_stay(world: World) -> None:
    world.tool.shelf("list").carriers[0].copies = 2
    run = world.finished(world.run())
    world.drive.seconds(10)
    now = world.drive.now + retention.KEEP_RUNS + timedelta(days=1)
    Heartbeat.objects.filter(name=retention.SWEPT).delete()
    world.drive.jump(now)
    world.drive.seconds(120)
    Run.objects.filter(pk=run.pk).update(created_at=now - retention.KEEP_RUNS - timedelta(days=1))
    Incident.objects.update(resolved_at=now)
    assert retention.sweep(now) == 1
    assert not Run.objects.exists()
    assert Incident.objects.count() == 1


def test_nothing_that_is_still_awaited_is_swept(world: World) -> None:
    run = world.run()
    now = world.drive.now + retention.KEEP_RUNS * 2
    retention.sweep(now)
    retention.sweep(now + retention.EVERY)
    assert Run.objects.filter(pk=run.pk).exists()


@pytest.mark.parametrize("beats", [1, 2])
def test_two_beats_do_no_harm(world: World, beats: int) -> None:
    Chain.objects.update(schedule="every 60s", due_at=world.drive.now)
    for _ in range(40):
        for _beat in range(beats):
            world.drive.tick()
        world.drive.seconds(1)
    assert Run.objects.count() == 1
    assert world.tool.shelf("form").calls["POST"] == 1
    assert slot.open_due(world.drive.now) == []
