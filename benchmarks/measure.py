"""CPU and memory of process trees, read from the kernel."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a set of process trees has used so far: CPU seconds, and memory now in MiB (PSS)."""

    cpu: float
    memory: float


def tree(root: int) -> list[int]:
    """Answer a process and everything that descends from it."""
    try:
        process = psutil.Process(root)
        return [root, *(child.pid for child in process.children(recursive=True))]
    except psutil.NoSuchProcess:
        return []


def usage(roots: Iterable[int]) -> Usage:
    """Answer the use of these processes and their descendants, those that ended included."""
    pids = list(dict.fromkeys(pid for root in roots for pid in tree(root)))
    return Usage(cpu=sum(map(_cpu, pids)), memory=sum(map(_memory, pids)))


def cpu(roots: Iterable[int]) -> float:
    """Answer user and system seconds of these trees, children that ended included."""
    return sum(_cpu(pid) for pid in dict.fromkeys(pid for root in roots for pid in tree(root)))


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    # utime, stime, and the same of children that were waited for
    return sum(map(int, fields[11:15])) / TICKS


def _memory(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
