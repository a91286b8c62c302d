"""Broker, beat or worker go away: the first screen and the doctor say so, and all goes on after.

Real processes; an outage of seconds stands for one of minutes, and all intervals are as short.
"""

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis
import requests

from monitor.management import valkey
from tests.sandbox_process import wait_for
from tests.stories.product import ROOT
from tests.survival.conftest import DATABASE
from tests.survival.stage import Stage

pytestmark = pytest.mark.timeout(120)

once = pytest.mark.skipif(
    DATABASE == "postgres", reason="What becomes of the broker is the same on any database."
)

NOT_WATCHING = "Not watching"


class Broker:
    """A server of our own that is stopped and started as a test likes."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.start()

    def start(self) -> None:
        """Start it where it was."""
        self.process = valkey.start(self.place)

    def stop(self) -> None:
        """Stop it; what it had is gone."""
        self.process.kill()
        self.process.wait()
        for file in self.place.parent.glob("appendonlydir/*"):
            file.unlink()

    def flush(self) -> None:
        """Forget everything."""
        with redis.Redis.from_url(f"unix://{self.place}") as asked:
            asked.flushall()


@dataclass
class Outage:
    """An installation on a broker of ours, a person who looks at it, and one outside it pings."""

    stage: Stage
    broker: Broker
    browser: requests.Session
    address: str
    pings: list[float] = field(default_factory=list)
    chain: str = ""

    def first_screen(self) -> str:
        """Answer the page a person sees first."""
        return self.browser.get(self.address, timeout=10).text

    def says(self, *, watching: bool, seconds: float) -> None:
        """Wait until the page says whether it watches, for so long at most."""
        wait_for(self.first_screen, lambda page: (NOT_WATCHING not in page) is watching, seconds)

    def doctor_says(self, part: str, *, sound: bool) -> None:
        """Wait until the doctor finds a part sound, or not, for some seconds at most."""
        wait_for(
            lambda: self.stage.hand.ask("doctor", part), lambda said: said["sound"] is sound, 10
        )

    def runs(self) -> list[dict[str, Any]]:
        """Answer the chain's runs."""
        found: list[dict[str, Any]] = self.stage.hand.ask("facts", self.chain)["runs"]
        return found

    def goes_on(self, more: int = 2) -> None:
        """Wait until so many leads more have been delivered."""
        before = len(self.runs())
        wait_for(
            lambda: [run["verdict"] for run in self.runs()[before:]].count("passed"),
            lambda passed: passed >= more,
            20,
        )

    def part(self, name: str) -> psutil.Process:
        """Answer the worker, which has many threads, or the beat; the web has a child."""
        started = psutil.Process(self.stage.product.pid).children()
        beat, worker = sorted(
            (one for one in started if not one.children()), key=lambda one: one.num_threads()
        )
        return {"beat": beat, "worker": worker}[name]


@contextmanager
def listening(pings: list[float]) -> Iterator[str]:
    """Somebody outside who expects to be called while all is well."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pings.append(time.monotonic())
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/alive"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def outage(
    own_database: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Outage]:
    """An installation with a chain that runs every other second."""
    pings: list[float] = []
    broker = Broker(tmp_path_factory.mktemp("b") / "v" / "s")
    try:
        with (
            listening(pings) as outside,
            Stage(
                REDIS_URL=f"unix://{broker.place}", DEAD_MAN_URL=outside, **own_database
            ) as stage,
        ):
            link = next(word for word in stage.product.log.read_text().split() if "/enter/" in word)
            browser = requests.Session()
            browser.get(link, timeout=10)
            browser.headers["X-CSRFToken"] = browser.cookies["csrftoken"]
            address = browser.post(link, timeout=10).url
            opened = Outage(stage, broker, browser, address, pings)
            opened.chain = stage.chain()
            stage.hand.ask("schedule", opened.chain, 1)
            opened.goes_on(1)
            yield opened
            stage.hand.ask("schedule", opened.chain, 0)
            _nothing_doubled(opened)
    finally:
        broker.stop()


def _nothing_doubled(outage: Outage) -> None:
    facts = outage.stage.ended(outage.chain, 1)
    slots = [run["slot"] for run in facts["runs"] if run["slot"]]
    assert len(slots) == len(set(slots))
    entered = Counter(
        record["email"] for record in outage.stage.control.records("website", outage.chain)
    )
    assert set(entered.values()) == {1}
    odd = [run for run in facts["runs"] if run["verdict"] != "passed"]
    assert odd == []


@once
def test_a_flushed_broker_is_not_even_noticed(outage: Outage) -> None:
    for _ in range(3):
        outage.broker.flush()
        outage.goes_on(1)
    assert NOT_WATCHING not in outage.first_screen()


def test_a_stopped_broker_is_told_and_survived(outage: Outage) -> None:
    outage.broker.stop()
    outage.says(watching=False, seconds=5)
    for part in ("broker", "beat", "worker"):
        outage.doctor_says(part, sound=False)
    asked = time.monotonic()
    outage.stage.hand.ask("request", outage.chain)
    assert time.monotonic() - asked < 5, "who asks for a run must not wait for the broker"
    silent = len(outage.pings)
    time.sleep(1.5)  # an outage of three or more pings
    assert len(outage.pings) == silent
    outage.broker.start()
    outage.says(watching=True, seconds=20)
    outage.goes_on()
    for part in ("broker", "beat", "worker"):
        outage.doctor_says(part, sound=True)
    assert len(outage.pings) > silent
    by_cause = Counter(run["cause"] for run in outage.runs())
    assert by_cause["manual"] == 1, "what a person asked for meanwhile is run, once"


@once
def test_a_broker_that_hangs_is_told_and_holds_nobody_up(outage: Outage) -> None:
    before = len(outage.runs())
    hung = psutil.Process(outage.broker.process.pid)
    hung.suspend()
    try:
        outage.says(watching=False, seconds=5)
        outage.doctor_says("broker", sound=False)
        asked = time.monotonic()
        outage.stage.hand.ask("request", outage.chain)
        assert time.monotonic() - asked < 12, "who asks for a run must not wait for the broker"
    finally:
        hung.resume()
    outage.says(watching=True, seconds=20)
    outage.goes_on(1)
    assert [run["cause"] for run in outage.runs()[before:]].count("manual") == 1


@pytest.mark.parametrize("name", ["beat", "worker"])
def test_a_silent_part_is_told_and_the_outside_hears_no_more(outage: Outage, name: str) -> None:
    outage.says(watching=True, seconds=10)
    part = outage.part(name)
    part.suspend()
    try:
        outage.says(watching=False, seconds=5)
        outage.doctor_says("beat", sound=False)
        silent = len(outage.pings)
        time.sleep(1.0)  # three pings would have come
        assert len(outage.pings) == silent
    finally:
        part.resume()
    outage.says(watching=True, seconds=10)
    outage.goes_on()


def test_two_beats_and_two_workers_run_no_slot_twice(outage: Outage, tmp_path: Path) -> None:
    more = [
        ("beat", "-s", str(tmp_path / "schedule")),
        ("worker", "-n", "second@here", "--without-gossip", "--without-mingle"),
    ]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "monitor.celery", *words],
            cwd=ROOT,
            env=outage.stage.product.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for words in more
    ]
    try:
        outage.goes_on(5)
        assert [process.poll() for process in processes] == [None, None]
    finally:
        for process in processes:
            process.terminate()
            process.wait(30)
    slots = sorted(datetime.fromisoformat(run["slot"]) for run in outage.runs() if run["slot"])
    assert len(slots) == len(set(slots))
