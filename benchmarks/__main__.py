"""Measures everything, prints every figure against its target, and keeps the pages up to date.

python -m benchmarks [--quick] [--write] [--only fields|shared|apart|idle|scorecard …]
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from benchmarks import fields, pages, targets
from benchmarks.targets import EMBEDDED, PRODUCTION, Figure

PAGE = pages.ROOT / "docs" / "reference" / "performance.md"
PARTS = ("fields", "shared", "apart", "idle", "scorecard")
JUDGES: dict[str, Callable[[Any, str], Iterator[Figure]]] = {
    "shared": targets.sharing,
    "apart": targets.standing_apart,
    "idle": targets.resting,
}
SIZES = {"shared": (500, 2), "apart": (50, 2), "idle": (4, 40)}
"""Chains and rounds of each workload; for `idle` the number of leads."""
QUICK = {"shared": (60, 1), "apart": (10, 1), "idle": (3, 6)}
SCORE, QUICK_SCORE = ("--write",), ("--leads", "4", "--healthy", "40")


def measured(part: str, size: tuple[int, int], where: str) -> Any:
    """Answer what one workload measured, in a process of its own."""
    words = [part, "--chains", str(size[0]), "--rounds", str(size[1])]
    words += ["--production"] if where == PRODUCTION else []
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.workload", *words],
        cwd=pages.ROOT, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout.strip().splitlines()[-1])


def figures(parts: Sequence[str], sizes: dict[str, tuple[int, int]]) -> Iterator[Figure]:
    """Yield every figure as it is measured."""
    if "fields" in parts:
        yield from targets.comparing(*fields.measure())
    for part, judge in JUDGES.items():
        for where in (EMBEDDED, PRODUCTION) if part in parts else ():
            yield from judge(measured(part, sizes[part], where), where)


def _scorecard(*, quick: bool, write: bool) -> int:
    words = QUICK_SCORE if quick else SCORE if write else ()
    command = [sys.executable, "-m", "benchmarks.scorecard", *words]
    return subprocess.run(command, cwd=pages.ROOT, check=False).returncode


def main(arguments: Sequence[str]) -> int:
    """Read the command line, measure, print; exit code 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small figures; writes no page")
    parser.add_argument("--write", action="store_true", help="rewrite the pages of the reference")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS, metavar="PART")
    wanted = parser.parse_args(arguments)
    found: list[Figure] = []
    for figure in figures(wanted.only, QUICK if wanted.quick else SIZES):
        found.append(figure)
        print(" · ".join(word for word in figure.row if word), flush=True)
    missed = any(figure.missed for figure in found)
    if found:
        told = f"{pages.circumstances()}\n\n{targets.render(found)}"
        print(f"\n{told}\n", flush=True)
        # A page holds figures of one run on one machine: all of them, or it is left as it was.
        if wanted.write and not wanted.quick and set(PARTS[:-1]) <= set(wanted.only):
            pages.write(PAGE, "performance", told)
    if "scorecard" in wanted.only:
        missed |= bool(_scorecard(quick=wanted.quick, write=wanted.write))
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
