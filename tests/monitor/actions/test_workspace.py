"""The first start makes one workspace and its owner; pausing it all loses and repeats nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from monitor.actions.chain import pause
from monitor.actions.workspace import (
    first_start,
    owner_email,
    pause_all,
    resume_all,
    tell_owner,
)
from monitor.models import Chain, Role, Workspace

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 10, 7, tzinfo=UTC)


def _chain(workspace: Workspace, slug: str, schedule: str = "every 1h") -> Chain:
    return Chain.objects.create(
        workspace=workspace, slug=slug, title=slug, schedule=schedule, due_at=NOW
    )


def test_the_first_start_makes_one_workspace_with_its_owner_and_the_second_none() -> None:
    first = first_start("Bella's Bakery", NOW)

    assert first_start("Another", NOW) == first
    assert Workspace.objects.count() == 1
    assert first.name == "Bella's Bakery"
    member = first.members.get()
    assert member.role == Role.OWNER
    assert not member.user.has_usable_password()
    assert User.objects.count() == 1


def test_the_owner_can_be_told_by_email() -> None:
    workspace = first_start("Bella's Bakery", NOW)
    assert owner_email(workspace) == ""

    tell_owner(workspace, "bella@shop.example")

    assert owner_email(workspace) == "bella@shop.example"


def test_a_pause_of_everything_ends_with_the_next_slot_of_each_chain() -> None:
    workspace = first_start("Bella's Bakery", NOW)
    _chain(workspace, "a")
    _chain(workspace, "manual", schedule="")
    pause(_chain(workspace, "paused"), NOW)

    pause_all(workspace, NOW)
    assert workspace.paused_at == NOW
    assert not Chain.objects.exclude(due_at=None).exists()

    later = NOW + timedelta(hours=5)
    resume_all(workspace, later)
    assert not Workspace.objects.exclude(paused_at=None).exists()
    due = dict(Chain.objects.values_list("slug", "due_at"))
    assert due == {"a": later.replace(hour=16, minute=0), "manual": None, "paused": None}
    assert Chain.objects.get(slug="a").last_slot == later


def test_pausing_twice_keeps_the_first_moment() -> None:
    workspace = first_start("Bella's Bakery", NOW)
    pause_all(workspace, NOW)
    pause_all(workspace, NOW + timedelta(hours=1))

    assert workspace.paused_at == NOW
