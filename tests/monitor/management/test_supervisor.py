"""Parts run under one parent: started again when they die, gone when it goes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import psutil

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[3]
NAMES = ("tool", "sleeper", "grandchild", "stubborn")
PARENT = """
import os, subprocess, sys, time
from pathlib import Path
from monitor.management.supervisor import Supervisor, forked, spawned
place = Path(sys.argv[1])

def sleeper():
    (place / "sleeper").write_text(str(os.getpid()))
    grandchild = subprocess.Popen(["sleep", "1000"])
    (place / "grandchild").write_text(str(grandchild.pid))
    time.sleep(1000)

def stubborn():
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (place / "stubborn").write_text(str(os.getpid()))
    time.sleep(1000)

def failing():
    with (place / "failures").open("a") as file:
        file.write(f"{time.monotonic()}\\n")
    sys.exit("broken")

supervisor = Supervisor(grace=1.0)
with supervisor.listening():
    sleep = lambda: subprocess.Popen(["sleep", "1000"], start_new_session=True)
    tool = spawned("tool", sleep, vital=True)
    supervisor.start([tool])
    (place / "tool").write_text(str(tool.pid))
    supervisor.start([forked(body.__name__, body) for body in (sleeper, stubborn, failing)])
    supervisor.watch()
print(supervisor.stopped_by)
"""


@contextmanager
def parent(place: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A parent whose parts sleep, refuse to stop, or fail at once."""
    line = [sys.executable, "-c", PARENT, str(place)]
    with (place / "said").open("w") as said:
        process = subprocess.Popen(line, cwd=ROOT, stdout=said, stderr=said)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for name in NAMES:
            with suppress(ProcessLookupError, FileNotFoundError, ValueError):
                os.kill(int((place / name).read_text()), signal.SIGKILL)


def awaited(answer: Callable[[], T], seconds: float = 20.0) -> T:
    """Answer what `answer` does as soon as that is something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := answer():
            return found
        time.sleep(0.02)
    raise AssertionError("It did not come to pass.")


def pid(place: Path, name: str) -> int:
    """Answer the process id a part wrote down."""
    file = place / name
    return int(awaited(lambda: file.read_text() if file.exists() else ""))


def gone(pids: list[int]) -> bool:
    """Answer whether none of the processes is left."""
    return not any(
        psutil.pid_exists(one) and psutil.Process(one).status() != psutil.STATUS_ZOMBIE
        for one in pids
    )


def test_ctrl_c_ends_every_part_even_one_that_refuses(tmp_path: Path) -> None:
    with parent(tmp_path) as process:
        pids = [pid(tmp_path, name) for name in NAMES]
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert (tmp_path / "said").read_text().endswith("SIGINT\n")
        assert gone(pids)


def test_a_parent_killed_hard_leaves_no_part(tmp_path: Path) -> None:
    with parent(tmp_path) as process:
        parts = [pid(tmp_path, name) for name in ("sleeper", "stubborn")]
        for name in ("tool", "grandchild"):
            pid(tmp_path, name)  # they do not ask to end with it; the test ends them
        process.kill()
        process.wait()
        awaited(lambda: gone(parts))


def test_a_part_that_dies_starts_again_without_what_it_had_started(tmp_path: Path) -> None:
    with parent(tmp_path):
        first, grandchild = pid(tmp_path, "sleeper"), pid(tmp_path, "grandchild")
        os.kill(first, signal.SIGKILL)
        second = awaited(lambda: found if (found := pid(tmp_path, "sleeper")) != first else 0)
        assert psutil.pid_exists(second)
        awaited(lambda: gone([grandchild]))


def test_a_part_that_keeps_failing_is_given_longer_and_longer_pauses(tmp_path: Path) -> None:
    with parent(tmp_path):
        file = tmp_path / "failures"
        awaited(lambda: file.exists() and len(file.read_text().splitlines()) >= 4)
        times = [float(line) for line in file.read_text().splitlines()][:4]
    first, second, third = (b - a for a, b in pairwise(times))
    assert 0.4 < first < second < third


def test_without_a_vital_part_everything_stops(tmp_path: Path) -> None:
    with parent(tmp_path) as process:
        pids = [pid(tmp_path, name) for name in NAMES]
        os.kill(pids[0], signal.SIGKILL)
        assert process.wait(10) == 0
        assert (tmp_path / "said").read_text().endswith("the end of tool\n")
        assert gone(pids)
