"""A person sends a lead, pauses, resumes and ends a chain; each is refused with a sentence."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from monitor.actions.chain import delete, pause, resume, run_now
from monitor.actions.declined import Declined
from monitor.actions.file.apply import apply
from monitor.actions.workspace import first_start, pause_all
from monitor.models import Cause, Chain, Connection, Incident, Residue, ResidueState, Run
from tests.monitor.actions.shop import described, environment, shop

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 10, 7, tzinfo=UTC)


@pytest.fixture
def chain(db: None) -> Iterator[Chain]:
    with shop() as mine:
        apply(described(mine.base), "shop.yaml", first_start("x", NOW), environment(), NOW)
        yield Chain.objects.select_related("workspace").get()


def test_a_lead_is_sent_now(chain: Chain) -> None:
    run = run_now(chain, now=NOW, cause=Cause.CI, persona="punctuated")

    assert (run.cause, run.persona, run.slot) == (Cause.CI, "punctuated", None)
    assert run.due_at is not None


def test_the_daily_budget_ends_it_with_a_sentence(chain: Chain) -> None:
    Chain.objects.update(daily_budget=1)
    chain.refresh_from_db()
    run_now(chain, now=NOW)

    with pytest.raises(Declined):
        run_now(chain, now=NOW)

    assert Run.objects.count() == 1


def test_no_lead_is_sent_while_paused_or_after_the_end(chain: Chain) -> None:
    pause(chain, NOW)
    with pytest.raises(Declined, match="is paused; resume it first"):
        run_now(chain, now=NOW)
    resume(chain, NOW)
    pause_all(chain.workspace, NOW)
    with pytest.raises(Declined, match="Everything is paused"):
        run_now(chain, now=NOW)
    delete(chain, NOW)
    with pytest.raises(Declined, match="was deleted"):
        run_now(chain, now=NOW)


def test_a_resumed_chain_makes_up_for_nothing(chain: Chain) -> None:
    pause(chain, NOW)
    assert not Chain.objects.exclude(due_at=None).exists()
    later = NOW + timedelta(days=3)

    resume(chain, later)

    assert chain.paused_at is None
    assert chain.due_at is not None
    assert later < chain.due_at <= later + timedelta(hours=4)
    assert chain.last_slot == later


def test_deleting_a_chain_says_what_is_still_to_happen(chain: Chain) -> None:
    run = run_now(chain, now=NOW)
    table = Connection.objects.get(slug="table")
    for number, state in enumerate((ResidueState.LYING, ResidueState.KEPT, ResidueState.GONE)):
        Residue.objects.create(
            workspace=chain.workspace,
            run=run,
            connection=table,
            resource="records",
            external_id=f"r{number}",
            url=f"https://tool.example/r{number}",
            seen_at=NOW,
            state=state,
        )
    Incident.objects.create(
        workspace=chain.workspace, chain=chain, subject="handoff:table", opened_at=NOW, since=NOW
    )

    ending = delete(chain, NOW)

    assert (ending.under_way, ending.lying) == (1, 1)
    assert ending.staying == (("Customer table: records r1", "https://tool.example/r1"),)
    assert chain.deleted_at == NOW
    assert chain.due_at is None
    assert Incident.objects.get().resolution == "superseded"
    assert Run.objects.get().settled_at is None
