"""What every tool of the business shares: clock, fault switches, and who hears of events."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.faults import FaultBoard
from sandbox.requests_seen import RequestsSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A record came into a tool, or came again: what an automation is triggered by.

    `fields` is flat, keyed as the tool keys them; `ids` are what a later step may need to refer to.
    """

    tool: str
    account: str
    resource: str
    fields: dict[str, Any]
    ids: dict[str, str] = field(default_factory=dict)


def _nobody(_event: Event) -> None:
    """Nobody listens yet."""


@dataclass(slots=True)
class World:
    """Shared by all tools of one sandbox."""

    clock: Callable[[], float] = time.time
    tell: Callable[[Event], None] = _nobody
    seen: RequestsSeen = field(default_factory=RequestsSeen)
    board: FaultBoard = field(init=False)

    def __post_init__(self) -> None:
        self.board = FaultBoard(self.clock)


def key_for(tool: str, account: str, length: int = 32) -> str:
    """Answer the key that opens an account: the same at every start, never a real one."""
    return hashlib.sha256(f"{tool}/{account}".encode()).hexdigest()[:length]
