"""Starts a sandbox and a product, plays stories, and writes what happened to a file.

    python -m tests.stories.drive OUT.json [--all | --one-a-kind] [--only WORD]

It runs beside pytest rather than in it: the product's settings are read once a process, and here
they are those of an installation, not of the tests.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import django

from tests.sandbox_process import SandboxProcess
from tests.stories import api_stories, scenarios
from tests.stories.product import Product


def chosen(*, everything: bool, only: str = "") -> list[scenarios.Scenario]:
    """Answer the stories to play: the full matrix, or one a kind."""
    stories = [
        *scenarios.healthy(),
        *scenarios.broken(),
        *scenarios.blinded(),
        *scenarios.unsubmitted(),
    ]
    of_apis = api_stories.told()
    if not everything:
        stories = list(scenarios.one_a_kind(stories))
        of_apis = [story for story in of_apis if story.name in api_stories.FEW]
    # The books' minutes pass while the others are told.
    return [story for story in (*of_apis, *stories) if only in story.name]


def exactly(name: str) -> list[scenarios.Scenario]:
    """Answer the one story of this name."""
    return [story for story in chosen(everything=True) if story.name == name]


def play(stories: Sequence[scenarios.Scenario], out: Path, **settings: str) -> None:
    """Play the stories in a fresh product and a fresh sandbox."""
    with SandboxProcess("--fast") as sandbox:
        mail, slack = sandbox.state["tools"]["mail"], sandbox.state["tools"]["slack"]
        settings = {
            "EMAIL_URL": f"smtp://{mail['smtp']}",
            "CALL_SECONDS": "2",
            **settings,
        }
        with Product(**settings) as product:
            os.environ.update(product.environment)
            django.setup()
            # Only now can the product's rows be named: its settings were just made.
            from monitor.models import Channel, Workspace
            from tests.stories.campaign import Campaign

            workspace = Workspace.objects.get()
            Channel.objects.create(
                workspace=workspace, slug="mail", title="Mail", kind="email",
                address={"to": "owner@main.handoff.test"},
            )  # fmt: skip
            Channel.objects.create(
                workspace=workspace, slug="slack", title="Slack", kind="slack",
                address={"webhook": slack["url"]},
            )  # fmt: skip
            campaign = Campaign(sandbox.control, workspace, stories)
            campaign.play()
            out.write_text(json.dumps(campaign.facts()))


def main(arguments: Sequence[str]) -> int:
    """Read the command line and play."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--exactly", default="")
    wanted = parser.parse_args(arguments)
    settings = {
        name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)
    }
    told = exactly(wanted.exactly) or chosen(everything=wanted.all, only=wanted.only)
    play(told, wanted.out, **settings)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
