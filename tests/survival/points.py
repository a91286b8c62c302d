"""The named moments at which a worker is killed: before or after a call of the engine."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Called = Callable[[tuple[Any, ...], Any], bool]


class NoSuchPoint(LookupError):
    """A crash point names a function that no longer exists; mend the table of points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One moment. `at` is "module:function" or "module:Class.method".

    `which` tells the calls that are meant from others, by the arguments and by what came out of
    the call: None before it.
    """

    name: str
    at: str
    after: bool = False
    which: Called = lambda _given, _made: True


def place(at: str) -> tuple[Any, str]:
    """Answer what holds a function, and by which name. Raises NoSuchPoint."""
    module, _, path = at.partition(":")
    *outer, name = path.split(".")
    try:
        holder: Any = importlib.import_module(module)
        for each in outer:
            holder = getattr(holder, each)
        getattr(holder, name)
    except (ImportError, AttributeError):
        raise NoSuchPoint(
            f"There is no {at} to be killed at any more. Where does this step happen now? "
            "Correct the table in tests/survival/points.py."
        ) from None
    return holder, name


def rows_of(model: str) -> Called:
    """Answer whether a call is about rows of a model, and has brought some if it is over."""

    def meant(given: tuple[Any, ...], made: Any) -> bool:
        named = getattr(given[0], "model", given[0]).__name__
        return bool(named == model and (made is None or made))

    return meant


def _some(given: tuple[Any, ...], _made: Any) -> bool:
    return bool(given[0])


def _by(kind: str) -> Called:
    return lambda given, _made: given[0].kind == kind


def _caused(cause: str) -> Called:
    return lambda given, _made: any(str(one.cause) == cause for one in given[0])


def _settles(state: str) -> Called:
    """Answer whether a call settles records of the ledger in this state."""

    def meant(given: tuple[Any, ...], _made: Any) -> bool:
        model, _, columns, rows = given
        if model.__name__ != "Residue":
            return False
        at = list(columns).index("state") + 1
        return any(row[at] == state for row in rows)

    return meant


def _looked(*, wanted: bool) -> Called:
    """Answer whether runs are judged because of a look, or because of a hand-in."""
    return lambda given, _made: bool(given[0]) and (len(given) > 3 and bool(given[3])) is wanted


DUE, SEARCH, LEDGER = "monitor.engine.due", "monitor.engine.search", "monitor.engine.ledger"
FORM, REST = "connectors.forms.html_form:HtmlForm", "connectors.generic.rest:Rest"


def _pair(name: str, at: str, which: Called = lambda _given, _made: True) -> tuple[Point, Point]:
    return (
        Point(name=f"before {name}", at=at, which=which),
        Point(name=f"after {name}", at=at, which=which, after=True),
    )


SCHEDULED = (
    Point(name="after claiming a slot", at=f"{DUE}:claim", which=rows_of("Chain"), after=True),
    Point(name="after writing its run", at="monitor.engine.run:write", after=True),
    Point(name="after claiming a run", at=f"{DUE}:claim", which=rows_of("Run"), after=True),
)
"""Points on the way from a slot to its run and its first message."""

HANDED_IN = (
    Point(name="after taking a run", at=f"{DUE}:take", which=rows_of("Run"), after=True),
    *_pair("handing in", f"{FORM}.submit"),
    *_pair("listing what cannot be seen", f"{LEDGER}:handed_in", _some),
    *_pair("judging a hand-in", "monitor.engine.judge:runs", _looked(wanted=False)),
)
"""Points on the way from a run to its receipt."""

LOOKED = (
    Point(name="after claiming a stop", at=f"{DUE}:claim", which=rows_of("Stop"), after=True),
    Point(name="after taking a stop", at=f"{DUE}:take", which=rows_of("Stop"), after=True),
    *_pair("searching", f"{SEARCH}:ours"),
    *_pair("listing what was seen", f"{LEDGER}:arrived", _some),
    *_pair("judging a look", "monitor.engine.judge:runs", _looked(wanted=True)),
    *_pair("following the judgement", "monitor.engine.incident:follow"),
)
"""Points on the way from a look to a judgement."""

TOLD = (
    Point(name="after opening an incident", at="monitor.engine.incident:carry_out", after=True),
    *_pair("writing an alert", "monitor.engine.alert:write"),
    Point(name="after claiming an alert", at=f"{DUE}:claim", which=rows_of("Alert"), after=True),
    Point(name="after taking an alert", at=f"{DUE}:take", which=rows_of("Alert"), after=True),
    *_pair("sending by email", "monitor.engine.alert:deliver", _by("email")),
    *_pair("sending by Slack", "monitor.engine.alert:deliver", _by("slack")),
    *_pair("marking an alert sent", f"{DUE}:settle", rows_of("Alert")),
)
"""Points on the way from a bad judgement to the news of it."""

REMOVED = (
    Point(name="after claiming a record", at=f"{DUE}:claim", which=rows_of("Residue"), after=True),
    Point(name="after taking a record", at=f"{DUE}:take", which=rows_of("Residue"), after=True),
    *_pair("removing a record", f"{REST}.remove"),
    *_pair("noting it removed", f"{DUE}:settle", _settles("removed")),
    *_pair("noting it gone", f"{DUE}:settle", _settles("gone")),
)
"""Points on the way of a record out of its tool."""

CONFIRMED = (
    Point(name="after taking a doubt", at=f"{DUE}:take", which=rows_of("Confirmation"), after=True),
    *_pair("writing a second run", "monitor.engine.run:write", _caused("confirmation")),
)
"""Points on the way from a loss to the second run that confirms it."""

POINTS: Mapping[str, Point] = {
    point.name: point for point in (*SCHEDULED, *HANDED_IN, *LOOKED, *TOLD, *REMOVED, *CONFIRMED)
}
