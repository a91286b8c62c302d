"""The database goes away under load and comes back; and one file is written by three processes."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import psutil
import pytest
import requests

from tests.sandbox_process import wait_for
from tests.survival.conftest import DATABASE
from tests.survival.database import Server
from tests.survival.stage import Stage

pytestmark = pytest.mark.timeout(120)

on_postgres = pytest.mark.skipif(DATABASE != "postgres", reason="SQLite is no server to restart.")
on_sqlite = pytest.mark.skipif(DATABASE == "postgres", reason="Only SQLite locks as a whole.")

CHAINS = 3
EVERY = 1
WRITING = 15.0
"""Seconds for which all processes write to one SQLite file at once."""

Json = dict[str, Any]


def first_screen(stage: Stage) -> tuple[requests.Session, str]:
    """Answer a browser that is signed in, and the page a person sees first."""
    link = next(word for word in stage.product.log.read_text().split() if "/enter/" in word)
    browser = requests.Session()
    browser.get(link, timeout=10)
    browser.headers["X-CSRFToken"] = browser.cookies["csrftoken"]
    address = browser.post(link, timeout=10).url
    browser.headers["X-CSRFToken"] = browser.cookies["csrftoken"]
    return browser, address


def parts(stage: Stage) -> list[int]:
    """Answer the processes of the installation."""
    return sorted(one.pid for one in psutil.Process(stage.product.pid).children(recursive=True))


def scheduled(stage: Stage) -> list[str]:
    """Draw chains that run every second."""
    chains = [stage.chain(deadline=4.0) for _ in range(CHAINS)]
    for chain in chains:
        stage.hand.ask("schedule", chain, EVERY)
    return chains


def go_on(stage: Stage, chains: list[str], more: int = 2) -> None:
    """Wait until each chain has delivered so many leads more."""
    before = {chain: len(runs(stage, chain)) for chain in chains}

    def fewest() -> int:
        news = [runs(stage, chain)[before[chain] :] for chain in chains]
        return min([run["verdict"] for run in new].count("passed") for new in news)

    wait_for(fewest, lambda passed: passed >= more, 25)


def runs(stage: Stage, chain: str) -> list[Json]:
    """Answer the runs of a chain."""
    found: list[Json] = stage.hand.ask("facts", chain)["runs"]
    return found


@pytest.fixture
def server() -> Server:
    """A server that no other test needs."""
    return Server()


@pytest.fixture
def restarted(server: Server) -> Iterator[Stage]:
    """An installation on that server."""
    with Stage(DATABASE_URL=server.url) as stage:
        yield stage


@on_postgres
def test_a_database_that_is_killed_twice_under_load_costs_nothing(
    server: Server, restarted: Stage
) -> None:
    stage = restarted
    chains = scheduled(stage)
    browser, address = first_screen(stage)
    go_on(stage, chains)
    before = parts(stage)
    server.kill()
    server.start()
    go_on(stage, chains)
    server.kill()
    page = browser.get(address, timeout=20)
    ready = requests.get(f"{address}readyz", timeout=20)
    server.start()
    assert page.status_code == 503
    assert "The database does not answer" in page.text
    assert "Traceback" not in page.text
    assert (ready.status_code, ready.text) == (503, "not ready: the database does not answer\n")
    go_on(stage, chains)
    assert browser.get(address, timeout=20).status_code == 200
    assert parts(stage) == before, "nobody had to be started again"
    for chain in chains:
        stage.hand.ask("schedule", chain, 0)
    for chain in chains:
        nothing_lost(stage, chain, server)


def nothing_lost(stage: Stage, chain: str, server: Server) -> None:
    """Every slot has one run, unless the database was away then; each lead went in once."""
    facts = stage.ended(chain, 1)
    slots = [datetime.fromisoformat(run["slot"]).timestamp() for run in facts["runs"]]
    assert len(slots) == len(set(slots))
    wanted = {min(slots) + EVERY * at for at in range(round((max(slots) - min(slots)) / EVERY))}
    patience = 3.0  # a pool asks a server that was away again every other second
    for slot in wanted - set(slots):
        assert any(one.since - EVERY <= slot <= one.until + patience for one in server.away), slot
    entered = Counter(one["email"] for one in stage.control.records("website", chain))
    assert set(entered.values()) <= {1}
    verdicts = Counter(run["verdict"] for run in facts["runs"])
    assert set(verdicts) <= {"passed", "inconclusive"}
    assert verdicts["passed"] >= 6
    assert facts["incidents"] == []
    assert not [run for run in facts["runs"] if run["stuck_at"]]


@on_sqlite
def test_web_worker_and_beat_write_to_one_file_at_once_and_nobody_finds_it_locked() -> None:
    with Stage() as stage:
        chains = scheduled(stage)
        browser, address = first_screen(stage)
        over = threading.Event()

        def press(chain: str) -> Counter[int]:
            said: Counter[int] = Counter()
            with requests.Session() as own:
                own.headers.update(browser.headers)
                own.cookies.update(browser.cookies)
                while not over.is_set():
                    said[own.post(f"{address}chains/{chain}/run/", timeout=30).status_code] += 1
                    said[own.get(f"{address}chains/{chain}/", timeout=30).status_code] += 1
            return said

        with ThreadPoolExecutor(CHAINS) as people:
            pressed = [people.submit(press, chain) for chain in chains]
            time.sleep(WRITING)
            over.set()
        said = sum((one.result() for one in pressed), Counter[int]())
        for chain in chains:
            stage.hand.ask("schedule", chain, 0)
        ended = [run for chain in chains for run in stage.ended(chain, 1, 60)["runs"]]
        log = stage.product.log.read_text(errors="replace")
    assert set(said) == {200}
    by_cause = Counter(run["cause"] for run in ended)
    assert by_cause["scheduled"] >= CHAINS * WRITING / EVERY / 2
    assert by_cause["manual"] >= CHAINS * 5
    assert "locked" not in log
    assert "Error" not in log
