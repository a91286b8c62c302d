"""The outbox: at least once, the same key on a repeat, and a last resort."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from django.contrib.auth.models import User
from django.core import mail

from monitor.engine import alert
from monitor.engine.tasks import WORK
from monitor.models import Alert, Channel, Member, Role
from tests.monitor.engine.conftest import World


@contextmanager
def slack(*statuses: int) -> Iterator[tuple[str, list[bytes]]]:
    """A stand-in for Slack that gives these answers in turn, the last one for ever."""
    got: list[bytes] = []
    left = list(statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(left.pop(0) if len(left) > 1 else left[0])
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hook", got
    finally:
        server.shutdown()
        server.server_close()


def channel(world: World, url: str) -> Channel:
    """Make the one channel of the shop a Slack one."""
    Channel.objects.all().delete()
    return Channel.objects.create(
        workspace=world.shop, slug="slack", title="Slack", kind="slack", address={"webhook": url}
    )


def owner(world: World) -> None:
    """Give the shop an owner with an email address."""
    ann = User.objects.create(username="ann", email="ann@shop.example")
    Member.objects.create(workspace=world.shop, user=ann, role=Role.OWNER)


def broken(world: World) -> None:
    """Let an incident open."""
    world.tool.shelf("list").carriers[0].copies = 2
    world.finished(world.run())


def test_a_message_is_written_with_its_incident_and_sent_afterwards(world: World) -> None:
    broken(world)
    sent = Alert.objects.get()
    assert sent.incident_id == world.incidents()[0].pk
    assert sent.sent_at is not None
    assert len(mail.outbox) == 1
    assert Channel.objects.get().worked_at is not None


def test_a_message_that_died_on_its_way_is_sent_again_under_the_same_key(world: World) -> None:
    broken(world)
    Alert.objects.update(sent_at=None, due_at=world.drive.now, claim="")
    world.drive.seconds(6)
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert Alert.objects.count() == 1


def test_a_message_delivered_twice_is_sent_once(world: World) -> None:
    broken(world)
    for wake in [wake for wake in world.drive.delivered if wake.task == "send"]:
        WORK["send"](wake.batch.ids, wake.batch.token, world.drive.now)
    assert len(mail.outbox) == 1


def test_a_busy_channel_is_tried_again_with_growing_pauses(world: World) -> None:
    with slack(503, 503, 200) as (url, got):
        channel(world, url)
        broken(world)
        world.drive.seconds(60)
    assert len(got) == 3
    assert Alert.objects.get().sent_at is not None


def test_a_channel_that_fails_for_good_falls_back_to_the_owners_email(world: World) -> None:
    owner(world)
    with slack(404) as (url, got):
        channel(world, url)
        broken(world)
        world.drive.seconds(30)
    assert len(got) == 1
    flagged = Channel.objects.get()
    assert flagged.failing_since is not None
    assert flagged.problem["key"]
    assert [message.to for message in mail.outbox] == [["ann@shop.example"]]
    first, instead = Alert.objects.order_by("pk")
    assert (first.failed_at is not None, instead.fallback) == (True, True)
    assert instead.sent_at is not None


def test_a_channel_down_for_long_falls_back_once_and_goes_on_trying(world: World) -> None:
    owner(world)
    with slack(*[503] * 7, 200) as (url, got):
        channel(world, url)
        broken(world)
        world.drive.seconds(1200)
    assert len(got) == 8
    assert len(mail.outbox) == 1
    assert Channel.objects.get().failing_since is None


def test_with_no_owner_to_fall_back_to_the_alert_says_so(world: World) -> None:
    with slack(404) as (url, _):
        channel(world, url)
        broken(world)
        world.drive.seconds(30)
    assert Alert.objects.get(fallback=True).problem["key"] == alert.NOBODY


def test_a_paused_channel_hears_nothing(world: World) -> None:
    Channel.objects.update(paused_at=world.drive.now)
    broken(world)
    assert not Alert.objects.exists()


def test_a_test_message_says_whether_the_channel_works(world: World) -> None:
    wanted = alert.request_test(Channel.objects.get(), world.drive.now)
    world.drive.seconds(1)
    wanted.refresh_from_db()
    assert wanted.sent_at is not None
    assert len(mail.outbox) == 1


def test_a_failed_test_does_not_write_to_the_owner(world: World) -> None:
    owner(world)
    with slack(404) as (url, _):
        alert.request_test(channel(world, url), world.drive.now)
        world.drive.seconds(1)
    assert mail.outbox == []
    assert Channel.objects.get().failing_since is not None


def test_a_channel_out_of_reach_for_two_days_gets_its_message_in_the_end(world: World) -> None:
    with slack(503, 200) as (url, got):
        channel(world, url)
        broken(world)
        waiting = Alert.objects.get(sent_at=None)
        Alert.objects.update(created_at=world.drive.now - timedelta(days=2))
        for _ in range(2):
            world.drive.seconds(alert.LONGEST_PAUSE.total_seconds() + 10)
    waiting.refresh_from_db()
    assert (len(got), waiting.sent_at is not None, waiting.stuck_at) == (2, True, None)


def test_a_message_that_nobody_took_for_days_is_given_up_not_stuck(world: World) -> None:
    with slack(503) as (url, _):
        channel(world, url)
        alert.request_test(Channel.objects.get(), world.drive.now)
        Alert.objects.update(created_at=world.drive.now - alert.GIVE_UP_AFTER)
        world.drive.seconds(1)
    left = Alert.objects.get()
    assert (left.failed_at is not None, left.due_at, left.stuck_at) == (True, None, None)
