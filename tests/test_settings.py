"""A wrong setting stops the start with one sentence that names it; the page names every setting."""

import ast
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from monitor.management.demo.opening import UNSET, environment

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "settings.md"
READERS = {"choice", "flag", "number", "needed", "read", "str", "list", "dict", "json"}
PRODUCTION = {
    "HANDOFF_MODE": "production",
    "SECRET_KEY": "fifty characters that sign nothing but these tests here",
    "SECRETS_KEYS": Fernet.generate_key().decode(),
    "PUBLIC_URL": "https://handoff.example",
    "DATABASE_URL": "postgres://handoff:hunter2@db.example/handoff",
    "REDIS_URL": "redis://:hunter2@redis.example:6379/0",
}


def manage(place: Path, *words: str, **given: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line with nothing but `given` set."""
    kept = {"PATH": os.environ["PATH"], "HANDOFF_VAR": str(place)}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={**kept, **given},
        capture_output=True,
        text=True,
        timeout=60,
    )


def names_read() -> set[str]:
    """Answer every name the settings read from the environment."""
    found = set()
    for call in ast.walk(ast.parse((ROOT / "monitor" / "settings.py").read_text())):
        if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant):
            reader = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            reader = call.func.id if isinstance(call.func, ast.Name) else reader
            name = str(call.args[0].value)
            if reader in READERS and re.fullmatch(r"[A-Z][A-Z_]+", name):
                found.add(name)
    return found


def test_the_page_names_every_setting_and_no_other() -> None:
    headings = set(re.findall(r"^## ([A-Z_]+)$", PAGE.read_text(), re.MULTILINE))
    assert headings == names_read()


def test_the_demo_leaves_no_setting_to_the_machine() -> None:
    page = {"page": "http://127.0.0.1:1/inbox", "smtp": "127.0.0.1:2", "url": "http://127.0.0.1:3"}
    told = {"control": "http://127.0.0.1:1", "tools": {"mail": page, "slack": page}}
    given = environment(Path("/nowhere"), told, 1)
    assert set(given) == names_read()
    assert set(UNSET) < set(given)


def test_a_complete_production_passes_the_deployment_check(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", sorted(PRODUCTION.keys() - {"HANDOFF_MODE"}))
def test_production_names_what_is_missing_and_invents_nothing(tmp_path: Path, name: str) -> None:
    done = manage(tmp_path, "check", **{**PRODUCTION, name: ""})
    assert done.returncode == 1
    assert done.stderr.startswith(f"Handoff cannot start. {name} is not set.")
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HANDOFF_MODE", "both"),
        ("SECRETS_KEYS", "hunter2"),
        ("PUBLIC_URL", "handoff.example"),
        ("DEBUG", "maybe"),
        ("DEBUG", "true"),
        ("DATABASE_URL", "postgres://handoff:hunter2@db.example:none/handoff"),
        ("DATABASE_URL", "mysql://handoff:hunter2@db.example/handoff"),
        ("DATABASE_POOL", "many"),
        ("REDIS_URL", "hunter2"),
        ("TICK_SECONDS", "0"),
        ("TICK_SECONDS", "nan"),
        ("WORKER_THREADS", "-1"),
        ("WEB_THREADS", "none"),
        ("ALLOWED_NETWORKS", "10.0.0.0/8,everything"),
        ("TOOL_URLS", "hubspot"),
        ("CALL_SECONDS", "1h"),
        ("HOLD_SECONDS", "1000"),
        ("DEAD_MAN_URL", "ping.example"),
        ("EMAIL_URL", "pigeon://hunter2@host"),
        ("LOG_LEVEL", "LOUD"),
        ("HANDOFF_DEMO", "{"),
    ],
)
def test_a_malformed_value_is_named_in_one_sentence_without_its_secret(
    tmp_path: Path, name: str, value: str
) -> None:
    done = manage(tmp_path, "check", **{**PRODUCTION, name: value})
    assert done.returncode == 1, done.stdout
    assert done.stderr.startswith(f"Handoff cannot start. {name} ")
    assert len(done.stderr.splitlines()) == 1
    assert "hunter2" not in done.stderr


def test_the_first_embedded_start_writes_its_keys_for_the_owner_alone_and_says_so(
    tmp_path: Path,
) -> None:
    place = tmp_path / "var"
    first = manage(place, "check")
    file = place / "keys.env"
    assert f"Handoff made its keys in {file}." in first.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    written = file.read_text()
    second = manage(place, "check")
    assert "keys" not in second.stderr
    assert file.read_text() == written


def test_lost_lines_of_the_key_file_are_named_not_made_anew(tmp_path: Path) -> None:
    (tmp_path / "keys.env").write_text("SECRET_KEY=something\n")
    done = manage(tmp_path, "check")
    assert done.returncode == 1
    assert "SECRETS_KEYS is not set" in done.stderr
    assert "Put the copy of" in done.stderr


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, no directory")
    done = manage(tmp_path / "taken" / "var", "check")
    assert done.returncode == 1
    assert "HANDOFF_VAR" in done.stderr


def test_a_key_is_to_be_had_before_there_are_settings(tmp_path: Path) -> None:
    done = manage(tmp_path, "doctor", "--new-key", HANDOFF_MODE="production")
    assert done.returncode == 0, done.stderr
    assert Fernet(done.stdout.strip())
