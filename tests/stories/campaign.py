"""Plays many stories side by side in one product and one sandbox, and writes down what happened.

Each story is a little machine: prove the chain, break it, wait until it is told, heal it, wait
until that is told. Only the sandbox's doors and the product's own rows are used.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from monitor.engine import run as running
from monitor.models import Alert, Cause, Chain, Incident, Residue, Run, Workspace
from tests.sandbox_process import Control
from tests.stories.api_shapes import RESTS
from tests.stories.drawing import draw
from tests.stories.faults import DEADLINE, LINGER
from tests.stories.scenarios import (
    BY_TURNS,
    ENTRY_FAULTS,
    LOOK_FAULTS,
    Scenario,
    hops_of,
)
from tests.stories.telling import rows

AT_ONCE = 48
"""How many stories are under way at a time, so that two cores do not make leads late."""

Steps = Iterator[Callable[[], bool]]


@dataclass
class Story:
    """One scenario being played. `stage` names what is awaited; `facts` is what came of it."""

    scenario: Scenario
    chain: Chain | None = None
    faults: list[str] = field(default_factory=list)
    stage: str = ""
    stuck: str = ""
    hops: list[dict[str, Any]] = field(default_factory=list)
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)
    marks: dict[str, float] = field(default_factory=dict)
    steps: Steps = field(default_factory=lambda: iter(()))
    awaited: Callable[[], bool] | None = None
    patience: float = 0.0

    @property
    def name(self) -> str:
        """Answer the chain's slug, which is also the account's name in the sandbox."""
        return self.scenario.name


class Campaign:
    """All stories of one product."""

    def __init__(
        self,
        control: Control,
        workspace: Workspace,
        scenarios: Sequence[Scenario],
        *,
        patience: float = 120.0,
        at_once: int = AT_ONCE,
    ) -> None:
        self.control = control
        self.workspace = workspace
        self.patience = patience
        self.at_once = at_once
        self.stories = [Story(scenario) for scenario in scenarios]

    def play(self) -> None:
        """Play every story to its end, or until its patience is over."""
        waiting = list(self.stories)
        playing: list[Story] = []
        while waiting or playing:
            while waiting and _busy(playing) < self.at_once:
                story = waiting.pop(0)
                story.steps = self._steps(story)
                playing.append(story)
            playing = [story for story in playing if self._go_on(story)]
            time.sleep(0.15)

    def facts(self) -> list[dict[str, Any]]:
        """Answer what is known of every story, as plain data."""
        truth: dict[str, list[dict[str, Any]]] = {}
        for entry in self.control.truth():
            truth.setdefault(entry["account"], []).append(entry)
        return [
            {
                **(story.told or told(story)),
                "truth": truth.get(story.name, []),
                "deliveries": story.deliveries,
            }
            for story in self.stories
        ]

    def _go_on(self, story: Story) -> bool:
        """Let a story take the next step if what it waits for has come; False at its end."""
        if story.awaited is not None:
            if story.awaited():
                story.marks[story.stage] = time.time()
            elif time.monotonic() > story.patience:
                story.stuck = story.stage
                return self._end(story)
            else:
                return True
        try:
            story.awaited = next(story.steps)
        except StopIteration:
            return self._end(story)
        story.patience = time.monotonic() + self.patience
        return True

    def _end(self, story: Story) -> bool:
        self._heal(story)
        story.deliveries = self.control.deliveries(f"{story.name}:")
        return False

    def _steps(self, story: Story) -> Steps:
        self._build(story)
        scenario = story.scenario
        if scenario.kind in ENTRY_FAULTS and scenario.hop == story.hops[0]["name"]:
            yield from self._unsubmitted(story)
        elif scenario.kind == BY_TURNS:
            yield from self._blinded_by_turns(story)
        elif scenario.fault is None and scenario.kind in LOOK_FAULTS:
            yield from self._blinded(story)
        elif scenario.fault is None:
            yield from self._well(story)
            yield self._await(story, "removed", lambda: _removed(story))
        else:
            yield from self._broken(story)
            yield self._await(story, "removed", lambda: _removed(story))

    def _well(self, story: Story) -> Steps:
        self._request(story)
        yield self._await(story, "well", lambda: _settled(story))

    def _broken(self, story: Story) -> Steps:
        yield from self._well(story)
        fault = story.scenario.fault
        assert fault is not None
        self._break(story, f"handoff:{self._handoff(story)}", dict(fault.wanted))
        self._request(story)
        if fault.kind == "leaked":
            self._request(story)
        yield self._await(story, "told", lambda: _opened(story))
        yield self._await(story, "over", lambda: _settled(story))
        self._heal(story)
        yield self._await(story, "rested", lambda: _rested(story))
        self._request(story)
        yield self._await(story, "healed", lambda: _settled(story) and not _open(story))
        yield self._await(story, "sent", lambda: _sent(story))

    def _blinded(self, story: Story) -> Steps:
        yield from self._well(story)
        self._blind(story, story.scenario.kind)
        self._request(story)
        yield self._await(story, "over", lambda: _settled(story))
        # Once healed, a later look may still find the lead; what counts is what was said by then.
        story.told = told(story)
        self._heal(story)

    def _blinded_by_turns(self, story: Story) -> Steps:
        yield from self._well(story)
        # Refused credentials come last: that tool is not asked again before they are proved.
        for answer in sorted(LOOK_FAULTS, key=lambda one: one == "401"):
            self._blind(story, answer)
            self._request(story)
            yield self._await(story, answer, lambda: _settled(story))
            now = told(story)
            before = story.told.get("runs") or now["runs"][:-1]
            story.told = {**now, "runs": [*before, now["runs"][-1]]}
            self._heal(story)

    def _blind(self, story: Story, answer: str) -> None:
        wanted = {**LOOK_FAULTS[answer], "methods": ["read"], "account": story.name}
        self._break(story, f"tool:{self._hop(story)['tool']}", wanted)

    def _unsubmitted(self, story: Story) -> Steps:
        wanted = {**ENTRY_FAULTS[story.scenario.kind], "account": story.name, "methods": ["write"]}
        self._break(story, f"tool:{story.hops[0]['tool']}", wanted)
        self._request(story)
        if story.scenario.kind != "500-after-commit":
            yield self._await(story, "told", lambda: _opened(story))
        yield self._await(story, "over", lambda: _settled(story))
        self._heal(story)
        self._request(story)
        yield self._await(story, "healed", lambda: _settled(story) and not _open(story))

    def _build(self, story: Story) -> None:
        hops: list[dict[str, Any]] = [dict(hop) for hop in hops_of(story.scenario.shape)]
        if story.scenario.kind in ENTRY_FAULTS:
            hops[0]["own_port"] = True
        chain = self.control.chain(story.name, hops=hops, delay=[0.05, 0.3])
        story.chain = draw(
            self.workspace,
            chain,
            now=datetime.now(UTC),
            deadline=DEADLINE,
            linger=LINGER,
            personas=[story.scenario.persona],
        )
        story.hops = chain["hops"]

    def _hop(self, story: Story) -> dict[str, Any]:
        wanted = story.scenario.hop
        return next(hop for hop in story.hops if hop["name"] == wanted)

    def _handoff(self, story: Story) -> str:
        return str(self._hop(story)["handoff"])

    def _break(self, story: Story, target: str, wanted: dict[str, Any]) -> None:
        kind = wanted.pop("kind")
        story.faults.append(self.control.fault(target, kind, **wanted))
        story.marks["broken"] = time.time()

    def _heal(self, story: Story) -> None:
        while story.faults:
            self.control.heal(story.faults.pop())

    def _request(self, story: Story) -> None:
        assert story.chain is not None
        running.request(
            story.chain,
            cause=Cause.MANUAL,
            persona=story.scenario.persona,
            now=datetime.now(UTC),
        )

    def _await(self, story: Story, stage: str, come: Callable[[], bool]) -> Callable[[], bool]:
        story.stage = stage
        return come


def _busy(playing: Sequence[Story]) -> int:
    """Answer how many stories keep the machine at work; some only wait for a tool's next minute."""
    return sum(
        story.scenario.shape not in RESTS or story.stage not in ("rested", "removed")
        for story in playing
    )


def _settled(story: Story) -> bool:
    runs = Run.objects.filter(chain=story.chain)
    return runs.exists() and not runs.filter(settled_at__isnull=True).exists()


def _rested(story: Story) -> bool:
    return time.time() > story.marks["well"] + RESTS.get(story.scenario.shape, 0.0)


def _open(story: Story) -> bool:
    return Incident.objects.filter(chain=story.chain, resolved_at__isnull=True).exists()


def _opened(story: Story) -> bool:
    return Incident.objects.filter(chain=story.chain).exists()


def _sent(story: Story) -> bool:
    alerts = Alert.objects.filter(incident__chain=story.chain)
    return not alerts.filter(sent_at__isnull=True).exists()


def _removed(story: Story) -> bool:
    lying = Residue.objects.filter(run__chain=story.chain, state__in=("lying", "removed"))
    return not lying.exists()


def told(story: Story) -> dict[str, Any]:
    """Answer what became of a story, and what the product's own rows say of it."""
    assert story.chain is not None
    marks = {"name": story.name, "stuck": story.stuck, "marks": story.marks}
    return {**marks, **rows(story.chain)}
