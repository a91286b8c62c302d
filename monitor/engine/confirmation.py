"""Tries a lost lead again: a run of the same persona and pins, with a new tag."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from monitor.engine import ahead, due, run
from monitor.engine.wake import Wake
from monitor.models import Cause, Confirmation


def confirm(ids: Sequence[int], token: str, now: datetime) -> list[Wake]:
    """Start the runs that are to confirm losses, and answer their wake-up calls."""
    fresh = due.take(Confirmation.objects.all(), ids, token, now)
    mine = Confirmation.objects.filter(pk__in=ids, claim=fresh, decided_at=None)
    doubts = list(mine.select_related("chain__workspace"))
    made: list[int] = []

    def work(part: Sequence[Confirmation]) -> None:
        intents = [
            run.Intent(
                chain=doubt.chain,
                cause=Cause.CONFIRMATION,
                persona=doubt.persona,
                due_at=now,
                confirms=doubt.pk,
            )
            for doubt in part
        ]
        with transaction.atomic():
            made.extend(run.write(intents, now))
            due.settle(Confirmation, fresh, ("due_at",), [(doubt.pk, None) for doubt in part])

    def blame(doubt: Confirmation, error: Exception) -> None:
        due.fail(Confirmation, doubt.pk, fresh, type(error).__name__, now)

    due.halved(doubts, work, blame)
    return ahead.runs(now, made) if made else []
