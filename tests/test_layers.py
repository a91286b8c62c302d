"""Every contract of import-linter breaks on a planted violation: none of them is asleep."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINT = Path(sys.executable).with_name("lint-imports")
# For each contract: where a violation is planted, and what it says.
PLANTS = {
    "rooms": ("monitor/engine/planted.py", "import monitor.actions\n"),
    "connectors-alone": ("connectors/kit/planted.py", "import django\n"),
    "sandbox-alone": ("sandbox/planted.py", "import monitor.rules\n"),
    "no-sandbox": ("monitor/management/planted.py", "import sandbox\n"),
    "rules-pure": ("monitor/rules/planted.py", "import time\n"),
    "doors": ("connectors/crm/planted.py", "import socket\n"),
}


def contracts() -> dict[str, str]:
    """Answer the name of each contract by its id."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return {one["id"]: one["name"] for one in told["tool"]["importlinter"]["contracts"]}


def copy(place: Path) -> None:
    """Copy what the contracts speak of."""
    for name in ("monitor", "connectors", "sandbox"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", place)


def lint(place: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run import-linter on the copy."""
    return subprocess.run(
        [str(LINT), "--no-cache", *words], cwd=place, capture_output=True, text=True, timeout=120
    )


def test_every_contract_is_planted_against() -> None:
    assert contracts().keys() == PLANTS.keys()


def test_the_tree_keeps_every_contract(tmp_path: Path) -> None:
    copy(tmp_path)
    done = lint(tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("contract", sorted(PLANTS))
def test_a_planted_violation_breaks_it(tmp_path: Path, contract: str) -> None:
    copy(tmp_path)
    file, line = PLANTS[contract]
    (tmp_path / file).write_text(f'"""Planted."""\n\n{line}')
    done = lint(tmp_path, "--contract", contract)
    assert done.returncode == 1, done.stdout
    assert f"{contracts()[contract]} BROKEN" in done.stdout


def test_a_room_nobody_named_breaks_the_layers(tmp_path: Path) -> None:
    copy(tmp_path)
    (tmp_path / "monitor" / "helpers.py").write_text('"""Planted."""\n')
    assert lint(tmp_path, "--contract", "rooms").returncode == 1
