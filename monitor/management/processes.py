"""What a process of ours needs to run alone and to leave nothing behind. Reads no settings."""

import ctypes
import fcntl
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
LOCK = "running.lock"


class CannotStart(Exception):
    """Something this installation needs is missing or taken; the sentence says what to do."""


def die_with_parent() -> None:
    """Ask the system to end this process when the one that started it is gone (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def be_called(name: str) -> None:
    """Let `ps` and `top` show which part of Handoff this process is (Linux only, 15 characters)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_NAME, name.encode())


@contextmanager
def locked(var: Path) -> Iterator[None]:
    """Hold an installation for as long as a `with` lasts: two would share one broker's files."""
    var.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (var / LOCK).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise CannotStart(
                f"Handoff is already running here (process {file.read().strip() or 'unknown'}, "
                f"data in {var}). Stop that one first, or set HANDOFF_VAR to another directory."
            ) from None
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield
