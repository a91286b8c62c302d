"""What a person asks of a channel: show me that it works."""

from datetime import datetime

from monitor.engine import alert
from monitor.models import Alert, Channel


def send_test(channel: Channel, now: datetime) -> Alert:
    """Write a test message to the outbox; it leaves like any other, and shows whether it did."""
    return alert.request_test(channel, now)
