"""Plays all stories of a database once a test session, however many processes share it."""

import fcntl
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests import postgres
from tests.stories.product import ROOT

Facts = dict[str, dict[str, Any]]


def _played(out: Path, database: str) -> Facts:
    """Answer what happened in the stories of a database; who comes first plays them."""
    with (out.parent / f"{out.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        broken = out.with_suffix(".broken")
        if not out.exists() and not broken.exists():
            try:
                _play(out, database)
            except subprocess.SubprocessError as error:
                # Told by every story, but tried only once: playing takes minutes.
                broken.write_text(str(error))
        if broken.exists():
            pytest.fail(f"The stories could not be played: {broken.read_text()}")
        return {fact["name"]: fact for fact in json.loads(out.read_text())}


AGAIN = 6
"""How many stories of a session may be played a second time."""


def played_again(name: str, database: str) -> dict[str, Any]:
    """Answer what happens in one story played alone, with the machine to itself.

    Deadlines in the stories are seconds. On a machine that is busy with something else leads are
    late because of that; a fault of the product shows the second time as well.
    """
    shared = Path(tempfile.gettempdir()) / f"handoff-stories-{os.getpid()}"
    shared.mkdir(exist_ok=True)
    if len(list(shared.iterdir())) >= AGAIN:
        pytest.fail(f"{name} failed, and {AGAIN} other stories had to be played again before")
    out = shared / f"{name}.json"
    _play(out, database, "--exactly", name)
    facts: list[dict[str, Any]] = json.loads(out.read_text())
    return facts[0]


def _play(out: Path, database: str, *words: str) -> None:
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "TMPDIR")}
    url = postgres.fresh_database() if database == "postgres" else ""
    words = words or (("--all",) if database == "sqlite" else ())
    try:
        subprocess.run(
            [sys.executable, "-m", "tests.stories.drive", str(out), *words],
            cwd=ROOT,
            env={**kept, **({"DATABASE_URL": url} if url else {})},
            check=True,
            timeout=1200,
        )
    finally:
        if url:
            postgres.drop_database(url)


@pytest.fixture(scope="session")
def facts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """What happened in every story played on this database."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    return _played(shared / f"stories-{request.param}.json", request.param)
