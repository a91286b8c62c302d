"""The stories of the chains that begin at a form's API: a few of each kind at every tool."""

from collections.abc import Iterator

from tests.stories import faults, scenarios
from tests.stories.api_shapes import API_SHAPES
from tests.stories.scenarios import BY_TURNS, ENTRY_FAULTS, Scenario

LOSSES = ("dropped", "late")
BROKEN: dict[str, dict[str, tuple[str, ...]]] = {
    "enquiry": {
        "brevo": ("twice-later", "first-for-last"),
        "pipedrive_person": ("twice-later", "company-absent"),
        "xero_contact": ("twice-later", "leading-zero-lost"),
        "xero_invoice": ("twice-later",),
    },
    "order": {
        "activecampaign": ("twice-later", "truncated-message"),
        "salesforce_lead": ("twice-later", "city-for-street"),
        "quickbooks_customer": ("digit-changed",),
        "quickbooks_invoice": ("truncated-message",),
    },
}
"""What goes wrong on the way to each hop, besides leads that are lost or late."""

ANSWERS = ("400", "500", "timeout", "500-after-commit")
"""What an API form answers to a hand-in; it has neither a page nor a marker to lose."""

FEW = frozenset(
    {
        "enquiry-well-plain",
        "order-well-plain",
        "enquiry-xero-contact-dropped",
        "order-salesforce-lead-twice-later",
    }
)
"""The stories that stand for the rest where not all are told."""


def healthy() -> Iterator[Scenario]:
    """Yield a chain of each shape with nothing wrong, for two customers."""
    for shape in API_SHAPES:
        for persona in ("plain", "international"):
            yield Scenario(name=f"{shape}-well-{persona}", shape=shape, persona=persona)


def broken() -> Iterator[Scenario]:
    """Yield leads lost and late at every handoff, and what else `BROKEN` names."""
    for shape, hops in BROKEN.items():
        for hop, slugs in hops.items():
            for slug in (*LOSSES, *slugs):
                fault = faults.fault(slug)
                assert fault.fields <= scenarios.mapped(shape, hop), slug
                yield scenarios.struck(shape, hop, fault)


def blinded() -> Iterator[Scenario]:
    """Yield a story for each tool, which gives every answer that hides a lead from a look."""
    for shape, hops in API_SHAPES.items():
        seen = set()
        for hop in (str(hop["tool"]) for hop in hops):
            tool = hop.partition("_")[0]
            if tool not in seen:
                seen.add(tool)
                name = f"{shape}-{hop.replace('_', '-')}-look-{BY_TURNS}"
                yield Scenario(name=name, shape=shape, hop=hop, kind=BY_TURNS)


def unsubmitted() -> Iterator[Scenario]:
    """Yield a story for each answer of an API form to a hand-in."""
    for shape, hops in API_SHAPES.items():
        for answer in ANSWERS:
            assert answer in ENTRY_FAULTS
            yield Scenario(
                name=f"{shape}-entry-{answer}", shape=shape, hop=hops[0]["tool"], kind=answer
            )


def told() -> list[Scenario]:
    """Answer every story of these chains."""
    return [*healthy(), *broken(), *blinded(), *unsubmitted()]
