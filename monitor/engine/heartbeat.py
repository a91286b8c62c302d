"""Signs of life: of the beat, of the workers, and outwards to whoever watches us."""

import logging
import threading
import time
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q

from connectors.kit.errors import ToolError
from connectors.kit.http import Door
from connectors.kit.ports import Ports
from monitor.models import Heartbeat

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=60)
PATIENCE = 5.0
OUTSIDE = "outside"

_noted = threading.local()


def note(now: datetime, *names: str) -> None:
    """Write that these parts are alive."""
    beats = [Heartbeat(name=name, at=now) for name in names]
    Heartbeat.objects.bulk_create(
        beats, update_conflicts=True, unique_fields=["name"], update_fields=["at"]
    )


def working(now: datetime) -> None:
    """Write, now and then, that a worker is at work even where no tick comes through."""
    if time.monotonic() - getattr(_noted, "at", -3600.0) >= settings.TICK_SECONDS:
        _noted.at = time.monotonic()
        note(now, "worker")


def again(name: str, every: timedelta, now: datetime) -> bool:
    """Answer, to one caller only, whether it is time for what is done once in `every`.

    A time yet to come was written before the clock was put back: it holds nobody up.
    """
    Heartbeat.objects.get_or_create(name=name, defaults={"at": now - every})
    rows = Heartbeat.objects.filter(Q(at__lte=now - every) | Q(at__gt=now), name=name)
    return bool(rows.update(at=now))


def ping(now: datetime) -> bool:
    """Call the address that expects to hear from us, once a minute; answer whether it was called.

    Only a tick does this: if beat or worker stops, the calls stop, and somebody else raises alarm.
    """
    url = str(settings.DEAD_MAN_URL)
    if not url:
        return False
    if not again(OUTSIDE, EVERY, now):
        return False
    parts = urlsplit(url)
    ports = Ports(networks=settings.ALLOWED_NETWORKS, seconds=PATIENCE)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        Door("dead man", f"{parts.scheme}://{parts.netloc}", ports=ports).get(target)
    except ToolError as error:
        log.warning("The outside was not told that we are alive: %s", error.message)
    return True
