"""`manage.py serve`: one command, every part started again, nothing left behind."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import requests

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.timeout(120)


class Serving:
    """An installation that serves in a place of its own."""

    def __init__(self, place: Path, *words: str) -> None:
        self.place = place
        kept = {"PATH": os.environ["PATH"], "HANDOFF_VAR": str(place), "TICK_SECONDS": "1"}
        self.environment = kept
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", *words],
            cwd=ROOT,
            env=kept,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        self.lines = [self.process.stdout.readline() for _ in range(2)]
        self.address = self.lines[0].split()[4].rstrip(".")
        self.link = self.lines[1].split()[-1]

    def parts(self) -> dict[str, psutil.Process]:
        """Answer the processes under the parent, the web's own child apart."""
        children = psutil.Process(self.process.pid).children()
        return {str(child.pid): child for child in children}

    def stop(self) -> str:
        """Ask it to end, and answer what it said."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=30)[0]


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """One installation for the tests that leave it running."""
    running = Serving(tmp_path_factory.mktemp("serve"), "--port", "0")
    yield running
    if running.process.poll() is None:
        running.stop()


def awaited(done: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until `done` answers something true."""
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "It did not come to pass."
        time.sleep(0.1)


def ready(serving: Serving) -> bool:
    """Answer whether a tick came through the broker lately."""
    try:
        return requests.get(f"{serving.address}/readyz", timeout=5).status_code == 200
    except requests.RequestException:
        return False


def test_a_tick_comes_through_and_the_page_answers(serving: Serving) -> None:
    awaited(lambda: ready(serving))
    assert requests.get(serving.address, timeout=5).url.startswith(f"{serving.address}/sign-in/")


def test_the_printed_link_lets_the_owner_in_once(serving: Serving) -> None:
    first, second = requests.Session(), requests.Session()
    for session in (first, second):
        session.get(serving.link, timeout=5)
        session.headers["X-CSRFToken"] = session.cookies["csrftoken"]
    assert first.post(serving.link, timeout=5).url == f"{serving.address}/"
    assert second.post(serving.link, timeout=5).status_code == 410


def test_other_commands_know_the_address(serving: Serving) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "sign_in"],
        cwd=ROOT,
        env=serving.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.startswith(f"{serving.address}/enter/"), done.stderr


def test_a_second_start_says_that_one_runs(serving: Serving) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env=serving.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert f"already running here (process {serving.process.pid}" in done.stderr
    awaited(lambda: ready(serving))


def test_every_part_killed_is_back_soon(serving: Serving) -> None:
    before = serving.parts()
    assert len(before) == 4
    for part in before.values():
        part.kill()
    awaited(lambda: len(serving.parts()) == 4 and not serving.parts().keys() & before.keys())
    with sqlite3.connect(serving.place / "handoff.sqlite3") as database:
        database.execute("UPDATE monitor_heartbeat SET at = '2020-01-01 00:00:00'")
    awaited(lambda: ready(serving))


def test_stopping_leaves_no_process_and_no_port(serving: Serving) -> None:
    everything = psutil.Process(serving.process.pid).children(recursive=True)
    port = int(serving.address.rpartition(":")[2])
    assert "Stopping (SIGTERM)" in serving.stop()
    assert serving.process.returncode == 0
    assert not [one for one in everything if one.is_running()]
    with socket.socket() as asked:
        assert asked.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize(
    ("given", "words", "sentence"),
    [
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, (), "The broker that REDIS_URL names"),
        ({"DATABASE_URL": "postgres://x:y@127.0.0.1:1/z"}, (), "The database does not answer"),
        ({}, ("--port", "1", "--host", "192.0.2.1"), "Port 1 on 192.0.2.1 cannot be used"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(
    tmp_path: Path, given: dict[str, str], words: tuple[str, ...], sentence: str
) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "serve", *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HANDOFF_VAR": str(tmp_path), **given},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not [one for one in psutil.process_iter(["cmdline"]) if str(tmp_path) in str(one.info)]
