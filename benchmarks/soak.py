"""Thousands of leads, random faults and random kills; then counts what Handoff got wrong.

python -m benchmarks.soak [--runs N] [--seed N] [--chains N] [--kill-every SECONDS] [--write]
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import django

from benchmarks import pages
from benchmarks.soak_score import score
from tests.sandbox_process import SandboxProcess
from tests.stories.product import Product

PAGE = pages.ROOT / "docs" / "reference" / "scorecard.md"
RUNS, SEED, CHAINS, AT_ONCE, KILL_EVERY = 2000, 20261121, 60, 120, 30.0

SETTINGS = {"CALL_SECONDS": "2", "HOLD_SECONDS": "12", "TICK_SECONDS": "2"}
"""What a killed worker held falls due again within the linger, as with lingers of minutes."""


def soak(wanted: argparse.Namespace) -> Any:
    """Answer what happened, as plain data."""
    with SandboxProcess("--fast", "--no-demo") as sandbox:
        mail = sandbox.state["tools"]["mail"]["smtp"]
        with Product(EMAIL_URL=f"smtp://{mail}", **SETTINGS) as product:
            os.environ.update(product.environment)
            django.setup()
            # Only now can the product's rows be named: its settings were just made.
            from benchmarks.soaking import Soak
            from monitor.models import Channel, Workspace

            workspace = Workspace.objects.get()
            Channel.objects.create(
                workspace=workspace, slug="mail", title="Mail", kind="email",
                address={"to": "owner@main.handoff.test"},
            )  # fmt: skip
            played = Soak(sandbox.control, workspace, product.pid, seed=wanted.seed)
            played.draw(wanted.chains)
            return played.play(wanted.runs, at_once=wanted.at_once, kill_every=wanted.kill_every)


def main(arguments: Sequence[str]) -> int:
    """Read the command line, play, print; exit code 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="leads that are handed in")
    parser.add_argument("--seed", type=int, default=SEED, help="what all dice begin with")
    parser.add_argument("--chains", type=int, default=CHAINS, help="chains they walk")
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help="leads under way at a time")
    parser.add_argument("--kill-every", type=float, default=KILL_EVERY, help="seconds; 0: never")
    parser.add_argument("--write", action="store_true", help=f"rewrite {PAGE.name}")
    parser.add_argument("--facts", type=Path, help="also write what happened, as JSON")
    wanted = parser.parse_args(arguments)
    facts = soak(wanted)
    if wanted.facts:
        wanted.facts.write_text(json.dumps(facts))
    made = score(facts)
    figures = f"{pages.circumstances()} Seed {wanted.seed}.\n\n{made.render()}"
    print(figures)
    if wanted.write:
        pages.write(PAGE, "soak", figures)
    return 0 if made.met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
