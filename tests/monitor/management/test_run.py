"""`manage.py run CHAIN --wait`: what became of one lead, as words and as an exit code."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Thread
from time import monotonic, sleep

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from monitor.actions.chain import pause
from monitor.actions.file.apply import apply
from monitor.actions.workspace import first_start
from monitor.models import Cause, Chain, Run
from monitor.rules.verdict import Verdict
from tests.monitor.actions.shop import described, environment, shop

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 23, 10, 7, tzinfo=UTC)


@pytest.fixture
def chain(transactional_db: None) -> Iterator[Chain]:
    with shop() as mine:
        apply(described(mine.base), "shop.yaml", first_start("x", NOW), environment(), NOW)
        yield Chain.objects.get()


def _run(*words: str) -> str:
    out = io.StringIO()
    call_command("run", *words, stdout=out)
    return out.getvalue()


def _judged_soon(verdict: Verdict) -> Thread:
    """Judge the run that comes, as a worker would."""

    def judge() -> None:
        until = monotonic() + 10
        while monotonic() < until:
            if Run.objects.update(verdict=verdict, judged_at=NOW, submission="accepted"):
                break
            sleep(0.05)
        connection.close()

    thread = Thread(target=judge)
    thread.start()
    return thread


def test_a_delivered_lead_ends_well(chain: Chain) -> None:
    worker = _judged_soon(Verdict.PASSED)

    told = _run("quotes", "--wait")

    worker.join()
    assert "“Quote requests”: delivered" in told
    assert "Web form" in told
    assert Run.objects.get().cause == Cause.CI


@pytest.mark.parametrize(("verdict", "code"), [(Verdict.FAILED, 1), (Verdict.INCONCLUSIVE, 3)])
def test_any_other_verdict_is_an_exit_code(chain: Chain, verdict: Verdict, code: int) -> None:
    worker = _judged_soon(verdict)

    with pytest.raises(CommandError) as caught:
        _run("quotes", "--wait")

    worker.join()
    assert caught.value.returncode == code
    assert str(caught.value)


def test_json_is_the_run_page(chain: Chain) -> None:
    worker = _judged_soon(Verdict.PASSED)

    page = json.loads(_run("quotes", "--wait", "--json"))

    worker.join()
    assert page["verdict"] == "passed"
    assert page["chain"] == "quotes"


def test_a_run_without_a_verdict_in_time_is_not_known(chain: Chain) -> None:
    with pytest.raises(CommandError, match=r"is `manage.py serve` running") as caught:
        _run("quotes", "--wait", "--timeout", "0.1")

    assert caught.value.returncode == 3


def test_without_waiting_the_lead_is_only_sent(chain: Chain) -> None:
    told = _run("quotes", "--persona", "long")

    assert "under way" in told
    assert Run.objects.get().persona == "long"


def test_an_unknown_chain_is_told_with_the_nearest(chain: Chain) -> None:
    with pytest.raises(CommandError, match="did you mean “quotes”") as caught:
        _run("quots", "--wait")

    assert caught.value.returncode == 2


def test_a_paused_chain_is_told(chain: Chain) -> None:
    pause(chain, NOW)

    with pytest.raises(CommandError, match="resume it first") as caught:
        _run("quotes", "--wait")

    assert caught.value.returncode == 2
    assert not Run.objects.exists()
