"""The sandbox as a process of the tests, and a client for its control door."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent
Json = dict[str, Any]


class Control:
    """Speaks to a sandbox's control door: faults, truth, records, chains, counts."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def call(self, method: str, path: str, body: Json | None = None, **query: Any) -> Json:
        """Answer what the control door says; an error is raised with its sentence."""
        params = {key: value for key, value in query.items() if value not in (None, "")}
        response = self._session.request(
            method, self.url + path, json=body, params=params, timeout=30
        )
        said: Json = response.json()
        if response.status_code >= 400:
            raise RuntimeError(f"{method} {path}: {said.get('error')}")
        return said

    def fault(self, target: str, kind: str, **options: Any) -> str:
        """Switch a fault on; answer its id."""
        return str(self.call("POST", "/faults", {"target": target, "kind": kind, **options})["id"])

    def heal(self, fault: str = "") -> None:
        """Switch one fault off, or all."""
        self.call("DELETE", f"/faults/{fault}" if fault else "/faults")

    def faults(self) -> list[Json]:
        """Answer the faults that are on."""
        return list(self.call("GET", "/faults")["faults"])

    @contextmanager
    def broken(self, target: str, kind: str, **options: Any) -> Iterator[str]:
        """Keep a fault on for a while."""
        fault = self.fault(target, kind, **options)
        try:
            yield fault
        finally:
            self.heal(fault)

    def truth(self, since: float = 0.0, *, account: str = "") -> list[Json]:
        """Answer the faults that really struck."""
        told = self.call("GET", "/truth", since=since)["truth"]
        return [one for one in told if account in ("", one["account"])]

    def records(self, tool: str, account: str = "", resource: str = "") -> list[Json]:
        """Answer what a tool holds."""
        path = f"/tools/{tool}/records"
        return list(self.call("GET", path, account=account, resource=resource)["records"])

    def plant(self, tool: str, fields: Json, **where: Any) -> Json:
        """Store a record without asking the tool: `account`, `resource`, `created`, `tell`."""
        return self.call("POST", f"/tools/{tool}/records", {"fields": fields, **where})

    def chain(self, name: str, **wanted: Any) -> Json:
        """Build a chain: `shape` or `hops`, `delay`, `seed`."""
        return self.call("POST", "/chains", {"name": name, **wanted})

    def chains(self) -> list[Json]:
        """Answer every chain."""
        return list(self.call("GET", "/chains")["chains"])

    def drop_chain(self, name: str) -> None:
        """Switch a chain off."""
        self.call("DELETE", f"/chains/{name}")

    def reset(self, *, chains: bool = False) -> None:
        """Forget records, faults, truth and counts, and with `chains` the chains made on demand."""
        self.call("POST", "/reset", {"chains": chains})

    def requests(self) -> Json:
        """Answer the counts of requests."""
        return self.call("GET", "/requests")

    def clear_requests(self) -> None:
        """Count from zero."""
        self.call("DELETE", "/requests")

    def deliveries(self, automation: str = "") -> list[Json]:
        """Answer what came of the last deliveries."""
        return list(self.call("GET", "/deliveries", automation=automation)["deliveries"])

    def press(self, button: str, **options: Any) -> Json:
        """Press a button of the demo."""
        return self.call("POST", f"/demo/{button}", options)

    def until(
        self, tool: str, count: int, account: str = "", resource: str = "", seconds: float = 5.0
    ) -> list[Json]:
        """Wait until a tool holds this many records, and answer them."""
        held: list[Json] = wait_for(
            lambda: self.records(tool, account, resource), lambda held: len(held) >= count, seconds
        )
        return held


def wait_for(ask: Callable[[], Any], good: Callable[[Any], bool], seconds: float = 5.0) -> Any:
    """Ask until the answer is good, and answer it; AssertionError with the last one otherwise."""
    end = time.monotonic() + seconds
    while not good(answer := ask()):
        assert time.monotonic() < end, f"still {answer!r} after {seconds:g} s"
        time.sleep(0.02)
    return answer


class SandboxProcess:
    """A sandbox of its own process, from `start` to `stop`."""

    def __init__(self, *arguments: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sandbox-")
        self._file = Path(self._folder.name) / "state.json"
        command = [sys.executable, "-m", "sandbox", "--state-file", str(self._file), *arguments]
        self.process = subprocess.Popen(command, cwd=ROOT)
        self.state: Json = {}
        self._control: Control | None = None

    def __enter__(self) -> "SandboxProcess":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def control(self) -> Control:
        """Answer the client of its control door."""
        if self._control is None:
            self._control = Control(self.state["control"])
        return self._control

    def start(self, seconds: float = 20.0) -> "SandboxProcess":
        """Wait until everything listens."""
        end = time.monotonic() + seconds
        while not self._file.exists():
            if self.process.poll() is not None:
                raise RuntimeError(f"The sandbox ended with {self.process.returncode}.")
            if time.monotonic() > end:
                self.stop()
                raise RuntimeError("The sandbox did not start.")
            time.sleep(0.02)
        self.state = json.loads(self._file.read_text())
        return self

    def stop(self) -> None:
        """End it and wait for that."""
        if self._control is not None:
            self._control.close()
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._folder.cleanup()
