"""One measurement of one installation, in a process of its own; prints a JSON object.

python -m benchmarks.workload {shared,apart,idle} [--chains N] [--rounds N] [--production]
"""

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import django
import psutil

from benchmarks import measure
from monitor.management.valkey import Valkey
from tests import postgres
from tests.sandbox_process import SandboxProcess
from tests.stories.product import Product

if TYPE_CHECKING:
    from monitor.models import Workspace


def hops(name: str) -> list[dict[str, Any] | str]:
    """Answer five hops; the entry has an account of its own, or leads would go in circles."""
    entry = {"tool": "crm", "name": "entry", "account": f"{name}-entry"}
    return [entry, "mailchimp", "hubspot_contact", "crm", "stripe_customer"]


CALLS = 5
LONGEST = 600.0
DEADLINE, LINGER = 20.0, 10.0


class Bench:
    """A sandbox and a product, and what both have used."""

    def __init__(self, sandbox: SandboxProcess, product: Product, others: Sequence[int]) -> None:
        self.sandbox = sandbox
        self.product = product
        self.roots = [product.pid, *others]
        os.environ.update(product.environment)
        django.setup()

    @property
    def workspace(self) -> "Workspace":
        """Answer the one workspace of the installation."""
        from monitor.models import Workspace

        return Workspace.objects.get()

    def draw(self, name: str, told: dict[str, Any], count: int = 1, schedule: str = "") -> None:
        """Draw `count` chains of the product on one chain of the sandbox."""
        from tests.stories.drawing import draw

        for number in range(count):
            draw(
                self.workspace,
                {**told, "name": f"{name}-{number}"},
                now=datetime.now(UTC),
                deadline=DEADLINE,
                linger=LINGER,
                personas=["plain"],
                schedule=schedule or "0 0 1 1 *",
                address=f"leads@{name}.handoff.test",
            )

    def slot(self, at: datetime) -> None:
        """Let every chain fall due at one moment, as a full hour does."""
        from monitor.models import Chain

        Chain.objects.update(due_at=at, claim="")

    def unfinished(self) -> int:
        """Answer how many runs are not over or have something lying that is still to be removed."""
        from monitor.models import Residue, Run

        lying = Residue.objects.filter(state__in=("lying", "removed")).count()
        return Run.objects.filter(settled_at__isnull=True).count() + lying

    def verdicts(self) -> dict[str, int]:
        """Answer how many runs ended as what."""
        from django.db.models import Count

        from monitor.models import Run

        return dict(Run.objects.values_list("verdict").annotate(Count("id")).order_by())


@contextmanager
def bench(*, production: bool, **settings: str) -> Iterator[Bench]:
    """A sandbox and an installation: embedded, or on PostgreSQL and a Redis of their own."""
    with ExitStack() as stack:
        others: list[int] = []
        if production:
            url = postgres.fresh_database()
            stack.callback(postgres.drop_database, url)
            place = Path(stack.enter_context(TemporaryDirectory(prefix="redis-"))) / "redis.sock"
            broker = stack.enter_context(Valkey(place))
            settings |= {"DATABASE_URL": url, "REDIS_URL": f"unix://{place}"}
            others = [_postmaster(url), broker.process.pid]
        sandbox = stack.enter_context(SandboxProcess("--fast"))
        product = stack.enter_context(Product(**settings))
        yield Bench(sandbox, product, others)


def _postmaster(url: str) -> int:
    import psycopg

    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        assert row is not None
        return psutil.Process(int(row[0])).ppid()


def one_round(bench: Bench, runs: int) -> dict[str, Any]:
    """Let every chain run once, wait until all is over and removed; answer the CPU it took."""
    before, began = measure.cpu(bench.roots), time.monotonic()
    bench.slot(datetime.now(UTC) + timedelta(seconds=2))
    time.sleep(8)
    while bench.unfinished():
        if time.monotonic() - began > LONGEST:
            break
        time.sleep(1)
    spent = measure.cpu(bench.roots) - before
    return {
        "ms_a_run": 1000 * spent / runs,
        "seconds": time.monotonic() - began,
        "unfinished": bench.unfinished(),
    }


def five_calls(url: str, token: str, runs: int) -> float:
    """Answer the CPU milliseconds of five plain `requests.Session` calls, per run."""
    import requests

    before = resource.getrusage(resource.RUSAGE_SELF)
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {token}"
        for _ in range(runs * CALLS):
            session.get(f"{url}/api/me", timeout=10)
    return 1000 * _since(before) / runs


def the_same_calls(requests_seen: Sequence[dict[str, Any]], runs: int) -> float:
    """Answer the CPU milliseconds of one Session making these very requests, per run."""
    import requests

    ready = [
        (
            seen["method"],
            seen["url"],
            {key: value for key, value in seen["headers"].items() if _ours(key)},
            seen["body"].encode() or None,
        )
        for seen in requests_seen
    ]
    before = resource.getrusage(resource.RUSAGE_SELF)
    with requests.Session() as session:
        for method, url, headers, body in ready:
            session.request(method, url, headers=headers, data=body, timeout=30)
    return 1000 * _since(before) / runs


def _ours(header: str) -> bool:
    return header.lower() not in ("host", "content-length", "connection", "accept-encoding")


def _since(before: resource.struct_rusage) -> float:
    after = resource.getrusage(resource.RUSAGE_SELF)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def shared(bench: Bench, chains: int, rounds: int) -> dict[str, Any]:
    """Many chains on five connections, against five plain calls a run."""
    told = bench.sandbox.control.chain("shared", hops=hops("shared"), delay=[0.05, 0.3])
    bench.draw("shared", told, chains)
    crm = bench.sandbox.state["tools"]["crm"]
    ours, theirs = [], []
    for _ in range(rounds):
        theirs.append(five_calls(crm["url"], crm["credentials"]["token"], chains))
        ours.append(one_round(bench, chains))
    theirs.append(five_calls(crm["url"], crm["credentials"]["token"], chains))
    used = measure.usage(bench.roots)
    return {
        "runs": chains * rounds,
        "ours": ours,
        "theirs": theirs,
        "memory": used.memory,
        "verdicts": bench.verdicts(),
        "requests": bench.sandbox.control.requests(),
        "locked": bench.product.log.read_text(errors="replace").count("database is locked"),
    }


def apart(bench: Bench, chains: int, rounds: int) -> dict[str, Any]:
    """Chains with connections of their own, against one Session making the very same requests."""
    control = bench.sandbox.control
    for number in range(chains):
        told = control.chain(f"apart{number}", hops=hops(f"apart{number}"), delay=[0.05, 0.3])
        bench.draw(f"apart{number}", told)
    ours, theirs = [], []
    for _ in range(rounds):
        control.clear_requests()
        control.call("POST", "/requests", {"record": True})
        ours.append(one_round(bench, chains))
        control.call("POST", "/requests", {"record": False})
        seen = control.call("GET", "/requests", detail=1)["requests"]
        theirs.append(the_same_calls(seen, chains))
    return {
        "runs": chains * rounds,
        "ours": ours,
        "theirs": theirs,
        "verdicts": bench.verdicts(),
        "requests_a_run": len(seen) / chains,
    }


def idle(bench: Bench, chains: int, rounds: int) -> dict[str, Any]:
    """CPU with nothing due; then, lead by lead, how long after its slot it is handed in."""
    time.sleep(12)
    before, began = measure.cpu(bench.roots), time.monotonic()
    time.sleep(30)
    quiet = (measure.cpu(bench.roots) - before) / (time.monotonic() - began)
    told = bench.sandbox.control.chain("latency", hops=[{"tool": "crm", "name": "entry"}])
    bench.draw("latency", told, chains, schedule="every 7s")
    late = sorted(_lateness(bench, rounds))
    return {"idle": quiet, "late_ms": late, "memory": measure.usage(bench.roots).memory}


def _lateness(bench: Bench, slots: int) -> list[float]:
    from monitor.models import Chain, Run

    for number, chain in enumerate(Chain.objects.all()):
        start = datetime.now(UTC) + timedelta(seconds=5 + 1.37 * number)
        Chain.objects.filter(pk=chain.pk).update(due_at=start, claim="")
    end = time.monotonic() + LONGEST / 2
    while Run.objects.exclude(submitted_at=None).count() < slots and time.monotonic() < end:
        time.sleep(1)
    Chain.objects.update(due_at=None)
    time.sleep(2)
    handed_in = {
        record["email"]: float(record["created"])
        for record in bench.sandbox.control.records("crm", "latency")
    }
    return [
        1000 * (handed_in[run.lead["email"]] - run.slot.timestamp())
        for run in Run.objects.exclude(slot=None)
        if run.slot and run.lead["email"] in handed_in
    ]


def main(arguments: Sequence[str]) -> int:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("shared", "apart", "idle"))
    parser.add_argument("--chains", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--production", action="store_true")
    wanted = parser.parse_args(arguments)
    work = {"shared": shared, "apart": apart, "idle": idle}[wanted.what]
    with bench(production=wanted.production) as ready:
        sys.stdout.write(json.dumps(work(ready, wanted.chains, wanted.rounds)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
