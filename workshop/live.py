"""Runs the contract of one connector on a real account, named by the environment.

HANDOFF_LIVE_MAILCHIMP_API_KEY=… HANDOFF_LIVE_MAILCHIMP_LIST_ID=… make live TOOL=mailchimp
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from connectors.catalog import CATALOG, connector

ROOT = Path(__file__).resolve().parent.parent
CHOSEN = "HANDOFF_LIVE"
AT = "HANDOFF_LIVE_AT"
TOKEN = "access_token"  # noqa: S105 - the name of one
OF_GRANTS = frozenset({"client_id", "client_secret"})


class Lacking(Exception):
    """The contract cannot be run; the sentence says what is missing."""


@dataclass(frozen=True, slots=True)
class Live:
    """A real account: the answers to the connector's asks, and where it is if not at the usual
    place. `at` is the domain the leads' addresses lie at, empty for one that does not exist."""

    slug: str
    settings: Mapping[str, str]
    token: str = ""
    base: str = ""
    at: str = ""


def variable(slug: str, ask: str) -> str:
    """Answer the environment variable that holds one answer."""
    return f"{CHOSEN}_{slug}_{ask}".upper()


def live(slug: str, environment: Mapping[str, str]) -> Live:
    """Answer the account the environment names. Raises Lacking with every name that is missing."""
    slugs = [entry.slug for entry in CATALOG]
    if slug not in slugs:
        near = get_close_matches(slug, slugs, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; take one of {', '.join(slugs)}."
        raise Lacking(f"There is no connector {slug!r}{hint}")
    tool = connector(slug)
    asked = {ask.key: ask for ask in tool.asks if not (tool.grant and ask.key in OF_GRANTS)}
    given = {key: environment.get(variable(slug, key), "") for key in asked}
    needed = [key for key, ask in asked.items() if ask.required and not ask.default]
    missing = [variable(slug, key) for key in needed if not given[key]]
    token = environment.get(variable(slug, TOKEN), "")
    if tool.grant and not token:
        missing.append(variable(slug, TOKEN))
    if missing:
        raise Lacking(f"{tool.name} needs these environment variables: {', '.join(missing)}.")
    return Live(
        slug=slug,
        settings={key: answer for key, answer in given.items() if answer},
        token=token,
        base=environment.get(variable(slug, "base"), ""),
        at=environment.get(AT, ""),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the contract on the tool the command line names; what else is said goes to pytest."""
    slug, *rest = list(sys.argv[1:] if arguments is None else arguments) or [""]
    try:
        live(slug, os.environ)
    except Lacking as why:
        print(why, file=sys.stderr)
        return 2
    command = [sys.executable, "-m", "pytest", "-p", "tests.connectors.live", "-q", "-rs"]
    command += ["tests/connectors/test_contract.py", *rest]
    environment = {**os.environ, CHOSEN: slug}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)  # noqa: S603 - our own words
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
