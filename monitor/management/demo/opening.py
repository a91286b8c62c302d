"""What comes before the demo's settings are read: a clean directory, the sandbox, their addresses.

Nothing of Django is imported here: settings are read once, and they are to lead to the sandbox.
"""

import base64
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from monitor.management.processes import LOCK, CannotStart, die_with_parent, locked

ROOT = Path(__file__).resolve().parents[3]
STATE = "HANDOFF_DEMO"
START_SECONDS = 20.0
_held = ExitStack()  # the lock is let go when the process ends


def open_sandbox(arguments: list[str]) -> None:
    """Start the sandbox in a clean place, and let the environment lead the product to it."""
    if {"-h", "--help"} & set(arguments):
        return
    var = Path(os.environ.get("HANDOFF_DEMO_VAR") or ROOT / "var" / "demo").absolute()
    try:
        _held.enter_context(locked(var))
        _wipe(var)
        process, told = _start(var)
    except CannotStart as wrong:
        sys.exit(str(wrong))
    os.environ.update(environment(var, told, process.pid))
    process.returncode = 0  # from here on the supervisor looks after it


def environment(var: Path, told: dict[str, Any], pid: int) -> dict[str, str]:
    """Answer every setting the demo runs with: none is left to what this machine has set."""
    control, tools = told["control"], told["tools"]
    bar = {
        "faults": f"{control}/faults",
        "inbox": tools["mail"]["page"],
        "slack": tools["slack"]["page"],
        "tools": [[title, f"{control}/tools/{slug}/records"] for slug, title in TITLES.items()],
        "pid": pid,
        "state": str(var / "sandbox.json"),
    }
    return {
        **dict.fromkeys(UNSET, ""),
        "HANDOFF_MODE": "embedded",
        "HANDOFF_VAR": str(var),
        "ALLOWED_NETWORKS": "127.0.0.0/8",
        "CALL_SECONDS": "5",
        "EMAIL_URL": f"smtp://{tools['mail']['smtp']}",
        "HANDOFF_DEMO": json.dumps(bar),
        "LOG_LEVEL": "WARNING",
        "MAIL_FROM": "Handoff <handoff@handoff.test>",
        "SECRETS_KEYS": base64.urlsafe_b64encode(os.urandom(32)).decode(),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "TICK_SECONDS": "2",
    }


TITLES = {
    "website": "Website",
    "mailchimp": "Mailchimp",
    "crm": "Plain CRM",
    "hubspot": "HubSpot",
    "stripe": "Stripe",
    "postmark": "Postmark",
}
UNSET = (
    "ALLOWED_HOSTS",
    "DATABASE_POOL",
    "DATABASE_URL",
    "DEAD_MAN_URL",
    "DEBUG",
    "HOLD_SECONDS",
    "PUBLIC_URL",
    "REDIS_URL",
    "TOOL_URLS",
    "WEB_THREADS",
    "WORKER_THREADS",
)


def _wipe(var: Path) -> None:
    for each in var.iterdir():
        if each.name == LOCK:
            continue
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()


def _start(var: Path) -> tuple["subprocess.Popen[bytes]", dict[str, Any]]:
    state = var / "sandbox.json"
    with (var / "sandbox.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own sandbox with our own words
            [sys.executable, "-m", "sandbox", "--state-file", str(state)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=die_with_parent,
            start_new_session=True,
        )
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if state.exists():
            return process, json.loads(state.read_text())
        time.sleep(0.02)
    process.kill()
    process.wait()
    raise CannotStart(f"The sandbox did not start. What it said is in {var / 'sandbox.log'}.")
