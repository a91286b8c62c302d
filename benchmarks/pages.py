"""Keeps measured figures inside pages of the documentation, between two markers."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- figures: {name} -->", "<!-- end of figures: {name} -->"
PACKAGES = ("Django", "celery", "redis", "requests")
GIB = 1024**3


class NoPlace(ValueError):
    """A page has no place for the figures; the sentence says what to add."""


def put(page: str, name: str, figures: str) -> str:
    """Answer a page with these figures between the markers of this name."""
    begin, end = BEGIN.format(name=name), END.format(name=name)
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise NoPlace(f"Add the lines {begin} and {end} to the page: the figures go between.")
    return f"{before}{begin}\n\n{figures.strip()}\n\n{end}{after}"


def write(path: Path, name: str, figures: str) -> None:
    """Rewrite the figures of this name in a page."""
    path.write_text(put(path.read_text(), name, figures))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Answer a Markdown table; all columns but the first are set to the right."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def circumstances(now: datetime | None = None) -> str:
    """Answer when and on what the figures were measured, without naming the machine."""
    day = (now or datetime.now(UTC)).date().isoformat()
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    memory = round(psutil.virtual_memory().total / GIB)
    return (
        f"Measured on {day} on {os.cpu_count()} cores ({platform.machine()}) with {memory} GiB of "
        f"memory, {platform.system()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {packages}."
    )
