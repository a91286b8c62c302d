"""The doctor says one sentence about each part, and what to do about the broken ones."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from connectors.kit.tokens import Tokens
from monitor.engine import token
from monitor.management.examination import PARTS, Report, examine
from monitor.models import Channel, ChannelKind, Connection, Heartbeat, Workspace
from tests.monitor import books

NOW = datetime(2031, 4, 3, 12, 0, tzinfo=UTC)


def found(part: str, now: datetime = NOW) -> Report:
    """Answer how one part is."""
    (report,) = examine(now, part)
    return report


@pytest.fixture
def channel(db: None) -> Channel:
    """A channel that nobody has tried yet."""
    del db
    workspace = Workspace.objects.create(slug="shop", name="Shop")
    return Channel.objects.create(
        workspace=workspace,
        slug="mail",
        title="Mail to Ann",
        kind=ChannelKind.EMAIL,
        address={"to": "ann@shop.example"},
    )


def test_a_sound_installation_is_said_to_be_so(channel: Channel) -> None:
    now = timezone.now()
    Channel.objects.update(worked_at=now)
    for name in ("beat", "worker"):
        Heartbeat.objects.create(name=name, at=now)
    reports = list(examine(now))
    assert [report.part for report in reports] == list(PARTS)
    assert [report.sentence for report in reports if not report.sound] == []


@pytest.mark.parametrize("name", ["beat", "worker"])
def test_a_part_is_silent_after_two_ticks(db: None, name: str) -> None:
    Heartbeat.objects.create(name=name, at=NOW - timedelta(seconds=10))
    assert found(name).sound
    late = found(name, NOW + timedelta(seconds=0.001))
    assert not late.sound
    assert "manage.py serve" in late.sentence


def test_a_part_never_seen_is_said_to_be_so(db: None) -> None:
    assert "was never seen" in found("beat").sentence


def test_a_broker_that_is_away_is_said_with_what_to_do(settings: Settings) -> None:
    settings.REDIS_URL = "redis://:hunter2@127.0.0.1:1/0"
    for part in ("broker", "clock"):
        report = found(part)
        assert not report.sound
        assert "hunter2" not in report.sentence


def test_no_channel_an_untried_one_and_a_failing_one_are_told_apart(channel: Channel) -> None:
    assert "No channel has worked yet" in found("channels").sentence
    Channel.objects.update(failing_since=NOW)
    assert "does not get through to Mail to Ann" in found("channels").sentence
    Channel.objects.update(failing_since=None, worked_at=NOW)
    assert found("channels").sound
    channel.delete()
    assert "Nobody would be told" in found("channels").sentence


def test_secrets_that_fit_no_key_are_found(channel: Channel, settings: Settings) -> None:
    assert found("keys").sound
    settings.SECRETS_KEYS = [Fernet.generate_key().decode()]
    report = found("keys")
    assert not report.sound
    assert "Put the earlier key back" in report.sentence


def test_a_connection_that_waits_for_its_owner_is_named_with_its_page(
    channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.in_the_catalog(monkeypatch)
    assert found("access").sound
    shop = channel.workspace
    row = Connection.objects.create(workspace=shop, slug="books", name="Books", connector="books")
    told = found("access")
    assert not told.sound
    assert "“Books”" in told.sentence
    assert told.sentence.endswith("/connections/books/connect/")
    grant = token.grant_of(row)
    assert grant is not None
    token.keep(row, grant, Tokens(access="a", refresh="r", seconds=60), NOW)
    assert found("access").sentence == "Connected by their owner: 1, all with access."


def test_a_row_given_up_is_named(channel: Channel) -> None:
    assert found("stuck").sound
    workspace = channel.workspace
    workspace.chain_set.create(
        slug="quotes", title="Quotes", address="*@shop.example", stuck_at=NOW, stuck_why="broken"
    )
    report = found("stuck")
    assert not report.sound
    assert "chain" in report.sentence
    assert "broken" in report.sentence


@pytest.mark.django_db(transaction=True)
def test_missing_tables_stop_no_other_look() -> None:
    with connection.schema_editor() as editor:
        editor.execute("ALTER TABLE monitor_heartbeat RENAME TO away")
    try:
        report = found("beat")
        assert not report.sound
        assert "database or its tables are missing" in report.sentence
    finally:
        with connection.schema_editor() as editor:
            editor.execute("ALTER TABLE away RENAME TO monitor_heartbeat")


def test_the_exit_status_and_the_json_say_the_same(db: None) -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", "--json", stdout=out)
    assert ended.value.code == 1
    told = json.loads(out.getvalue())
    assert {one["part"]: one["sound"] for one in told}["beat"] is False
    assert {one["part"]: one["sound"] for one in told}["database"] is True


def test_one_part_alone_decides_the_status(db: None) -> None:
    out = StringIO()
    call_command("doctor", "--only", "database", stdout=out)
    assert out.getvalue().startswith("ok     database")


def test_a_new_key_fits(db: None) -> None:
    out = StringIO()
    call_command("doctor", "--new-key", stdout=out)
    assert Fernet(out.getvalue().strip())
