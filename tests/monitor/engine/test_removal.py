"""Removal: only what is shown to be ours, verified to be gone, the rest said."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from connectors.kit.base import Kind, RemovesMany, Resource, Site
from connectors.kit.errors import Paced
from connectors.kit.message import Message
from connectors.kit.records import Account, Arrival
from monitor.engine import removal
from monitor.engine.clock import Clock
from monitor.engine.journey import journeys
from monitor.engine.takeout import Batch, Record, records, take_out
from monitor.models import Chain, Connection, Residue, Run
from tests.monitor.engine.conftest import World


def states(world: World) -> dict[str, str]:
    """Answer the ledger, by shelf."""
    del world
    return dict(Residue.objects.values_list("connection__slug", "state"))


def test_nothing_is_removed_without_consent(world: World) -> None:
    Connection.objects.filter(slug="crm").update(may_remove=False)
    world.finished(world.run())
    world.drive.seconds(30)
    assert states(world) == {"form": "gone", "list": "gone", "crm": "kept"}
    kept = Residue.objects.get(state="kept")
    assert kept.why["values"] == {"connection": "crm"}
    assert world.tool.shelf("crm").calls["DELETE"] == 0


def test_an_older_record_is_a_real_one_and_never_deleted(world: World) -> None:
    run = world.run()
    world.drive.seconds(1.5)
    # The tool merged our lead into a customer it knew: same id, older, now with our values.
    old = world.tool.shelf("list").records[0]
    old["created_at"] = world.drive.now - timedelta(days=400)
    world.finished(run)
    world.drive.seconds(60)
    assert states(world)["list"] == "not_ours"
    assert world.tool.shelf("list").calls["DELETE"] == 0
    assert old in world.tool.shelf("list").records


def test_a_record_changed_by_a_person_since_is_no_longer_ours(world: World) -> None:
    run = world.finished(world.run())
    Residue.objects.update(due_at=None)
    for record in world.tool.shelf("crm").records:
        record.update(email="real@customer.example", first="Real", last="Person")
    Residue.objects.update(due_at=world.drive.now)
    world.drive.seconds(30)
    assert run.verdict == "passed"
    assert len(world.tool.shelf("crm").records) == 1
    assert world.tool.shelf("crm").calls["DELETE"] == 0


def test_without_a_creation_time_every_mapped_field_must_be_ours(world: World) -> None:
    place = Connection.objects.get(slug="crm")
    Connection.objects.filter(pk=place.pk).update(settings={**place.settings, "created": "$.none"})
    run = world.finished(world.run())
    Residue.objects.update(due_at=None)
    world.tool.shelf("crm").records[0]["phone"] = "+1 212 555 0000"
    Residue.objects.update(due_at=world.drive.now)
    world.drive.seconds(30)
    assert run.verdict == "passed"
    assert states(world)["crm"] == "kept"
    assert len(world.tool.shelf("crm").records) == 1


def test_a_record_the_tool_only_says_it_removed_is_not_gone(world: World) -> None:
    world.tool.shelf("crm").keeps = True
    world.finished(world.run())
    world.drive.seconds(60)
    assert states(world)["crm"] == "removed"
    world.drive.jump(world.drive.now + timedelta(hours=2))
    world.drive.seconds(10)
    assert states(world)["crm"] == "kept"


def test_records_of_a_failed_run_stay_for_a_day(world: World) -> None:
    world.tool.shelf("list").carriers[0].copies = 2
    world.finished(world.run())
    world.drive.seconds(60)
    assert set(states(world).values()) == {"lying"}
    world.drive.jump(world.drive.now + timedelta(days=1))
    world.drive.seconds(60)
    assert set(Residue.objects.values_list("state", flat=True)) == {"gone"}


def test_how_long_they_stay_is_a_setting(world: World) -> None:
    Chain.objects.update(keep_failed=5.0)
    world.tool.shelf("list").carriers[0].copies = 2
    world.finished(world.run())
    world.drive.seconds(30)
    assert set(Residue.objects.values_list("state", flat=True)) == {"gone"}


@pytest.mark.parametrize(("status", "state"), [(400, "kept"), (403, "kept"), (404, "gone")])
def test_a_tool_that_refuses_to_remove_is_told_of_with_its_reason(
    world: World, status: int, state: str
) -> None:
    world.tool.shelf("crm").answers = {"DELETE": status}
    world.finished(world.run())
    if status == 404:
        world.tool.shelf("crm").records.clear()
    world.drive.seconds(60)
    assert states(world)["crm"] == state
    assert Connection.objects.get(slug="crm").state == "proved"


def test_a_tool_that_is_away_is_come_back_to(world: World) -> None:
    run = world.run()
    world.finished(run)
    world.tool.shelf("crm").answers = {"GET": 503}
    Residue.objects.filter(connection__slug="crm").update(state="lying", due_at=world.drive.now)
    world.drive.seconds(20)
    assert Residue.objects.get(connection__slug="crm").attempts == 0
    world.tool.shelf("crm").answers = {}
    world.drive.seconds(120)
    assert states(world)["crm"] == "gone"


def test_a_removal_without_an_answer_is_verified_not_repeated(world: World) -> None:
    world.tool.shelf("crm").answers = {"DELETE": 500}
    world.finished(world.run())
    world.drive.seconds(3)
    assert states(world)["crm"] in ("lying", "removed")
    world.tool.shelf("crm").answers = {}
    world.drive.seconds(4000)
    assert world.tool.shelf("crm").calls["DELETE"] <= 3


def test_a_deleted_chain_still_has_its_records_removed(world: World) -> None:
    world.finished(world.run())
    Chain.objects.update(deleted_at=world.drive.now)
    Connection.objects.update(deleted_at=world.drive.now)
    world.drive.seconds(30)
    assert set(states(world).values()) == {"gone"}


class _Shelf(RemovesMany):
    """A tool that takes a hundred records away in one call, and no more."""

    slug, name, kind, docs, base = "shelf", "Shelf", Kind.OTHER, "", ""
    resources = (Resource(slug="records", name="record", plural="records"),)

    def __init__(self) -> None:
        super().__init__(Site(settings={}, resource="records"))
        self.calls: list[int] = []

    def check(self) -> Account:
        return Account(id="shelf", label="Shelf")

    def remove(self, arrival: Arrival) -> None:
        self.calls.append(1)

    def remove_many(self, arrivals: Sequence[Arrival]) -> None:
        assert len(arrivals) <= 100
        self.calls.append(len(arrivals))


def test_many_records_are_removed_in_calls_of_a_hundred(world: World) -> None:
    run = world.run()
    world.drive.seconds(1)
    journey = journeys([run.pk])[run.pk]
    crm = Connection.objects.get(slug="crm")
    lying = [
        Record(
            pk=number,
            run_id=run.pk,
            connection_id=crm.pk,
            resource="records",
            external_id=f"r{number}",
            state="lying",
            removed_at=None,
            run=journey,
        )
        for number in range(201)
    ]
    seen = {
        f"r{number}": Arrival(id=f"r{number}", created_at=world.drive.now, record={})
        for number in range(201)
    }
    batch = Batch(
        place=crm, resource="records", residues=lying, token="", clock=Clock(world.drive.now)
    )
    shelf = _Shelf()
    take_out(batch, shelf, lying, {run.tag: seen})
    assert shelf.calls == [100, 100, 1]
    assert {row[2] for row in batch.rows.values()} == {"removed"}


def test_our_own_pace_makes_no_removal_wait_longer_than_it_says(world: World) -> None:
    world.finished(world.run())
    now, token = world.drive.now, "c" * 32
    held = Residue.objects.filter(connection__slug="crm")
    held.update(claim=token, due_at=now + timedelta(seconds=90))
    Run.objects.update(settled_at=now - timedelta(hours=1))
    batch = Batch(
        place=Connection.objects.get(slug="crm"),
        resource="records",
        residues=records(list(held.values_list("pk", flat=True)), token),
        token=token,
        clock=Clock(now),
    )
    removal._away(batch, batch.residues, Paced(Message("Later."), after=2.5, where="crm"))
    due_at = held.get().due_at
    assert due_at is not None
    assert timedelta(seconds=2.5) <= due_at - now < timedelta(seconds=4)
