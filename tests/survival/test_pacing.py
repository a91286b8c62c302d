"""A tool that says "too fast": two workers leave its account alone, and no other one."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from celery import Celery

from tests.sandbox_process import wait_for
from tests.stories.product import ROOT
from tests.survival.stage import Stage

WORKER = """
import django
django.setup()
import monitor.engine.tasks
from monitor.celery import app
app.Worker(pool="threads", concurrency=4, hostname="second@here", loglevel="WARNING").start()
"""
RUNS = 30
PAUSE = 2
Json = dict[str, Any]


@contextmanager
def second_worker(stage: Stage) -> Iterator[Celery]:
    """Keep another worker process at the same broker and database; answer a way to ask both."""
    environment = stage.product.environment
    process = subprocess.Popen([sys.executable, "-c", WORKER], cwd=ROOT, env=environment)
    app = Celery(broker=f"redis+socket://{stage.folder}/valkey/socket")
    try:
        wait_for(lambda: app.control.inspect(timeout=0.5).ping() or {}, lambda up: len(up) == 2, 30)
        yield app
    finally:
        process.terminate()
        process.wait(20)
        app.close()


def worked(app: Celery) -> dict[str, int]:
    """Answer how many tasks each worker process did."""
    told = app.control.inspect(timeout=2).stats() or {}
    return {name: sum(said["total"].values()) for name, said in told.items()}


def most_in_a_second(moments: list[float]) -> int:
    return max(sum(first <= at < first + 1 for at in moments) for first in moments)


@pytest.fixture(scope="module")
def storm(own_database: dict[str, str]) -> Json:
    """Thirty runs through an account that says "too fast", beside others; what came of them."""
    times = {"TICK_SECONDS": "0.5", "HOLD_SECONDS": "20", "CALL_SECONDS": "2"}
    with Stage(**times, **own_database) as stage, second_worker(stage) as app:
        control = stage.control
        wild = stage.chain({"tool": "mailchimp"}, deadline=20.0)
        calm = stage.chain({"tool": "stripe_customer"}, deadline=20.0)
        control.call("POST", "/requests", {"record": True})
        control.fault(
            "tool:mailchimp", "429", account=wild, methods=["read"], count=2, retry_after=PAUSE
        )
        for number in range(RUNS):
            stage.hand.ask("request", wild)
            if number % 6 == 0:
                stage.hand.ask("request", calm)
        told: Json = {"calm": stage.ended(calm, RUNS // 6), "wild": stage.ended(wild, RUNS, 60)}
        asked = control.call("GET", "/requests", detail="1")["requests"]
        told["asked"] = {
            name: [one for one in asked if one["account"] == name] for name in (wild, calm)
        }
        told |= {"names": (wild, calm), "worked": worked(app)}
    return told


def test_no_run_is_lost_late_or_doubled_by_the_pace(storm: Json) -> None:
    assert {run["verdict"] for run in storm["wild"]["runs"]} == {"passed"}
    assert len(storm["wild"]["runs"]) == RUNS
    assert storm["wild"]["incidents"] == []


def test_each_of_two_processes_did_its_part(storm: Json) -> None:
    assert len(storm["worked"]) == 2
    assert all(storm["worked"].values())


def test_nobody_asks_the_account_before_its_pause_is_over(storm: Json) -> None:
    asked = storm["asked"][storm["names"][0]]
    refused = [one["at"] for one in asked if one["status"] == 429]
    assert refused
    for at in refused:
        # What was on its way already when the tool spoke came within a moment of it.
        assert not [one for one in asked if at + 0.3 < one["at"] < at + PAUSE - 0.05]


def test_the_calls_of_both_stay_within_what_the_tool_allows(storm: Json) -> None:
    moments = [one["at"] for one in storm["asked"][storm["names"][0]]]
    assert len(moments) > RUNS
    assert most_in_a_second(moments) <= 11  # ten, and one that was long on its way


def test_another_account_goes_on_meanwhile(storm: Json) -> None:
    wild, calm = (storm["asked"][name] for name in storm["names"])
    pause = next(one["at"] for one in wild if one["status"] == 429)
    assert {run["verdict"] for run in storm["calm"]["runs"]} == {"passed"}
    assert [one for one in calm if pause < one["at"] < pause + PAUSE]
