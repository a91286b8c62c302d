"""The figures of the benchmarks against their targets: wanted, measured, met or missed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.pages import table
from benchmarks.reasons import because
from benchmarks.score import percentile

Measured = Mapping[str, Any]

EMBEDDED, PRODUCTION = "SQLite, embedded", "PostgreSQL and Redis"
SHARED_MOST, APART_MOST = 1.0, 1.0
LATE_MOST_MS, IDLE_MOST = 100.0, 0.01
MEMORY_MOST_MIB, MEMORY_RUNS = 350.0, 1000
COMPARE_MOST = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure. `key` names the reason where it is missed; `detail` says what it is made of."""

    key: str
    what: str
    target: str
    figure: str
    missed: bool
    detail: str = ""

    @property
    def row(self) -> list[str]:
        """Answer the figure as a line of a table."""
        said = f"**MISSED**: {because(self.key)}" if self.missed else "met"
        return [self.what, self.target, self.figure, said, self.detail]


def comparing(ours: float, plain: float) -> Iterator[Figure]:
    """Yield what comparing a record costs; seconds for eight equal fields, and eight plain `==`."""
    times = ours / plain
    yield Figure(
        key="compare",
        what="Comparing eight equal fields",
        target=f"≤ {COMPARE_MOST:g}× eight plain `==`",
        figure=f"{times:.1f}×",
        missed=times > COMPARE_MOST,
        detail=f"{ours * 1e6:.2f} µs against {plain * 1e6:.2f} µs",
    )


def sharing(measured: Measured, where: str) -> Iterator[Figure]:
    """Yield the cost of a run where many chains share five connections, and what it leaves."""
    yield _against(
        measured, "shared", f"A run, 500 chains on five connections ({where})", SHARED_MOST,
        "five bare `requests.Session` calls",
    )  # fmt: skip
    yield from _ended(measured, "shared", where)
    if where != EMBEDDED:
        return
    runs = int(measured["runs"])
    yield Figure(
        key="memory",
        what=f"Memory of the whole embedded stack after {runs} runs",
        target=f"≤ {MEMORY_MOST_MIB:g} MiB after {MEMORY_RUNS}",
        figure=f"{measured['memory']:.0f} MiB",
        missed=measured["memory"] > MEMORY_MOST_MIB or runs < MEMORY_RUNS,
        detail="sum of PSS, sandbox not counted",
    )
    yield Figure(
        key="locked",
        what="“database is locked” under web, worker and beat",
        target="none",
        figure=str(measured["locked"]),
        missed=measured["locked"] > 0,
        detail=f"in {runs} runs",
    )


def standing_apart(measured: Measured, where: str) -> Iterator[Figure]:
    """Yield the cost of a run where every hop has a connection of its own."""
    yield _against(
        measured, "apart", f"A run, every hop a connection of its own ({where})", APART_MOST,
        f"one Session making the very {measured['requests_a_run']:.1f} requests",
    )  # fmt: skip
    yield from _ended(measured, "apart", where)


def resting(measured: Measured, where: str) -> Iterator[Figure]:
    """Yield what an idle installation uses, and how soon it hands in what falls due."""
    late = measured["late_ms"]
    p50, p95 = percentile(late, 0.5), percentile(late, 0.95)
    yield Figure(
        key=_key("late", where),
        what=f"From due to handed in, nothing else to do ({where})",
        target=f"p50 ≤ {LATE_MOST_MS:g} ms",
        figure="not measured" if p50 is None else f"{p50:.0f} ms",
        missed=p50 is None or p50 > LATE_MOST_MS,
        detail="" if p95 is None else f"p95 {p95:.0f} ms, {len(late)} leads",
    )
    yield Figure(
        key=_key("idle", where),
        what=f"CPU with nothing due ({where})",
        target=f"≤ {100 * IDLE_MOST:g} % of a core",
        figure=f"{100 * measured['idle']:.2f} %",
        missed=measured["idle"] > IDLE_MOST,
        detail="every process of the product, over 30 s",
    )


def render(figures: Sequence[Figure]) -> str:
    """Answer the figures as a Markdown table."""
    return table(("what", "target", "figure", "", "made of"), [one.row for one in figures])


def _against(measured: Measured, name: str, what: str, most: float, whom: str) -> Figure:
    ours = median(one["ms_a_run"] for one in measured["ours"])
    theirs = median(measured["theirs"])
    where = PRODUCTION if PRODUCTION in what else EMBEDDED
    return Figure(
        key=_key(name, where),
        what=what,
        target=f"≤ {most:.1f}× {whom}",
        figure=f"{ours / theirs:.2f}×",
        missed=ours / theirs > most,
        detail=f"{ours:.1f} ms against {theirs:.1f} ms of CPU",
    )


def _ended(measured: Measured, name: str, where: str) -> Iterator[Figure]:
    """Yield a figure only where runs did not end well: then what they cost says nothing."""
    left = sum(one["unfinished"] for one in measured["ours"])
    others = {verdict: n for verdict, n in measured["verdicts"].items() if verdict != "passed"}
    if left or others:
        yield Figure(
            key=_key(f"{name}-ended", where),
            what=f"Runs that did not end passed, {name} ({where})",
            target="none",
            figure=str(sum(others.values())),
            missed=True,
            detail=f"{others}, {left} left unfinished",
        )


def _key(name: str, where: str) -> str:
    return name if where == EMBEDDED else f"{name}-production"
