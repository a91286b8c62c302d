"""Chains the tests of the rules judge: a form, an email tool, a CRM's contact and its deal."""

from monitor.rules.plan import HopPlan, LookPace, Plan

FIELDS = ("email", "phone", "first_name", "last_name", "full_name", "amount", "message")


def hop(slug: str, after: str = "", **changes: object) -> HopPlan:
    facts: dict[str, object] = {
        "slug": slug,
        "title": slug.title(),
        "tool": f"{slug.title()} tool",
        "kind": "crm",
        "after": after,
        "connection": f"our-{slug}",
        "connector": "rest",
        "resource": "contact",
        "fields": {name: {"from": name} for name in FIELDS},
        "deadline": 100.0,
        "lag": 10.0,
        "linger": 60.0,
        "submits": not after,
    }
    return HopPlan(**{**facts, **changes})  # type: ignore[arg-type]


def plan(*hops: HopPlan, **pace: object) -> Plan:
    return Plan(
        chain="quotes",
        title="Quote requests",
        hops=hops,
        looks=LookPace(**{"together": 0.0, **pace}),  # type: ignore[arg-type]
    )


def line() -> Plan:
    """A form nobody can look into, a list that merges, a contact that counts, a deal."""
    return plan(
        hop("form", finds=False),
        hop("list", "form"),
        hop("contact", "list"),
        hop("deal", "contact"),
    )
