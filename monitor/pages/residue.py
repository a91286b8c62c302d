"""Synthetic records that still lie in a tool, as the removal ledger has them."""

from dataclasses import dataclass
from datetime import datetime

from connectors.kit.message import Message
from monitor.engine import stored
from monitor.models import Residue, ResidueState
from monitor.pages import sign
from monitor.pages.sign import Sign
from monitor.pages.tool import noun


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """One record of ours, where it lies and why it is still there."""

    run: int
    tool: str
    noun: str
    external_id: str
    url: str
    sign: Sign
    removed: bool
    why: Message | None
    seen_at: datetime
    due_at: datetime | None


def left(row: Residue) -> Left:
    """Answer one row of the ledger; its connection is loaded."""
    return Left(
        run=row.run_id,
        tool=row.connection.name,
        noun=noun(row.connection.connector, row.resource, 1),
        external_id=row.external_id,
        url=row.url,
        sign=sign.STUCK if row.stuck_at else sign.RESIDUE[row.state],
        removed=row.state == ResidueState.REMOVED,
        why=stored.read_message(row.why),
        seen_at=row.seen_at,
        due_at=row.due_at,
    )
