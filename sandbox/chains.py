"""Chains drawn from data: hops, the accounts they live in, and the automations between them."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.automations import Automation, Automations, End
from sandbox.mapping import Fields, complete, parse
from sandbox.shapes import SHAPES
from sandbox.station import Station, nowhere
from sandbox.stations import STATIONS

KINDS: dict[str, Station] = {station.slug: station for station in STATIONS}

FAST = (0.05, 0.2)
UNHURRIED = (0.6, 1.8)


class BadChain(ValueError):
    """The chain cannot be built; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One place on a chain: a kind of record in an account, after another hop."""

    name: str
    kind: Station
    account: str
    after: str
    fields: Fields
    delay: tuple[float, float]
    interval: float = 0.0
    lag: float = 0.0
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A tree of hops with an automation for each passage."""

    name: str
    title: str
    hops: tuple[Hop, ...]

    def handoff(self, hop: Hop) -> str:
        """Answer the name of the automation that leads to a hop, empty at the entry."""
        return f"{self.name}:{hop.after}->{hop.name}" if hop.after else ""

    def automations(self, seed: int) -> list[Automation]:
        """Answer the automations between the hops."""
        by_name = {hop.name: hop for hop in self.hops}
        return [
            Automation(
                name=self.handoff(hop),
                chain=self.name,
                source=_end(by_name[hop.after]),
                target=_end(hop),
                delay=hop.delay,
                interval=hop.interval,
                dice=random.Random(f"{seed}/{self.handoff(hop)}"),
            )
            for hop in self.hops
            if hop.after
        ]


def _end(hop: Hop) -> End:
    return End(station=hop.kind, account=hop.account, fields=hop.fields)


def draw(wanted: Mapping[str, Any], *, fast: bool) -> Chain:
    """Answer the chain described: `shape` A or B, or `hops` of tool names or of objects."""
    name = str(wanted.get("name", ""))
    if not name or not name.replace("-", "").replace("_", "").isalnum():
        raise BadChain("A chain needs a name of letters, digits, - and _.")
    shape = wanted.get("shape")
    if shape and shape not in SHAPES:
        raise BadChain(f"There is no shape {shape!r}, only {', '.join(SHAPES)}.")
    specs = wanted.get("hops") or (SHAPES[shape] if shape else ())
    if not specs:
        raise BadChain("A chain needs hops, or a shape.")
    delay = span(wanted.get("delay"), FAST if fast else UNHURRIED)
    hops: list[Hop] = []
    for spec in specs:
        spec = {"tool": spec} if isinstance(spec, str) else dict(spec)
        hops.append(_hop(name, spec, hops, delay))
    return Chain(name=name, title=str(wanted.get("title") or name), hops=tuple(hops))


def _hop(chain: str, spec: dict[str, Any], before: list[Hop], delay: tuple[float, float]) -> Hop:
    slug = str(spec.get("tool", ""))
    if slug not in KINDS:
        raise BadChain(f"There is no hop {slug!r}, only {', '.join(KINDS)}.")
    taken = {hop.name for hop in before}
    name = str(spec.get("name") or slug)
    while name in taken:
        name += "2"
    after = str(spec.get("after") or (before[-1].name if before else ""))
    if after and after not in taken:
        raise BadChain(f"{name} comes after {after!r}, which is no hop before it.")
    if KINDS[slug].deliver is nowhere and after:
        raise BadChain(f"A {slug} is where leads enter; nothing comes before it.")
    return Hop(
        name=name,
        kind=KINDS[slug],
        account=str(spec.get("account") or chain),
        after=after,
        fields=_fields(spec, KINDS[slug], _carried(after, before)),
        delay=span(spec.get("delay"), delay),
        interval=float(spec.get("interval") or 0.0),
        lag=float(spec.get("lag") or 0.0),
        options={key: spec[key] for key in ("redirect", "choices", "own_port") if key in spec},
    )


def _carried(name: str, hops: list[Hop]) -> set[str] | None:
    """Answer the lead fields that a hop has to hand on; None where nothing limits them."""
    hop = next((hop for hop in hops if hop.name == name), None)
    if hop is None:
        return None
    # A letter tells all that its sender knew, not only what Postmark keeps beside it.
    if hop.kind.slug == "postmark":
        return _carried(hop.after, hops)
    held = {str(rule["from"]) for rule in hop.fields.values() if "from" in rule}
    return held | set(complete(dict.fromkeys(held, "x")))


def _fields(spec: dict[str, Any], kind: Station, carried: set[str] | None) -> Fields:
    """Answer the hop's mapping: its own, or of the default one what the hop before carries."""
    given = spec.get("fields")
    if isinstance(given, dict):
        return parse(given)
    fields = kind.fields
    if given:
        fields = {
            key: rule for key, rule in fields.items() if key in given or rule["from"] in given
        }
    if carried is None:
        return fields
    return {key: rule for key, rule in fields.items() if rule["from"] in carried}


def span(given: object, usual: tuple[float, float]) -> tuple[float, float]:
    """Answer a delay as shortest and longest seconds; a number is both."""
    if given is None:
        return usual
    if isinstance(given, int | float):
        return float(given), float(given)
    if isinstance(given, list | tuple) and len(given) == 2:
        return float(given[0]), float(given[1])
    raise BadChain("A delay is a number of seconds, or the shortest and the longest.")


def set_up(chain: Chain, automations: Automations, seed: int = 0) -> None:
    """Switch the chain's automations on."""
    for automation in chain.automations(seed):
        automations.add(automation)


def mail_domain(account: str) -> str:
    """Answer the domain whose mail ends up in this account's mailbox."""
    return f"{account.replace('_', '-').lower()}.handoff.test"
