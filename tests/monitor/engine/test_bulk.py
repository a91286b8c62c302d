"""Rows in bulk: read and written as Django does it, only cheaper."""

from datetime import timedelta

import pytest

from monitor.engine import bulk
from monitor.models import Chain, Connection, Run, Stop
from tests.monitor.engine.conftest import World


def test_rows_read_in_bulk_are_those_that_django_reads(world: World) -> None:
    world.finished(world.run())
    for model in (Run, Stop, Chain):
        (known,) = model.objects.order_by("pk")[:1]
        (read,) = bulk.instances(model, [known.pk])
        names = [field.attname for field in model._meta.concrete_fields]
        assert {name: getattr(read, name) for name in names} == {
            name: getattr(known, name) for name in names
        }


def test_a_column_left_out_is_read_when_it_is_asked_for(world: World) -> None:
    run = world.run()
    (read,) = bulk.instances(Run, [run.pk], without=("lead",))
    assert read.get_deferred_fields() == {"lead"}
    assert read.lead == run.lead


def test_rows_are_read_in_the_order_of_their_ids_or_by_whom_they_belong_to(world: World) -> None:
    first, second = world.run(), world.run()
    assert bulk.select(Run, ("id",), [second.pk, first.pk]) == [[first.pk], [second.pk]]
    hops = bulk.select(Stop, ("hop",), [second.pk], by="run_id")
    assert hops == [["form"], ["list"], ["crm"]]
    assert bulk.select(Run, ("id",), []) == []


def test_only_rows_held_with_the_claim_are_read(world: World) -> None:
    run = world.run()
    Run.objects.filter(pk=run.pk).update(claim="a" * 32)
    assert bulk.select(Run, ("id",), [run.pk], claim="b" * 32) == []
    assert bulk.select(Run, ("id",), [run.pk], claim="a" * 32) == [[run.pk]]


def test_json_that_is_written_out_is_kept_as_it_stands(world: World) -> None:
    run = world.run()
    stop = world.stop_at(run, "form")
    ((looks,),) = bulk.select(Stop, ("looks",), [stop.pk], written=("looks",))
    assert looks == "[]"
    written = bulk.Written('[["2026-11-20T09:00:00+00:00", "found", 1]]')
    bulk.update(Stop, ("looks",), [(stop.pk, written)], claim=None)
    stop.refresh_from_db()
    assert stop.looks == [["2026-11-20T09:00:00+00:00", "found", 1]]


def test_a_row_is_changed_only_while_it_holds_what_was_known_of_it(world: World) -> None:
    run = world.run()
    later = world.drive.now + timedelta(seconds=1)
    values = {"submission": "submitting", "submitted_at": later}
    assert not bulk.change(Run, run.pk, values, where={"submission": "accepted"})
    assert bulk.change(Run, run.pk, values, where={"submission": "intended"})
    run.refresh_from_db()
    assert (run.submission, run.submitted_at) == ("submitting", later)


def test_a_sealed_column_is_not_read_in_bulk(world: World) -> None:
    with pytest.raises(TypeError, match="secrets"):
        bulk.select(Connection, ("secrets",), [Connection.objects.all()[0].pk])
