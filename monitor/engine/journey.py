"""One lead's journey as looks, searches and removals need it: a few columns of a run."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from monitor.engine import bulk
from monitor.models import Run


class Journey(NamedTuple):
    """A run without what only a judgement needs; whole rows would cost more than a look."""

    pk: int
    workspace_id: int
    chain_id: int
    version_id: int
    tag: str
    lead: dict[str, str]
    created_at: datetime
    submitted_at: datetime | None
    settled_at: datetime | None


def journeys(runs: Iterable[int]) -> dict[int, Journey]:
    """Answer these runs by id."""
    rows = bulk.select(Run, Journey._fields, set(runs))
    return {row[0]: Journey._make(row) for row in rows}
