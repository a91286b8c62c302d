"""Fault switches: what is to go wrong, where, for whom and how often."""

import itertools
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.damage import DAMAGES, VARIANTS
from sandbox.truth import Struck, Truth

STATUSES = ("400", "401", "403", "404", "429", "500", "503")
TOOL_KINDS = (
    *STATUSES,
    "500_after_commit",
    "timeout",
    "timeout_after_commit",
    "refused",
    "malformed",
    "index_lag",
    "no_marker",
    "random",
)
HANDOFF_KINDS = ("drop", "duplicate", "delay", "junk", *DAMAGES)
CALLERS = ("outside", "automations", "all")

_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")


class BadFault(ValueError):
    """The fault cannot be switched on; the sentence says why."""


def lead_in(text: str) -> str:
    """Answer the first email address in a text: whom a request was about."""
    found = _EMAIL.search(text)
    return found.group() if found else ""


@dataclass(slots=True, kw_only=True)
class Fault:
    """One switch that is on. `left` counts down where a count was given."""

    id: str
    target: str
    kind: str
    match: str = ""
    left: int | None = None
    probability: float = 1.0
    account: str = ""
    methods: tuple[str, ...] = ("read", "write")
    callers: str = "outside"
    options: dict[str, Any] = field(default_factory=dict)
    dice: random.Random = field(default_factory=random.Random)
    struck: int = 0
    noted: set[str] = field(default_factory=set)

    def concerns(self, account: str, text: str) -> bool:
        """Answer whether account, text and count leave room for this fault (dice not rolled)."""
        if self.left == 0 or (self.account and self.account != account):
            return False
        return not self.match or self.match.lower() in text.lower()

    def rolls(self) -> bool:
        """Roll the dice."""
        return self.probability >= 1.0 or self.dice.random() < self.probability

    def describe(self) -> dict[str, Any]:
        """Answer the switch as plain data."""
        return {
            "id": self.id,
            "target": self.target,
            "kind": self.kind,
            "match": self.match,
            "left": self.left,
            "probability": self.probability,
            "account": self.account,
            "methods": list(self.methods),
            "callers": self.callers,
            "struck": self.struck,
            **self.options,
        }


def parse(wanted: dict[str, Any], number: int) -> Fault:
    """Answer the fault a caller described, or raise BadFault with a sentence."""
    rest = dict(wanted)
    target = str(rest.pop("target", ""))
    kind = str(rest.pop("kind", ""))
    if kind == "status":
        kind = str(rest.pop("status", ""))
    _check_kind(target, kind)
    variant = rest.get("variant")
    if variant and variant not in VARIANTS.get(kind, ()):
        raise BadFault(
            f"{kind} has no variant {variant!r}, only {', '.join(VARIANTS.get(kind, ()))}."
        )
    methods = tuple(rest.pop("methods", None) or ("read", "write"))
    if set(methods) - {"read", "write"}:
        raise BadFault('methods are "read" and "write".')
    callers = str(rest.pop("callers", "outside"))
    if callers not in CALLERS:
        raise BadFault(f"callers is one of {', '.join(CALLERS)}.")
    count = rest.pop("count", None)
    return Fault(
        id=f"f{number}",
        target=target,
        kind=kind,
        match=str(rest.pop("match", "") or ""),
        left=None if count is None else int(count),
        probability=float(rest.pop("probability", 1.0)),
        account=str(rest.pop("account", "") or ""),
        methods=methods,
        callers=callers,
        dice=random.Random(rest.pop("seed", number)),
        options=rest,
    )


def _check_kind(target: str, kind: str) -> None:
    if target.startswith("tool:"):
        kinds: tuple[str, ...] = TOOL_KINDS
    elif target.startswith("handoff:"):
        kinds = HANDOFF_KINDS
    else:
        raise BadFault('target is "tool:<tool>" or "handoff:<automation>".')
    if kind not in kinds:
        raise BadFault(f"No fault of kind {kind!r} here; there are {', '.join(kinds)}.")


class FaultBoard:
    """All switches that are on, in the order they were switched on, and the truth they leave."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.truth = Truth()
        self._clock = clock
        self._numbers = itertools.count(1)
        self._by_target: dict[str, list[Fault]] = {}

    def add(self, wanted: dict[str, Any]) -> Fault:
        """Switch a fault on."""
        fault = parse(wanted, next(self._numbers))
        self._by_target.setdefault(fault.target, []).append(fault)
        return fault

    def remove(self, fault_id: str) -> Fault | None:
        """Switch a fault off; answer it if it was on."""
        for target, faults in self._by_target.items():
            for fault in faults:
                if fault.id == fault_id:
                    faults.remove(fault)
                    if not faults:
                        del self._by_target[target]
                    return fault
        return None

    def clear(self) -> None:
        """Switch everything off."""
        self._by_target.clear()

    def all(self) -> Iterator[Fault]:
        """Yield every fault that is on."""
        for faults in self._by_target.values():
            yield from faults

    def at(self, target: str) -> list[Fault]:
        """Answer the faults at one target."""
        return self._by_target.get(target, [])

    def note(
        self, fault: Fault, *, account: str, lead: str, detail: dict[str, Any] | None = None
    ) -> None:
        """Count a fault as struck and write it into the truth."""
        fault.struck += 1
        if fault.left is not None:
            fault.left -= 1
        self.truth.add(
            Struck(
                time=self._clock(),
                fault=fault.id,
                kind=fault.kind,
                target=fault.target,
                account=account,
                lead=lead,
                detail=detail or {},
            )
        )
