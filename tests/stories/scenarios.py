"""Every story: a chain, one fault, and what Handoff must say of it. Pure data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sandbox.chains import Hop, draw
from tests.stories.api_shapes import API_MERGES, API_SHAPES
from tests.stories.faults import DAMAGES, ONE_A_KIND, SWAPS, TIMING, Fault

SHAPES: dict[str, tuple[dict[str, Any], ...]] = {
    "quote": (
        {"tool": "website"},
        {"tool": "mailchimp"},
        {"tool": "crm"},
        # Billing follows the email tool: Stripe would refuse what the CRM stores without a word.
        {"tool": "stripe_customer", "after": "mailchimp"},
        {"tool": "stripe_invoice", "after": "stripe_customer"},
    ),
    "booking": (
        {"tool": "website"},
        {"tool": "hubspot_contact"},
        {"tool": "hubspot_deal"},
        {"tool": "postmark", "after": "hubspot_contact"},
        {"tool": "imap", "after": "postmark"},
    ),
}
"""The two chains of the full matrix."""

MERGES = frozenset({"mailchimp", "hubspot_contact"}) | API_MERGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One story. `hop` is the receiving hop of the broken handoff.

    `suspects` are all handoffs it may be, by receiving hop, from the entry down.
    """

    name: str
    shape: str
    hop: str = ""
    fault: Fault | None = None
    kind: str = ""
    fields: frozenset[str] = frozenset()
    suspects: tuple[str, ...] = ()
    persona: str = "plain"

    @property
    def told_at(self) -> str:
        """Answer the suspect it is told at: copies where they hid, damage where it shows."""
        return self.suspects[0 if self.kind == "duplicated" else -1]


LOOK_FAULTS: Mapping[str, Mapping[str, Any]] = {
    "401": {"kind": "401"},
    "429": {"kind": "429", "retry_after": 1},
    "500": {"kind": "500"},
    "timeout": {"kind": "timeout"},
    "malformed": {"kind": "malformed"},
}
"""What a tool can answer to a look; none of it says anything about the lead."""

BY_TURNS = "by-turns"
"""The kind of a story in which a tool gives all of these answers, one lead each."""

ENTRY_FAULTS: Mapping[str, Mapping[str, Any]] = {
    "400": {"kind": "400"},
    "404": {"kind": "404"},
    "500": {"kind": "500"},
    "no-marker": {"kind": "no_marker"},
    "timeout": {"kind": "timeout"},
    "refused": {"kind": "refused"},
    "500-after-commit": {"kind": "500_after_commit"},
}
"""What the entry tool can answer to a hand-in."""


@cache
def _drawn(shape: str) -> dict[str, Hop]:
    chain = draw({"name": shape, "hops": list(hops_of(shape))}, fast=True)
    return {hop.name: hop for hop in chain.hops}


def hops_of(shape: str) -> tuple[dict[str, Any], ...]:
    """Answer what a chain of this shape is drawn of."""
    return {**SHAPES, **API_SHAPES}[shape]


def mapped(shape: str, hop: str) -> frozenset[str]:
    """Answer the lead fields whose damage on the way to a hop leaves a trace there."""
    hops = _drawn(shape)
    shown = _fields(hops[hop])
    if hops[hop].after:
        before = _fields(hops[hops[hop].after])
        names = {"first_name", "last_name", "full_name"}
        # An automation makes a whole name of its parts and parts of a whole, as Zaps do.
        shown &= before | (names if names & before else frozenset())
    if hop == "stripe_invoice":
        # The customer is known by id there: damage to name or email on the way is never stored.
        shown -= {"email", "full_name"}
    return shown


def _fields(hop: Hop) -> frozenset[str]:
    return frozenset(str(rule["from"]) for rule in hop.fields.values())


def handoffs() -> Iterator[tuple[str, str]]:
    """Yield (shape, receiving hop) for every handoff of the two chains."""
    for shape, hops in SHAPES.items():
        for hop in hops[1:]:
            yield shape, str(hop["tool"])


def healthy() -> Iterator[Scenario]:
    """Yield a chain of each shape for each persona, with nothing wrong."""
    for shape in SHAPES:
        for persona in ("plain", "international", "punctuated", "long"):
            yield Scenario(name=f"{shape}-well-{persona}", shape=shape, persona=persona)


def broken() -> Iterator[Scenario]:
    """Yield a story for each handoff and each fault that leaves a trace there."""
    for shape, hop in handoffs():
        for fault in (*TIMING, *SWAPS, *DAMAGES):
            if fault.fields <= mapped(shape, hop):
                yield struck(shape, hop, fault)


def struck(shape: str, hop: str, fault: Fault) -> Scenario:
    """Answer the story of one fault on the way to one hop."""
    return Scenario(
        name=f"{shape}-{hop.replace('_', '-')}-{fault.slug}",
        shape=shape,
        hop=hop,
        fault=fault,
        kind=fault.kind,
        fields=fault.fields,
        suspects=suspects(shape, hop, fault),
        persona=fault.persona,
    )


def suspects(shape: str, hop: str, fault: Fault) -> tuple[str, ...]:
    """Answer the handoffs to be named: more than one where a hop does not show what happened.

    A hop that merges hides a duplicate, and one without a field hides what happens to it.
    """
    hops = _drawn(shape)
    before = hops[hop].after
    if fault.kind == "duplicated" and hop in MERGES:
        return (hop, next(one.name for one in hops.values() if one.after == hop))
    if fault.kind == "duplicated" and before in MERGES:
        return (before, hop)
    found = [hop]
    while fault.fields and hops[before].after and not fault.fields & _vouched(hops[before]):
        found.insert(0, before)
        before = hops[before].after
    return tuple(found)


def _vouched(hop: Hop) -> frozenset[str]:
    """Answer the lead fields that a hop shows: with the whole name its parts, and the reverse."""
    shown = _fields(hop)
    whole = "full_name" in shown or shown >= {"first_name", "last_name"}
    return shown | ({"first_name", "last_name", "full_name"} if whole else frozenset())


def blinded() -> Iterator[Scenario]:
    """Yield a story for each tool and each answer that hides the lead from a look."""
    for shape, hop in handoffs():
        for answer in LOOK_FAULTS:
            name = f"{shape}-{hop.replace('_', '-')}-look-{answer}"
            yield Scenario(name=name, shape=shape, hop=hop, kind=answer)


def unsubmitted() -> Iterator[Scenario]:
    """Yield a story for each answer of the entry tool to a hand-in."""
    for answer in ENTRY_FAULTS:
        yield Scenario(name=f"quote-entry-{answer}", shape="quote", hop="website", kind=answer)


def one_a_kind(stories: Sequence[Scenario]) -> Iterator[Scenario]:
    """Yield a few of `stories` that stand for the rest: each kind of fault and answer once."""
    seen: set[tuple[str, str]] = set()
    for story in sorted(stories, key=lambda one: one.fault is not None and one.hop != "crm"):
        slug = story.fault.slug if story.fault else story.kind
        if story.fault and slug not in ONE_A_KIND:
            continue
        place = story.persona if not story.hop else "entry" if story.hop == "website" else "hop"
        if (place, slug) not in seen:
            seen.add((place, slug))
            yield story
