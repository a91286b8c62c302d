"""Keeps the calls of all workers to one account within what its tool allows.

Whoever starts anything never waits: the call is not made, and the engine comes back. A look that
has begun waits a little between its calls, as it would for a slow tool, for otherwise one that
takes more calls than a window has would begin again for ever. A hand-in has the permits for all
its calls before it begins, and is not stopped any more.
"""

import time

from django.conf import settings

from connectors import catalog
from connectors.kit.base import Connector, Submits
from connectors.kit.errors import Paced
from connectors.kit.message import Message, _
from monitor.engine.permits import permits
from monitor.models import Connection
from monitor.rules.pace import Asker, Limits

SPARING = 0.7
WAITS = _("%(tool)s allows no more calls at this moment; Handoff comes back to it by itself.")


class Pace:
    """The permits of one task at one account; `patient` ones may wait before their first call."""

    def __init__(self, account: str, limits: Limits, *, patient: bool = False) -> None:
        self._account = account
        self._limits = limits
        self._asker: Asker = Asker.UNDER_WAY if patient else Asker.STARTING
        self._asked = False
        self._handing_in = False
        self._paid = 0
        self._patience = float(settings.CALL_SECONDS)

    def permit(self, tool: str) -> None:
        """Answer once a call may be made; raises Paced where it must be made another time."""
        if self._paid:
            self._paid -= 1
        elif self._limits or not self._asked:
            self._ask(1, tool)
        self._asked = True
        if not self._handing_in:
            self._asker = Asker.UNDER_WAY

    def hand_in(self, calls: int, tool: str) -> None:
        """Have the permits for a whole hand-in, or raise Paced; nothing was sent then."""
        self._ask(calls, tool)
        self._paid, self._asker, self._handing_in = calls, Asker.HANDING_IN, True

    def rest(self, seconds: float | None) -> None:
        """Make no more calls to this account for so long: its tool asked for a pause."""
        permits.close(self._account, seconds, self._limits)

    def _ask(self, calls: int, tool: str) -> None:
        while wait := permits.take(self._account, self._limits, calls, self._asker):
            if self._asker is not Asker.UNDER_WAY or wait > self._patience:
                raise Paced(Message(WAITS, {"tool": tool}), after=wait, where=tool)
            self._patience -= wait
            time.sleep(wait)


def at(
    connection: Connection,
    tool: type[Connector],
    *,
    patient: bool = False,
    sparing: bool = False,
) -> Pace | None:
    """Answer the pace of a connection's account; None before anybody else can know of it.

    Connections to one account share what it allows, whoever of us owns them. Who is `sparing`
    leaves some of it to the others: to remove records is never as urgent as to look.
    """
    part = SPARING if sparing else 1.0
    limits = tuple((max(1, int(limit.calls * part)), limit.seconds) for limit in tool.limits)
    if connection.account_id:
        return Pace(f"{tool.slug}:{connection.account_id}", limits, patient=patient)
    if connection._state.adding:
        return None
    return Pace(f"connection:{connection.pk}", limits, patient=patient)


def of(connection: Connection, *, sparing: bool = False) -> Pace | None:
    """Answer the pace of a connection; None for a tool this installation does not know."""
    try:
        return at(connection, catalog.connector(connection.connector), sparing=sparing)
    except KeyError:
        return None


def before_hand_in(tool: Submits) -> None:
    """Have the permits for handing one lead in, or raise Paced before anything is sent."""
    pace = tool.site.ports.pace
    if isinstance(pace, Pace):
        pace.hand_in(tool.submit_calls, tool.name)
