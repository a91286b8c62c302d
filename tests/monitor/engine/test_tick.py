"""The tick, the messages it sends, and signs of life."""

import os
import subprocess
import sys
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import override_settings

from monitor.celery import app
from monitor.engine import ahead, heartbeat
from monitor.engine.tasks import WORK, on_tick
from monitor.engine.tick import tick
from monitor.models import Chain, Heartbeat, Run
from tests.monitor.engine.conftest import World
from tests.monitor.engine.rows import NOW, later


def test_a_tick_shows_that_beat_and_worker_live(db: None) -> None:
    tick(NOW)
    tick(later(5))
    assert dict(Heartbeat.objects.values_list("name", "at")) == {
        "beat": later(5),
        "worker": later(5),
    }


def test_a_tick_wakes_for_what_falls_due_before_the_next(world: World) -> None:
    Chain.objects.update(schedule="every 60s", last_slot=later(-60), due_at=later(0))
    (wake_up,) = tick(later(-3))
    assert (wake_up.task, wake_up.batch.start) == ("submit", NOW)
    assert Run.objects.get().submitted_at is None


def test_every_kind_of_message_has_its_task() -> None:
    assert set(WORK) <= set(app.tasks)
    assert "tick" in app.tasks
    assert django_settings.CELERY_BEAT_SCHEDULE["tick"]["task"] == on_tick.name


def test_a_message_waits_in_the_broker_for_no_more_than_seconds(world: World) -> None:
    world.run()
    ends = [one.batch.start for one in ahead.everything(world.drive.now)]
    assert all(start <= world.drive.now + timedelta(seconds=10) for start in ends)


ALONE = """
import time, django
django.setup()
from django.utils import timezone
from monitor.engine import due, wake
began = time.monotonic()
batch = due.Batch(token="t" * 32, start=timezone.now(), ids=(1,))
wake.send([wake.Wake(task="judge", batch=batch)], timezone.now())
assert time.monotonic() - began < 5, "a page would hang"
"""


def test_without_a_broker_nothing_is_raised_and_nobody_waits(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "monitor.settings",
        "HANDOFF_VAR": str(tmp_path),
        "REDIS_URL": f"unix://{tmp_path}/nothing.sock",
    }
    ended = subprocess.run(
        [sys.executable, "-c", ALONE], env=environment, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
    assert "broker is away" in ended.stderr


@pytest.fixture
def outside() -> Any:
    """Somebody who expects to hear from us."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/alive?id=7", heard
    server.shutdown()
    server.server_close()


def test_the_outside_is_told_once_a_minute_that_we_are_alive(db: None, outside: Any) -> None:
    url, heard = outside
    with override_settings(DEAD_MAN_URL=url):
        told = [heartbeat.ping(later(seconds)) for seconds in (0, 5, 59.9, 60)]
    assert told == [True, False, False, True]
    assert heard == ["/alive?id=7", "/alive?id=7"]


def test_nobody_outside_is_called_unless_it_is_set(db: None) -> None:
    assert heartbeat.ping(NOW) is False
