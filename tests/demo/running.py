"""The demo as a process of its own, in a place of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

import psutil

ROOT = Path(__file__).resolve().parents[2]


def command(place: Path, *words: str) -> tuple[list[str], dict[str, str]]:
    """Answer how the demo is started in `place`; nothing of the tests' own settings leaks in."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return [sys.executable, "manage.py", "demo", *words], {**kept, "HANDOFF_DEMO_VAR": str(place)}


class Demo:
    """A running demo: the link it printed, and what belongs to it."""

    def __init__(self, place: Path, *words: str) -> None:
        self.place = place
        self.words = words
        self.output: list[str] = []

    def __enter__(self) -> "Demo":
        line, environment = command(self.place, *self.words)
        self.process = subprocess.Popen(
            line, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        self.link = self._link()
        self.printed_at = time.monotonic()
        return self

    def _link(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line)
            if line.startswith("Open http"):
                return line.split()[1]
        raise AssertionError(f"The demo ended without a link: {''.join(self.output)}")

    @property
    def address(self) -> str:
        """Answer where the product answers."""
        parts = urlsplit(self.link)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def control(self) -> str:
        """Answer where the sandbox's buttons are."""
        state = json.loads((self.place / "sandbox.json").read_text())
        return str(state["control"])

    def everything(self) -> list[psutil.Process]:
        """Answer every process of the demo."""
        first = psutil.Process(self.process.pid)
        return [first, *first.children(recursive=True)]

    def interrupt(self) -> str:
        """Press Ctrl-C and answer what was printed until the end."""
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=20)
        return rest

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.interrupt()
        if self.process.stdout:
            self.process.stdout.close()


def ports_of(processes: Sequence[psutil.Process]) -> set[int]:
    """Answer the ports that these processes listen on."""
    return {
        connection.laddr.port
        for process in processes
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }


def is_open(port: int) -> bool:
    """Answer whether anything listens on a port."""
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0
