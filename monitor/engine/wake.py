"""Wake-up calls: which task is to look at which rows, and when.

Losing one loses nothing: the rows it names fall due again when their hold ends.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from celery.exceptions import OperationalError as CeleryOperationalError
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from monitor.celery import app
from monitor.engine.due import Batch

log = logging.getLogger(__name__)

EARLY = 0.2
"""Seconds by which whoever hands leads in is woken early: everything is ready when the slot comes,
and the broker's own delay is no delay of the hand-in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wake:
    """One message: the task's name and the rows claimed for it."""

    task: str
    batch: Batch


def send(wakes: Iterable[Wake], now: datetime) -> None:
    """Send every message, with a countdown to its start."""
    for wake in wakes:
        wait = (wake.batch.start - now).total_seconds()
        if wake.task == "submit":
            wait -= EARLY
        try:
            app.send_task(
                wake.task,
                args=(list(wake.batch.ids), wake.batch.token),
                countdown=wait if wait > 0 else None,
                ignore_result=True,
                retry=False,
            )
        except (OperationalError, CeleryOperationalError, RedisError, OSError) as away:
            log.warning("The broker is away (%s); rows fall due again.", type(away).__name__)
            return


def on_commit(wakes: Iterable[Wake], now: datetime) -> None:
    """Send the messages once the rows they name are there for everybody to see."""
    sent = list(wakes)
    transaction.on_commit(lambda: send(sent, now))
