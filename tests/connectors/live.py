"""The contract on a real account: `make live` loads this into pytest.

Leads are really handed in, looked for as patiently as the tool's search needs, and removed at the
end. Clauses that need the sandbox are skipped, each by its name.
"""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.catalog import connector as entry
from connectors.kit.base import Connector, Finds, Removes, Site, Submits
from connectors.kit.errors import ToolError
from connectors.kit.ports import Ports
from connectors.kit.records import Arrival, Lead, Receipt
from tests.connectors.twin import NETWORKS, Twin, lead_of
from workshop.live import CHOSEN, Live, live

BARE = "needs faults or planted records, which a real account has not"
ELSEWHERE = "is about other hosts, whatever the account"
NOT_HERE = ("test_a_private_network_is_not_called_unless_it_is_allowed",
            "test_a_redirect_to_another_host_is_not_followed",
            "test_a_private_network_is_not_called")  # fmt: skip
AWHILE = 1.0


class NoControl:
    """Stands in for the sandbox's control door: whoever reaches for it is skipped."""

    def heal(self) -> None:
        """Nothing was broken."""

    def __getattr__(self, name: str) -> Any:
        pytest.skip(BARE)


class Visit:
    """What this session did at the account, so that it can tidy up."""

    def __init__(self) -> None:
        self.began = datetime.now(UTC)
        self.handed_in: list[tuple[Connector, Lead]] = []
        self.removed = 0
        self.left: list[str] = []
        self._touched = 0.0

    def touched(self) -> None:
        """Note that something was written just now."""
        self._touched = time.monotonic()

    def settle(self, lag: float) -> None:
        """Wait until the tool's search shows what was written."""
        time.sleep(max(0.0, self._touched + lag + AWHILE - time.monotonic()))

    def tidy(self) -> None:
        """Remove what was handed in, and note what stays."""
        by_kind: dict[str, list[tuple[Connector, Lead]]] = {}
        for tool, lead in self.handed_in:
            by_kind.setdefault(tool.resource.slug, []).append((tool, lead))
        for there in by_kind.values():
            tool, leads = there[-1][0], [lead for _, lead in there]
            if not isinstance(tool, Finds):
                self.left += [f"{tool.name}: the entry of {lead.email}" for lead in leads]
                continue
            for arrival in self._ours(tool, leads):
                self._remove(tool, arrival)
            self.left += [_shown(tool, one) for one in self._ours(tool, leads)]

    def _ours(self, tool: Finds, leads: Sequence[Lead]) -> list[Arrival]:
        marks = [mark.lower() for lead in leads for mark in (lead.tag, *lead.handles)]
        found = tool.find(leads, self.began - timedelta(minutes=15))
        mine = [one for one in found if any(mark in repr(one.record).lower() for mark in marks)]
        return list({one.id: one for one in mine}.values())

    def _remove(self, tool: Finds, arrival: Arrival) -> None:
        if not isinstance(tool, Removes):
            return
        try:
            tool.remove(arrival)
        except ToolError as error:
            self.left.append(f"{_shown(tool, arrival)}: {error.message.render()}")
        else:
            self.removed += 1


def _shown(tool: Connector, arrival: Arrival) -> str:
    return f"{tool.name}: {tool.resource.name} {arrival.id} {arrival.url}".strip()


visit = Visit()


def watched(tool: type[Connector]) -> type[Connector]:
    """Answer the connector's class with patience, and with notes of what it writes."""

    def submit(self: Any, lead: Lead) -> Receipt:
        visit.handed_in.append((self, lead))
        try:
            receipt: Receipt = tool.submit(self, lead)  # type: ignore[attr-defined]
        finally:
            visit.touched()
        return receipt

    def find(self: Any, leads: Sequence[Lead], since: datetime) -> Iterator[Arrival]:
        visit.settle(self.resource.lag)
        yield from tool.find(self, leads, since)  # type: ignore[attr-defined]

    def remove(self: Any, arrival: Arrival) -> None:
        tool.remove(self, arrival)  # type: ignore[attr-defined]
        visit.touched()

    abilities = {Submits: submit, Finds: find, Removes: remove}
    verbs = {verb.__name__: verb for kind, verb in abilities.items() if issubclass(tool, kind)}
    return type(tool.__name__, (tool,), verbs)


def connected(account: Live, twin: Twin, changes: Mapping[str, str]) -> Connector:
    """Answer the connector at work on the real account."""
    ports = Ports(
        networks=NETWORKS, seconds=30.0, token=(lambda: account.token) if account.token else None
    )
    site = Site(
        settings={**account.settings, **changes},
        resource=twin.resource,
        keys=tuple(fields(twin, "a@b.c", "x")),
        base=account.base,
        ports=ports,
    )
    return watched(entry(twin.slug))(site)


def fields(twin: Twin, email: str, name: str) -> Mapping[str, object]:
    """Answer a lead's record with what every account has: fields of its own only the twin knows."""
    record = twin.record(email, name)
    usual = entry(twin.slug).resource_named(twin.resource).fields
    return {key: value for key, value in record.items() if key in usual} or record


def pytest_configure() -> None:
    """Let twins lead to the real account."""
    account = live(os.environ[CHOSEN], os.environ)

    def connect(
        self: Twin, state: object, *, seconds: float = 0.0, changes: Mapping[str, str] | None = None
    ) -> Connector:
        return connected(account, self, changes or {})

    def lead(self: Twin) -> Lead:
        def record(email: str, name: str) -> Mapping[str, object]:
            return fields(self, email, name)

        return lead_of(record, account.at) if account.at else lead_of(record)

    Twin.connect = connect  # type: ignore[method-assign]
    Twin.lead = lead  # type: ignore[method-assign]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the clauses of the one tool."""
    kept: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        twin = getattr(item, "callspec", None) and item.callspec.params.get("twin")  # type: ignore[attr-defined]
        (kept if twin and twin.slug == os.environ[CHOSEN] else others).append(item)
        if item.name.partition("[")[0] in NOT_HERE:
            item.add_marker(pytest.mark.skip(reason=ELSEWHERE))
    config.hook.pytest_deselected(items=others)
    items[:] = kept


def pytest_sessionfinish() -> None:
    """Remove what was created."""
    visit.tidy()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what was removed, and what stays."""
    terminalreporter.write_line(f"Records removed at the end: {visit.removed}.")
    for one in visit.left:
        terminalreporter.write_line(f"Left behind: {one}")
