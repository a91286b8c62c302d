"""A test message goes through the same outbox as real news."""

from datetime import UTC, datetime

import pytest

from monitor.actions.channel import send_test
from monitor.actions.workspace import first_start
from monitor.models import AlertEvent, Channel

NOW = datetime(2026, 11, 23, 10, 7, tzinfo=UTC)


@pytest.mark.django_db
def test_a_test_message_is_written_to_the_outbox() -> None:
    channel = Channel.objects.create(
        workspace=first_start("x", NOW),
        slug="owner",
        title="Email",
        kind="email",
        address={"to": "a@shop.example"},
    )

    alert = send_test(channel, NOW)

    assert alert.event == AlertEvent.TEST
    assert alert.channel == channel
    assert alert.due_at is not None
