"""A chain of three shelves, ready to run, and the engine to drive it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from monitor.engine.chain import freeze
from monitor.models import Cause, Chain, Channel, Connection, Incident, Run, Stop, Workspace
from tests.monitor.engine import rows
from tests.monitor.engine.drive import Drive
from tests.monitor.engine.rows import NOW
from tests.monitor.engine.tool import FIELDS, SETTINGS, Carrier, Tool, tool

SHELVES = ("form", "list", "crm")


@dataclass
class World:
    """A shop whose form, list and CRM are three shelves of one tool."""

    shop: Workspace
    chain: Chain
    tool: Tool
    drive: Drive

    def run(self, persona: str | None = None) -> Run:
        """Ask for a run and let its message come at once."""
        from monitor.engine import ahead, run

        made = run.request(self.chain, cause=Cause.MANUAL, persona=persona, now=self.drive.now)
        self.drive.push(ahead.runs(self.drive.now, [made.pk]))
        return made

    def finished(self, run: Run, seconds: float = 200.0) -> Run:
        """Drive until the run is settled, and answer it."""
        end = self.drive.now.timestamp() + seconds
        while self.drive.now.timestamp() < end:
            self.drive.seconds(1.0)
            run.refresh_from_db()
            if run.settled_at:
                return run
        raise AssertionError(f"not settled: {run.hops}")

    def stop_at(self, run: Run, hop: str) -> Stop:
        """Answer one stop of a run."""
        return Stop.objects.get(run=run, hop=hop)

    def incidents(self) -> list[Incident]:
        """Answer all incidents, oldest first."""
        return list(Incident.objects.order_by("pk"))


def shelf_connection(shop: Workspace, opened: Tool, name: str) -> Connection:
    """Make a connection to a shelf."""
    return rows.connection(
        shop,
        name,
        settings={**SETTINGS, "base_url": opened.url(name)},
        secrets={"token": "good"},
    )


@pytest.fixture
def opened() -> Iterator[Tool]:
    """The tool."""
    with tool(NOW) as found:
        yield found


@pytest.fixture
def world(db: None, opened: Tool) -> World:
    """A chain form → list → crm of one second each, without a schedule."""
    shop = rows.workspace()
    chain = rows.chain(shop, schedule="", due_at=None)
    opened.shelf("form").carriers = [Carrier(to="list")]
    opened.shelf("list").carriers = [Carrier(to="crm")]
    opened.shelf("crm")
    rows.hops(
        chain,
        [
            (
                name,
                shelf_connection(shop, opened, name),
                {"resource": "records", "fields": FIELDS, "deadline": 10.0, "linger": 6.0},
            )
            for name in SHELVES
        ],
    )
    freeze(chain, NOW)
    Channel.objects.create(
        workspace=shop, slug="mail", title="Mail", kind="email", address={"to": "ann@shop.example"}
    )
    return World(shop=shop, chain=chain, tool=opened, drive=Drive(opened))
