"""Breaks chains in every known way and counts what was found; then listens for false alarms.

python -m benchmarks.scorecard [--leads N] [--healthy N] [--only ROW …] [--write] [--facts FILE]
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import django

from benchmarks import pages
from benchmarks.card import Card
from benchmarks.cells import cells
from benchmarks.score import marks, sound
from tests.sandbox_process import SandboxProcess
from tests.stories.product import Product

PAGE = pages.ROOT / "docs" / "reference" / "scorecard.md"
LEADS, HEALTHY, CHAINS, AT_ONCE = 20, 500, 30, 24


def play(*, leads: int, healthy: int, only: Sequence[str] = (), at_once: int = AT_ONCE) -> Any:
    """Answer what happened, as plain data: sound leads first, then every broken chain."""
    with SandboxProcess("--fast", "--no-demo") as sandbox:
        tools = sandbox.state["tools"]
        settings = {"EMAIL_URL": f"smtp://{tools['mail']['smtp']}", "CALL_SECONDS": "2"}
        with Product(**settings) as product:
            os.environ.update(product.environment)
            django.setup()
            # Only now can the product's rows be named: its settings were just made.
            from benchmarks.play import Player
            from monitor.models import Channel, Workspace

            workspace = Workspace.objects.get()
            Channel.objects.create(
                workspace=workspace, slug="mail", title="Mail", kind="email",
                address={"to": "owner@main.handoff.test"},
            )  # fmt: skip
            player = Player(sandbox.control, workspace, at_once)
            well = player.healthy(healthy, min(CHAINS, healthy)) if healthy else {}
            broken = player.broken(cells(leads, only)) if leads else []
            log = product.log.read_text(errors="replace")
            return {"well": well, "broken": broken, "log": log}


def card(facts: Mapping[str, Any], *, leads: int, healthy: int) -> Card:
    """Answer the scorecard of what happened."""
    well, broken = facts["well"], facts["broken"]
    beside = [cell["proof"] for cell in broken]
    beside += [lead for cell in broken for lead in cell["leads"] if not lead["struck"]]
    return Card(
        leads=leads,
        healthy=healthy,
        marks=[mark for cell in broken for mark in marks(cell)],
        sound=sound(well.get("leads", []), well.get("incidents", []), well.get("errors", 0)),
        beside=sound(beside),
        stuck=[
            *(f"{name}: {stage}" for name, stage in well.get("stuck", [])),
            *(f"{cell['name']}: {cell['stuck']}" for cell in broken if cell["stuck"]),
        ],
        tries=[
            f"{cell['name']}: run {lead['pk']}"
            for cell in broken
            if cell["group"] == "entry"
            for lead in cell["leads"]
            if lead["tries"] > 1
        ],
    )


def main(arguments: Sequence[str]) -> int:
    """Read the command line, play, print; exit code 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=LEADS, help="the least a fault meets")
    parser.add_argument("--healthy", type=int, default=HEALTHY, help="leads nothing is wrong with")
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help="chains side by side")
    parser.add_argument("--only", nargs="*", default=(), help="the faults to play")
    parser.add_argument("--write", action="store_true", help=f"rewrite {PAGE.name}")
    parser.add_argument("--facts", type=Path, help="also write what happened, as JSON")
    wanted = parser.parse_args(arguments)
    facts = play(
        leads=wanted.leads, healthy=wanted.healthy, only=wanted.only, at_once=wanted.at_once
    )
    if wanted.facts:
        wanted.facts.write_text(json.dumps(facts))
    made = card(facts, leads=wanted.leads, healthy=wanted.healthy)
    figures = f"{pages.circumstances()}\n\n{made.render()}"
    print(figures)
    if wanted.write:
        pages.write(PAGE, "scorecard", figures)
    return 0 if made.met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
