"""Plays a soak: many leads, a fault of its own for every other one, and parts that are killed."""

import json
import os
import random
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from django.db import transaction

from benchmarks.cells import ENTRY, LOOK, PERSONAS, Cell, cells
from benchmarks.play import COLUMNS, READABLE, incident_fact, lead_fact, looks_of
from benchmarks.soak_score import DEADLINE, LATENESS, LINGER
from monitor.engine import run as running
from monitor.models import Cause, Chain, Incident, Residue, Run, Workspace
from tests.sandbox_process import Control
from tests.stories.drawing import draw
from tests.stories.scenarios import SHAPES

SHARE = 0.5
"""So many of the leads meet a fault of their own."""
NOISE = 0.02
"""So many reads of every tool are answered wrongly, whoever asks."""
PARTS = ("worker", "beat", "broker")
PAUSE = 0.4
PATIENCE = 240.0
UNPLAYED = ("entry-refused",)
"""A port is closed for everybody: that is no fault of one lead."""

Fact = dict[str, Any]


@dataclass(eq=False, kw_only=True)
class Played:
    """One lead under way, and the switch that is for it alone."""

    pk: int
    cell: Cell | None
    chain: str
    fault: str = ""
    refused: frozenset[str] = frozenset()
    seen: Fact = field(default_factory=dict)


class Soak:
    """One installation under leads, faults and kills. Everything it rolls comes from `seed`."""

    def __init__(self, control: Control, workspace: Workspace, pid: int, *, seed: int) -> None:
        self.control = control
        self.workspace = workspace
        self.pid = pid
        self.dice = random.Random(seed)
        self.kills: list[Fact] = []
        self.chains: list[tuple[str, str, Chain, Fact]] = []
        self._cells: dict[str, list[Cell]] = {shape: [] for shape in SHAPES}
        for cell in cells(1):
            if cell.group != LOOK and cell.row not in UNPLAYED:
                self._cells[cell.shape].append(cell)

    def draw(self, chains: int) -> None:
        """Draw the chains, and let one sound lead walk each."""
        shapes = list(SHAPES)
        for number in range(chains):
            shape = shapes[number % len(shapes)]
            name = f"soak-{number}"
            hops = [dict(hop) for hop in SHAPES[shape]]
            told = self.control.chain(name, hops=hops, delay=[0.05, 0.3])
            chain = draw(
                self.workspace,
                told,
                now=datetime.now(UTC),
                deadline=DEADLINE,
                linger=LINGER,
                personas=PERSONAS,
            )
            self.chains.append((name, shape, chain, told))

    def play(self, runs: int, *, at_once: int, kill_every: float) -> Fact:
        """Answer what became of `runs` leads, as plain data."""
        began = time.time()
        for seed, tool in enumerate(READABLE):
            self.control.fault(
                f"tool:{tool}", "random", probability=NOISE, seed=seed, methods=["read"]
            )
        playing: list[Played] = []
        ended: list[Played] = []
        next_kill = time.monotonic() + kill_every
        last_change = time.monotonic()
        while (len(ended) + len(playing) < runs) or playing:
            while len(playing) < at_once and len(ended) + len(playing) < runs:
                playing.append(self._begin(len(ended) + len(playing)))
            if kill_every and time.monotonic() >= next_kill:
                self._kill()
                next_kill = time.monotonic() + max(5.0, self.dice.expovariate(1 / kill_every))
            self._look(playing)
            over = [one for one in playing if one.seen.get("settled_at")]
            for one in over:
                self._heal(one)
            if over:
                last_change = time.monotonic()
            elif time.monotonic() - last_change > PATIENCE:
                break
            ended += over
            playing = [one for one in playing if one not in over]
            time.sleep(PAUSE)
        self._wait_for_removals()
        return self._facts(ended, playing, began)

    def _begin(self, number: int) -> Played:
        name, shape, chain, told = self.chains[number % len(self.chains)]
        cell = self.dice.choice(self._cells[shape]) if self.dice.random() < SHARE else None
        persona = self.dice.choice(cell.personas if cell else PERSONAS)
        now = datetime.now(UTC)
        soon = now + timedelta(seconds=2)  # the switch is on before the lead sets out
        intent = running.Intent(chain=chain, cause=Cause.MANUAL, persona=persona, due_at=soon)
        with transaction.atomic():
            (pk,) = running.write([intent], now)
        one = Played(pk=pk, cell=cell, chain=name)
        if cell is not None:
            one.fault = self._switch(cell, told, Run.objects.get(pk=pk))
        return one

    def _switch(self, cell: Cell, told: Fact, run: Run) -> str:
        hop = next(hop for hop in told["hops"] if hop["name"] == cell.hop)
        wanted = dict(cell.wanted)
        kind = wanted.pop("kind")
        if cell.kind == "late":
            wanted["seconds"] = LATENESS
        if cell.group == ENTRY:
            return self.control.fault(
                f"tool:{hop['tool']}", kind, match=run.lead["email"], account=told["name"], **wanted
            )
        return self.control.fault(
            f"handoff:{hop['handoff']}", kind, match=run.lead["email"], **wanted
        )

    def _heal(self, one: Played) -> None:
        if one.fault and one.cell:
            self.control.heal(one.fault)
            one.refused = self._refused(one)

    def _kill(self) -> None:
        """Kill one part of the product, as a machine that runs out of memory would."""
        found = parts_of(self.pid)
        part = self.dice.choice(PARTS)
        if part in found:
            os.kill(found[part], signal.SIGKILL)
            self.kills.append({"part": part, "at": time.time()})

    def _look(self, playing: Sequence[Played]) -> None:
        rows = Run.objects.filter(pk__in=[one.pk for one in playing])
        by_pk = {one.pk: one for one in playing}
        for values in rows.values(*COLUMNS):
            row: Fact = dict(values)
            before = by_pk[row["pk"]].seen
            failed = row["verdict"] == "failed"
            row["found_at"] = before.get("found_at") or (row["judged_at"] if failed else None)
            row["first"] = before.get("first") or (row["findings"] if failed else [])
            by_pk[row["pk"]].seen = row

    def _wait_for_removals(self) -> None:
        """Wait until no confirmation is under way and no record is on its way out."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            open_runs = Run.objects.filter(settled_at=None).exists()
            if not open_runs and not Residue.objects.filter(due_at__isnull=False).exists():
                return
            time.sleep(2)

    def _facts(self, ended: list[Played], stuck: list[Played], began: float) -> Fact:
        truth = self.control.truth(began)
        by_fault: dict[str, list[Fact]] = {}
        for entry in truth:
            by_fault.setdefault(entry["fault"], []).append(entry)
        own = {one.fault for one in [*ended, *stuck] if one.fault}
        played = {one.pk for one in [*ended, *stuck]}
        others = Run.objects.exclude(pk__in=played).values(*COLUMNS)
        return {
            "leads": [self._fact(one, by_fault.get(one.fault, [])) for one in ended],
            "others": [
                lead_fact({**row, "found_at": None, "first": row["findings"]}) for row in others
            ],
            "stuck": [one.pk for one in stuck],
            "noise": [
                {"at": entry["time"], "account": entry["account"]}
                for entry in truth
                if entry["fault"] not in own
            ],
            "kills": self.kills,
            "incidents": [
                {**incident_fact(row), "chain": row.chain.slug if row.chain else "",
                 "since": row.since.timestamp(), "reason": row.reason}
                for row in Incident.objects.select_related("chain").order_by("pk")
            ],
            "twice": self._handed_in_twice(),
            "unlisted": [
                left for name, _, _, told in self.chains for left in self._left(name, told)
            ],
        }  # fmt: skip

    def _fact(self, one: Played, struck: Sequence[Fact]) -> Fact:
        cell = one.cell
        shown = ("name", "row", "group", "shape", "hop", "told_at", "kind")
        return {
            **lead_fact(one.seen),
            "chain": one.chain,
            "looks": looks_of(one.pk) if one.seen["verdict"] != "failed" else {},
            "struck": bool(struck),
            "refused": bool(cell and cell.group != ENTRY and cell.hop in one.refused),
            "refused_at": sorted(one.refused),
            "cell": cell
            and {
                **{name: getattr(cell, name) for name in shown},
                "fields": sorted(cell.fields),
                "suspects": list(cell.suspects),
            },
        }

    def _refused(self, one: Played) -> frozenset[str]:
        """Answer the hops whose tool refused what the fault had made of the lead."""
        lead: dict[str, str] = one.seen["lead"]
        whole = f"{lead.get('first_name')} {lead.get('last_name')}"
        names = {value.lower() for value in (*lead.values(), whole) if len(value) > len("true")}
        return frozenset(
            delivery["automation"].rpartition("->")[2]
            for delivery in self.control.deliveries(f"{one.chain}:")
            if delivery["outcome"].startswith("refused") and delivery["lead"].lower() in names
        )

    def _handed_in_twice(self) -> list[str]:
        emails = [one["email"].lower() for one in self.control.records("website")]
        return sorted({email for email in emails if emails.count(email) > 1})

    def _left(self, name: str, told: Fact) -> list[Fact]:
        """Answer the records of this chain that lie in a tool and not in the ledger.

        `blind`: the run could not look into that hop; a look a day later asks for its tag again.
        """
        rows = Residue.objects.filter(run__chain__slug=name)
        listed = set(rows.values_list("external_id", flat=True))
        runs = list(Run.objects.filter(chain__slug=name).values_list("tag", "findings"))
        found: list[Fact] = []
        for hop in told["hops"]:
            if hop["tool"] in ("website", "mail", "postmark"):
                continue  # what has no removal is listed by run, not by id
            slug = hop["name"].replace("_", "-")
            for record in self.control.records(hop["tool"], name, hop["resource"]):
                if record["archived"] or record["id"] in listed:
                    continue
                text = json.dumps(record).lower()
                kinds = {
                    finding["kind"]
                    for tag, findings in runs
                    if tag in text
                    for finding in findings
                    if finding["hop"] == slug
                }
                where = f"{name}: {hop['tool']} {record['id']}"
                found.append({"where": where, "blind": "blind" in kinds})
        return found


def parts_of(pid: int) -> dict[str, int]:
    """Answer the processes of an installation by the names they carry."""
    names: Mapping[str, str] = {f"handoff {part}"[:15]: part for part in (*PARTS, "web")}
    found: dict[str, int] = {}
    for child in psutil.Process(pid).children(recursive=False):
        name = Path(f"/proc/{child.pid}/comm").read_text().strip()
        part = names.get(name) or ("broker" if "valkey" in name or "redis" in name else "")
        if part:
            found[part] = child.pid
    return found
