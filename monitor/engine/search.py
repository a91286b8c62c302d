"""One batch search for the leads of several runs; records that are not ours are let go at once."""

from collections.abc import Sequence
from datetime import timedelta

from connectors.kit.base import Finds
from connectors.kit.errors import TryLater
from connectors.kit.records import Arrival, Lead
from monitor.engine.connection import keep_skew
from monitor.engine.journey import Journey
from monitor.models import Connection
from monitor.rules.lead import Recogniser, handles

EARLIER = timedelta(minutes=15)


def ours(tool: Finds, runs: Sequence[Journey], place: Connection) -> dict[str, dict[str, Arrival]]:
    """Answer the records that are leads of these runs, by tag and id."""
    leads = [
        Lead(
            tag=run.tag,
            email=run.lead["email"],
            handles=handles(run.lead),
            submitted_at=run.submitted_at,
        )
        for run in runs
    ]
    first = min(run.submitted_at or run.created_at for run in runs)
    since = first - EARLIER - timedelta(seconds=abs(place.skew or 0.0))
    recogniser = Recogniser({run.tag: run.lead for run in runs})
    found: dict[str, dict[str, Arrival]] = {}
    for arrival in tool.find(leads, since):
        tag = recogniser.owner(arrival.record)
        if tag is not None:
            found.setdefault(tag, {})[arrival.id] = arrival
    keep_skew(place, tool)
    return found


def postponement(error: Exception) -> float | None:
    """Answer for how many seconds the tool asked us to stay away."""
    return error.after if isinstance(error, TryLater) else None
