"""Uniqueness is the database's business: what must be once cannot be twice."""

import pytest
from django.db import IntegrityError, transaction

from monitor.models import Chain, Confirmation, Incident, Run, Stop, Workspace
from tests.monitor.engine import rows
from tests.monitor.engine.rows import NOW


@pytest.fixture
def chain(db: None) -> Chain:
    """A chain of one hop, frozen."""
    shop = rows.workspace()
    made = rows.chain(shop)
    made.version = made.versions.create(digest="d" * 64, document={}, created_at=NOW)
    made.save()
    return made


def run(chain: Chain, tag: str, **values: object) -> Run:
    entry = chain.workspace.connection_set.first() or rows.connection(chain.workspace, "form")
    return Run.objects.create(
        workspace=chain.workspace,
        chain=chain,
        version=chain.versions.get(),
        entry=entry,
        cause="scheduled",
        persona="plain",
        tag=tag,
        lead={},
        created_at=NOW,
        **values,
    )


def test_a_slot_has_one_run(chain: Chain) -> None:
    run(chain, "one", slot=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        run(chain, "two", slot=NOW)


def test_runs_without_a_slot_are_as_many_as_one_asks_for(chain: Chain) -> None:
    run(chain, "one")
    assert run(chain, "two").pk


def test_a_tag_is_never_given_twice(chain: Chain) -> None:
    run(chain, "one")
    with pytest.raises(IntegrityError), transaction.atomic():
        run(chain, "one")


def test_a_run_stops_once_at_a_hop(chain: Chain) -> None:
    made = run(chain, "one")

    def stop() -> Stop:
        return Stop.objects.create(
            workspace=chain.workspace,
            run=made,
            hop="crm",
            position=0,
            connection=made.entry,
            resource="records",
        )

    stop()
    with pytest.raises(IntegrityError), transaction.atomic():
        stop()


def incident(shop: Workspace, **values: object) -> Incident:
    given = {"subject": "handoff:crm", "opened_at": NOW, "since": NOW, **values}
    return Incident.objects.create(workspace=shop, **given)


def test_a_handoff_has_one_open_incident_and_any_number_of_past_ones(chain: Chain) -> None:
    shop = chain.workspace
    incident(shop, chain=chain, resolved_at=NOW)
    incident(shop, chain=chain, resolved_at=NOW)
    incident(shop, chain=chain)
    with pytest.raises(IntegrityError), transaction.atomic():
        incident(shop, chain=chain)


def test_a_connection_has_one_open_incident(chain: Chain) -> None:
    form = rows.connection(chain.workspace, "form")
    incident(chain.workspace, connection=form, subject="cannot_look")
    with pytest.raises(IntegrityError), transaction.atomic():
        incident(chain.workspace, connection=form, subject="cannot_look")


def test_a_handoff_has_one_open_confirmation(chain: Chain) -> None:
    first = run(chain, "one")

    def doubt(**values: object) -> Confirmation:
        return Confirmation.objects.create(
            workspace=chain.workspace,
            chain=chain,
            hop="crm",
            first=first,
            persona="plain",
            opened_at=NOW,
            **values,
        )

    doubt(decided_at=NOW)
    doubt()
    with pytest.raises(IntegrityError), transaction.atomic():
        doubt()


def test_slugs_are_taken_once_a_workspace(db: None) -> None:
    shop, other = rows.workspace(), rows.workspace("other")
    rows.chain(shop, "quote")
    assert rows.chain(other, "quote").pk
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.chain(shop, "quote")
