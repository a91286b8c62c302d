"""Permits: the same for all processes and threads, in Redis, and in the database without it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection, connections
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from monitor.engine import permits
from monitor.engine.permits import Counted, Permits, Written
from monitor.management.valkey import Valkey
from monitor.models import Allowance
from monitor.rules import pace
from monitor.rules.pace import Asker, Spent
from tests.monitor.engine.asking import LIMITS, Grants, begun, granted, most_in_a_window
from tests.postgres import server_url

START = 1_800_000_000.25
STORES = ("redis", "database")


@pytest.fixture
def counted(broker: str) -> Iterator[Counted]:
    """The store in the tests' own broker."""
    store = Counted(broker)
    yield store
    store.end()


def account() -> str:
    """Answer an account nobody asked for yet."""
    return f"tool:{uuid4().hex}"


def database_url() -> str:
    """Answer where the database of this test is."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    server, mark, query = server_url().partition("?")
    return f"{server.rpartition('/')[0]}/{name}{mark}{query}"


@given(
    steps=st.lists(
        st.tuples(st.floats(-1, 3), st.integers(1, 4), st.sampled_from(Asker)), max_size=40
    ),
    limits=st.sampled_from([((5, 1.0),), ((3, 0.7), (40, 60.0)), ((10, 10.0), (7, 2.0))]),
)
@hypothesis_settings(max_examples=60)
def test_the_script_decides_as_the_rule_does(
    broker: str, steps: list[tuple[float, int, Asker]], limits: tuple[tuple[int, float], ...]
) -> None:
    store, who, spent, now = Counted(broker), account(), Spent(), START
    for passed, calls, asker in steps:
        now += passed
        answer = pace.permit(spent, limits, calls, now, asker)
        spent = answer.spent
        assert store.take(who, limits, calls, asker, now) == pytest.approx(answer.wait, abs=1e-4)
    store.end()


@pytest.mark.django_db
def test_the_database_decides_as_the_rule_does() -> None:
    store, who, spent, now = Written(), account(), Spent(), START
    for number in range(30):
        now += number % 7 / 10
        asker = list(Asker)[number % 3]
        answer = pace.permit(spent, LIMITS, 1 + number % 3, now, asker)
        spent = answer.spent
        assert store.take(who, LIMITS, 1 + number % 3, asker, now) == answer.wait


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("store", STORES)
def test_several_processes_together_stay_within_the_limit(store: str) -> None:
    who = account()
    workers = [begun(store, who, 3.5, database_url()) for _ in range(3)]
    grants: Grants = []
    for worker in workers:
        told, _ = worker.communicate(timeout=60)
        assert worker.returncode == 0
        grants += [(before, after) for before, after in json.loads(told)]
    assert most_in_a_window(grants, 2.0) <= 20
    assert len(grants) >= 20


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("store", STORES)
def test_several_threads_together_stay_within_the_limit(store: str, broker: str) -> None:
    who, grants = account(), list[tuple[float, float]]()

    def work() -> None:
        grants.extend(granted(store, who, 2.5))
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most_in_a_window(grants, 2.0) <= 20
    assert len(grants) >= 20


@pytest.mark.django_db
@pytest.mark.parametrize("store", STORES)
def test_a_pause_holds_for_everybody_at_that_account_alone(store: str, counted: Counted) -> None:
    asked = counted if store == "redis" else Written()
    shut, other = account(), account()
    asked.close(shut, 30, LIMITS)
    asked.close(shut, 3, LIMITS)
    assert 29 < asked.take(shut, LIMITS, 1, Asker.STARTING) <= 30
    assert 29 < asked.take(shut, (), 1, Asker.STARTING) <= 30
    assert asked.take(shut, LIMITS, 1, Asker.HANDING_IN) == 0
    assert asked.take(other, LIMITS, 1, Asker.STARTING) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("store", STORES)
def test_without_a_named_time_the_pause_is_the_window_and_then_longer(
    store: str, counted: Counted
) -> None:
    asked, who, quick = counted if store == "redis" else Written(), account(), ((5, 0.1), (9, 60.0))
    asked.close(who, None, quick)
    first = asked.take(who, quick, 1, Asker.STARTING)
    assert 0 < first <= 0.1
    threading.Event().wait(first + 0.01)
    asked.close(who, None, quick)
    assert 0.1 < asked.take(who, quick, 1, Asker.STARTING) <= 0.2


@pytest.mark.django_db
def test_a_tool_that_tells_no_time_and_no_limit_is_not_closed(counted: Counted) -> None:
    for store in (counted, Written()):
        who = account()
        store.close(who, None, ())
        assert store.take(who, (), 1, Asker.STARTING) == 0


@contextmanager
def at(url: str) -> Iterator[None]:
    """Look for the broker elsewhere for a while."""
    usual, settings.REDIS_URL = settings.REDIS_URL, url
    try:
        yield
    finally:
        settings.REDIS_URL = usual


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["unix:///nowhere/socket", "redis://127.0.0.1:1/0"])
def test_the_database_counts_while_the_store_is_away(url: str) -> None:
    asked, who = Permits(), account()
    with at(url):
        assert asked.take(who, LIMITS, 20, Asker.STARTING) == 0
        assert asked.take(who, LIMITS, 1, Asker.STARTING) > 0
        asked.close(who, 9, LIMITS)
        assert asked.take(who, LIMITS, 1, Asker.STARTING) > 8
    assert Allowance.objects.get(account=who).pause == 9


@pytest.mark.django_db
def test_the_store_is_asked_again_once_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permits, "AWAY", 0.0)
    asked, who, place = Permits(), account(), tmp_path / "socket"
    with at(f"redis+socket://{place}"):
        assert asked.take(who, LIMITS, 20, Asker.STARTING) == 0
        assert Allowance.objects.filter(account=who).exists()
        with Valkey(place):
            assert asked.take(who, LIMITS, 20, Asker.STARTING) == 0
            assert asked.take(who, LIMITS, 1, Asker.STARTING) > 0
        permits._counted(settings.REDIS_URL).end()
