"""A sandbox and an installation in processes of their own, and a hand in the installation."""

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.sandbox_process import Control, SandboxProcess, wait_for
from tests.stories.product import ROOT, Product
from tests.survival import crashing

Json = dict[str, Any]

TIMES = {"TICK_SECONDS": "0.2", "HOLD_SECONDS": "1", "CALL_SECONDS": "0.6"}
"""Settings that make a second of what is minutes in earnest."""


class Installation(Product):
    """A product whose worker can be told to kill itself."""

    command = ("-m", "tests.survival.serve")


class Hand:
    """Speaks to `tests.survival.hand`: `hand.ask("request", "chain")`."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.survival.hand"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, verb: str, *given: Any, **named: Any) -> Any:
        """Answer what came of it; a fault there is one here."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        asked = {"verb": verb, "given": given, "named": named}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        said = json.loads(self.process.stdout.readline())
        if "fault" in said:
            raise AssertionError(f"{verb}: {said['fault']}")
        return said["answer"]

    def close(self) -> None:
        """Let go."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


class Stage:
    """All three, from `__enter__` to `__exit__`."""

    def __init__(self, **settings: str) -> None:
        self._settings = settings
        self._open = ExitStack()
        self._chains = 0

    def __enter__(self) -> "Stage":
        try:
            self.sandbox = self._open.enter_context(SandboxProcess("--fast"))
            mail, slack = self.sandbox.state["tools"]["mail"], self.sandbox.state["tools"]["slack"]
            self.product = Installation(
                **{"EMAIL_URL": f"smtp://{mail['smtp']}", **TIMES, **self._settings}
            )
            self.folder = self.product.var
            self.product.environment[crashing.FOLDER] = str(self.folder)
            self._open.enter_context(self.product)
            self.hand = Hand(self.product.environment)
            self._open.callback(self.hand.close)
            self.hand.ask("channels", "owner@main.handoff.test", slack["url"])
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.__exit__(kind, error, trace)

    @property
    def control(self) -> Control:
        """Answer the client of the sandbox's control door."""
        return self.sandbox.control

    def chain(self, *hops: Json, **timing: Any) -> str:
        """Draw a new chain, of a form and a CRM unless others are named; answer its slug."""
        self._chains += 1
        name = f"chain{self._chains}"
        wanted = hops or ({"tool": "website"}, {"tool": "crm"})
        told = self.control.chain(name, hops=list(wanted), delay=0.05)
        self.hand.ask("draw", told, **timing)
        return name

    def arm(self, point: str) -> None:
        """Let the process that comes to this point next kill itself there."""
        crashing.struck(self.folder).unlink(missing_ok=True)
        file = crashing.armed(self.folder)
        fresh = Path(f"{file}.new")
        fresh.write_text(point)
        fresh.rename(file)

    def wait_for_the_crash(self, seconds: float = 20.0) -> None:
        """Return once a process has killed itself at the armed point."""
        wait_for(crashing.struck(self.folder).exists, bool, seconds)

    def wait_for_runs(self, chain: str, count: int, seconds: float = 20.0) -> None:
        """Return once a chain has so many runs."""
        wait_for(
            lambda: len(self.hand.ask("facts", chain)["runs"]),
            lambda so_far: so_far >= count,
            seconds,
        )

    def ended(self, chain: str, runs: int, seconds: float = 30.0) -> Json:
        """Wait until nothing more is awaited of a chain with so many runs; answer its facts."""
        facts: Json = wait_for(
            lambda: self.hand.ask("facts", chain),
            lambda told: len(told["runs"]) >= runs and _over(told),
            seconds,
        )
        return facts


def _over(told: Json) -> bool:
    """Answer whether all that was begun has come to an end."""
    return (
        all(run["settled_at"] for run in told["runs"])
        and all(alert["sent_at"] for alert in told["alerts"])
        and not [left for left in told["residue"] if left["state"] in ("lying", "removed")]
        and not told["doubts"]
    )
