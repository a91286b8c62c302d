"""The whole product as processes of its own: `manage.py serve` on a database given to it."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

import requests

from monitor.management.processes import die_with_parent

ROOT = Path(__file__).resolve().parent.parent.parent


def environment(var: Path, **more: str) -> dict[str, str]:
    """Answer what an installation in `var` runs with; nothing of the caller's leaks in."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if key in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")
    }
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "monitor.settings",
        "HANDOFF_MODE": "embedded",
        "HANDOFF_VAR": str(var),
        "ALLOWED_NETWORKS": "127.0.0.0/8",
        "LOG_LEVEL": "WARNING",
        **more,
    }


class Product:
    """An installation that serves from `__enter__` to `__exit__`. `log` holds what it printed."""

    command: tuple[str, ...] = ("manage.py", "serve")

    def __init__(self, **settings: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="handoff-", ignore_cleanup_errors=True)
        self.var = Path(self._folder.name)
        self.environment = environment(self.var, **settings)
        self.log = self.var / "serve.log"
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Product":
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.command, "--port", "0"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=die_with_parent,
            )
        self._wait_until_it_serves()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if kind is not None:
            sys.stderr.write(self.log.read_text(errors="replace")[-4000:])
        self._folder.cleanup()

    @property
    def pid(self) -> int:
        """Answer the process every other one of the installation descends from."""
        assert self.process is not None
        return self.process.pid

    def _wait_until_it_serves(self, seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        assert self.process is not None
        while time.monotonic() < end:
            said = self.log.read_text(errors="replace")
            if self.process.poll() is not None:
                raise RuntimeError(f"The product ended: {said[-2000:]}")
            address = next((word for word in said.split() if word.startswith("http://")), "")
            if address and self._answers(address.rstrip(".")):
                return
            time.sleep(0.1)
        raise RuntimeError(f"The product did not come up: {said[-2000:]}")

    @staticmethod
    def _answers(address: str) -> bool:
        parts = urlsplit(address)
        try:
            answer = requests.get(f"{parts.scheme}://{parts.netloc}/healthz", timeout=2)
        except requests.RequestException:
            return False
        return answer.status_code < 500
