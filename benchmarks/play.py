"""Plays the cells of the scorecard side by side, and notes when each lead's fault was told."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from benchmarks.cells import ENTRY, LOOK, PACE, PERSONAS, Cell
from monitor.engine import run as running
from monitor.models import Cause, Chain, Incident, Run, Stop, Workspace
from tests.sandbox_process import Control
from tests.stories.drawing import draw
from tests.stories.scenarios import SHAPES

AT_ONCE = 24
"""How many chains are under way at a time, so that two cores do not make leads late."""
FEW = 4
"""The same for late leads: who is looked for too late counts as in time, for that is our fault."""
PATIENCE = 150.0
UNHURRIED = (20.0, 8.0)
"""Deadline and linger of the sound leads: room for as many second looks as days would give."""
PAUSE = 0.2
WAVES = 4
LOSSES = {"dropped", "late", "refused"}
COLUMNS = (
    "pk", "chain_id", "cause", "persona", "lead", "submitted_at", "judged_at", "settled_at",
    "verdict", "findings", "hops", "problem",
)  # fmt: skip
CELL = ("name", "row", "group", "shape", "hop", "told_at")
READABLE = ("website", "mailchimp", "hubspot", "stripe", "postmark", "crm", "mail")

Steps = Iterator[Callable[[], bool]]
Fact = dict[str, Any]


@dataclass(eq=False)
class Game:
    """One chain being played. `runs` is what its runs were last seen as, by id."""

    name: str
    shape: str
    chain: Chain | None = None
    told: Fact = field(default_factory=dict)
    runs: dict[int, Fact] = field(default_factory=dict)
    sent: list[int] = field(default_factory=list)
    proof: int = 0
    broken_at: float = 0.0
    faults: list[str] = field(default_factory=list)
    stuck: str = ""
    stage: str = ""
    steps: Steps = field(default_factory=lambda: iter(()))
    awaited: Callable[[], bool] | None = None
    patience: float = 0.0
    outcome: Fact = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        """Whether nothing more is awaited of any run, confirmations included."""
        known = self.sent or ([self.proof] if self.proof else [])
        return all(pk in self.runs for pk in known) and all(
            run["settled_at"] for run in self.runs.values()
        )


class Player:
    """Plays games in one product and one sandbox."""

    def __init__(self, control: Control, workspace: Workspace, at_once: int = AT_ONCE) -> None:
        self.control = control
        self.workspace = workspace
        self.at_once = at_once

    def broken(self, cells: Sequence[Cell]) -> list[Fact]:
        """Answer what became of every lead of these cells."""
        games = [Game(name=cell.name, shape=cell.shape) for cell in cells]
        for game, cell in zip(games, cells, strict=True):
            game.steps = self._cell(game, cell)
        late = [game for game, cell in zip(games, cells, strict=True) if cell.kind == "late"]
        self._play(late, min(FEW, self.at_once))
        self._play([game for game in games if game not in late], self.at_once)
        return [game.outcome for game in games]

    def healthy(self, leads: int, chains: int) -> Fact:
        """Answer what became of sound leads while every tool answers one read in ten wrongly."""
        shapes = list(SHAPES)
        games = [
            Game(name=f"sound-{number}", shape=shapes[number % len(shapes)])
            for number in range(chains)
        ]
        for game in games:
            game.steps = self._proof(game, pace=UNHURRIED)
        self._play(games, self.at_once)
        faults = [
            self.control.fault(
                f"tool:{tool}", "random", probability=0.1, seed=seed, methods=["read"]
            )
            for seed, tool in enumerate(READABLE, start=4711)
        ]
        began = time.time()
        for number, game in enumerate(games):
            share = leads // chains + (number < leads % chains)
            game.steps = self._walk(game, share, number)
            game.awaited = None
        self._play(games, self.at_once)
        for fault in faults:
            self.control.heal(fault)
        return {
            "leads": [
                {
                    **lead_fact(game.runs[pk]),
                    "looks": looks_of(pk) if game.runs[pk]["findings"] else {},
                }
                for game in games
                for pk in game.sent
            ],
            "stuck": [[game.name, game.stuck] for game in games if game.stuck],
            "errors": len(self.control.truth(began)),
            "incidents": [incident_fact(row) for row in Incident.objects.order_by("pk")],
        }

    def _play(self, games: Sequence[Game], at_once: int) -> None:
        waiting, playing = list(games), list[Game]()
        while waiting or playing:
            while waiting and len(playing) < at_once:
                playing.append(waiting.pop(0))
            self._look(playing)
            playing = [game for game in playing if self._go_on(game)]
            time.sleep(PAUSE)

    def _go_on(self, game: Game) -> bool:
        if game.awaited is not None and not game.awaited():
            if time.monotonic() < game.patience:
                return True
            game.stuck = game.stage
            game.awaited = None
        try:
            game.awaited = next(game.steps)
        except StopIteration:
            return False
        game.patience = time.monotonic() + PATIENCE
        return True

    def _look(self, games: Sequence[Game]) -> None:
        """See what became of the runs; what was said first is kept, with its time."""
        by_chain = {game.chain.pk: game for game in games if game.chain is not None}
        done = [pk for game in games for pk, run in game.runs.items() if run["settled_at"]]
        rows = Run.objects.filter(chain__in=list(by_chain)).exclude(pk__in=done)
        for seen in rows.values(*COLUMNS):
            row: Fact = dict(seen)
            runs = by_chain[row["chain_id"]].runs
            before = runs.get(row["pk"], {})
            told = row["verdict"] == "failed"
            row["found_at"] = before.get("found_at") or (row["judged_at"] if told else None)
            row["first"] = before.get("first") or (row["findings"] if told else [])
            runs[row["pk"]] = row

    def _proof(
        self,
        game: Game,
        persona: str = "plain",
        pace: tuple[float, float] = PACE,
        *,
        own_port: bool = False,
    ) -> Steps:
        hops: list[Fact] = [dict(hop) for hop in SHAPES[game.shape]]
        if own_port:
            hops[0]["own_port"] = True
        game.told = self.control.chain(game.name, hops=hops, delay=[0.05, 0.3])
        game.chain = draw(
            self.workspace,
            game.told,
            now=datetime.now(UTC),
            deadline=pace[0],
            linger=pace[1],
            personas=[persona],
        )
        game.proof = self._send(game, persona)
        yield _await(game, "proof", lambda: game.settled)

    def _walk(self, game: Game, count: int, turn: int) -> Steps:
        for number in range(count):
            game.sent.append(self._send(game, PERSONAS[(turn + number) % len(PERSONAS)]))
            yield _await(game, f"lead {number}", lambda: game.settled)

    def _cell(self, game: Game, cell: Cell) -> Steps:
        yield from self._proof(game, cell.personas[-1], own_port=cell.group == ENTRY)
        self._break(game, cell)
        yield from self._waves(game, cell)
        found = {one["kind"] for pk in game.sent for one in game.runs[pk]["findings"]}
        if found & LOSSES:
            yield _await(game, "told", lambda: Incident.objects.filter(chain=game.chain).exists())
        game.outcome = self._told(game, cell)
        for fault in game.faults:
            self.control.heal(fault)

    def _waves(self, game: Game, cell: Cell) -> Steps:
        """Send leads until enough were struck; who has nothing to bite on is replaced."""
        open_to, turn = list(cell.personas), 0
        for _ in range(WAVES):
            missing = cell.quota - len(self._struck(game, cell))
            if missing <= 0 or not open_to:
                return
            for _lead in range(missing):
                game.sent.append(self._send(game, open_to[turn % len(open_to)]))
                turn += 1
            yield _await(game, "over", lambda: game.settled)
            struck = self._struck(game, cell)
            spared = {game.runs[pk]["persona"] for pk in game.sent if pk not in struck}
            open_to = [one for one in open_to if one not in spared]

    def _break(self, game: Game, cell: Cell) -> None:
        hop = next(hop for hop in game.told["hops"] if hop["name"] == cell.hop)
        wanted = dict(cell.wanted)
        kind = wanted.pop("kind")
        if cell.group in (ENTRY, LOOK):
            target, wanted["account"] = f"tool:{hop['tool']}", game.name
        else:
            target = f"handoff:{hop['handoff']}"
        game.broken_at = time.time()
        game.faults.append(self.control.fault(target, kind, **wanted))

    def _struck(self, game: Game, cell: Cell) -> set[int]:
        """Answer the runs that the truth says were struck."""
        if not game.sent:
            return set()
        truth = self.control.truth(game.broken_at, account=game.name)
        if cell.group in (ENTRY, LOOK):
            # One search asks for many leads and a closed port for none: the switch strikes all.
            return set(game.sent) if truth else set()
        names = {entry["lead"].lower() for entry in truth}
        return {pk for pk in game.sent if game.runs[pk]["lead"]["email"].lower() in names}

    def _told(self, game: Game, cell: Cell) -> Fact:
        struck = self._struck(game, cell)
        refused = {
            delivery["lead"].lower()
            for delivery in self.control.deliveries(f"{game.name}:")
            if delivery["automation"].endswith(f"->{cell.hop}")
            and delivery["outcome"].startswith("refused")
        }
        truth = self.control.truth(game.broken_at, account=game.name)
        return {
            **{name: getattr(cell, name) for name in CELL},
            "kind": cell.kind,
            "fields": sorted(cell.fields),
            "suspects": list(cell.suspects),
            "stuck": game.stuck,
            "proof": lead_fact(game.runs[game.proof]),
            "leads": [
                {
                    **lead_fact(game.runs[pk]),
                    "struck": pk in struck,
                    "refused": bool(refused & _words(game.runs[pk]["lead"])),
                    "tries": sum(
                        entry["lead"].lower() == game.runs[pk]["lead"]["email"].lower()
                        for entry in truth
                    ),
                }
                for pk in game.sent
            ],
            "incidents": [incident_fact(row) for row in Incident.objects.filter(chain=game.chain)],
        }

    def _send(self, game: Game, persona: str) -> int:
        assert game.chain is not None
        now = datetime.now(UTC)
        return running.request(game.chain, cause=Cause.MANUAL, persona=persona, now=now).pk


def _await(game: Game, stage: str, come: Callable[[], bool]) -> Callable[[], bool]:
    game.stage = stage
    return come


def _words(lead: dict[str, str]) -> set[str]:
    """Answer what a delivery may have called this lead, damaged as it was."""
    whole = f"{lead.get('first_name', '')} {lead.get('last_name', '')}"
    return {value.lower() for value in (*lead.values(), whole) if len(value) > len("true")}


def lead_fact(run: Fact) -> Fact:
    """Answer a run as plain data, with its moments as seconds since 1970."""
    moments = ("submitted_at", "found_at", "judged_at", "settled_at")
    kept = ("pk", "persona", "lead", "verdict", "first", "findings", "hops", "problem")
    return {
        **{name: run[name] for name in kept},
        **{name: run[name].timestamp() if run[name] else None for name in moments},
    }


def looks_of(run: int) -> Fact:
    """Answer the timeline of looks at each hop, to tell why a sound lead was not seen."""
    return {stop.hop: stop.looks for stop in Stop.objects.filter(run=run)}


def incident_fact(row: Incident) -> Fact:
    """Answer an incident as plain data."""
    return {
        "subject": row.subject,
        "kinds": row.kinds,
        "opened_at": row.opened_at.timestamp(),
        "findings": row.findings,
    }
