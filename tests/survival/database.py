"""A PostgreSQL server of a test's own, which it kills and starts again."""

import os
import signal
import time
from dataclasses import dataclass, field

import psutil

from tests import postgres


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """When the server did not answer, by the clock that slots are read by."""

    since: float
    until: float


@dataclass
class Server:
    """Started with the object. `away` says when it was not there."""

    away: list[Away] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._server = postgres.launch()
        self.url = postgres.address(self._server)
        self._stopped = 0.0

    def kill(self) -> None:
        """End it as a cable that is pulled would: no goodbye to anybody, no checkpoint."""
        process = psutil.Process(self._server.get_pid())
        self._stopped = time.time()
        os.kill(process.pid, signal.SIGQUIT)  # what PostgreSQL calls an immediate shutdown
        psutil.wait_procs([process], timeout=20)

    def start(self) -> None:
        """Start it where it was; it recovers from its log first."""
        self._server.ensure_postgres_running()
        self.away.append(Away(since=self._stopped, until=time.time()))
