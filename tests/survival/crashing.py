"""Lets a process kill itself at a named point, when a file says so. Only tests load this."""

import functools
import os
import signal
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.survival.points import POINTS, Point, place

FOLDER = "SURVIVAL_FOLDER"
"""The environment's name for the folder where points are armed."""


def armed(folder: Path) -> Path:
    """Answer the file that holds the name of the armed point."""
    return folder / "armed"


def struck(folder: Path) -> Path:
    """Answer the file that shows where a process killed itself."""
    return folder / "struck"


def install() -> None:
    """Wrap every function that a point names. Raises NoSuchPoint where one is gone."""
    folder = Path(os.environ[FOLDER])
    by_place: dict[str, list[Point]] = defaultdict(list)
    for point in POINTS.values():
        by_place[point.at].append(point)
    for at, points in by_place.items():
        holder, name = place(at)
        setattr(holder, name, _wrapped(getattr(holder, name), points, folder))


def _wrapped(function: Callable[..., Any], points: list[Point], folder: Path) -> Callable[..., Any]:
    before = [point for point in points if not point.after]
    after = [point for point in points if point.after]

    @functools.wraps(function)
    def call(*given: Any, **named: Any) -> Any:
        for point in before:
            if _is_armed(point, folder) and point.which(given, None):
                _die(folder)
        made = function(*given, **named)
        for point in after:
            if _is_armed(point, folder) and point.which(given, made):
                _die(folder)
        return made

    return call


def _is_armed(point: Point, folder: Path) -> bool:
    try:
        return armed(folder).read_text() == point.name
    except FileNotFoundError:
        return False


def _die(folder: Path) -> None:
    """Leave a note and die at once, as by a cable that was pulled."""
    try:
        armed(folder).rename(struck(folder))
    except FileNotFoundError:
        return  # another thread came first
    os.kill(os.getpid(), signal.SIGKILL)
