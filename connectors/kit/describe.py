"""The reference page of the connectors, written from what they declare: it cannot fall behind."""

from collections.abc import Iterable, Iterator, Mapping

from connectors.kit.base import ABILITIES, Ability, Connector, Resource
from connectors.kit.settings import Ask

HEAD = """# Connectors

What each connector can do, what it asks of you and what it leaves behind. This page is written by
`python -m connectors`; a test fails when it differs from the code.

**Submits** means that a chain can begin there, **finds** that Handoff can look there, **removes**
that test records are taken away again, in the gentlest way the tool has, **describes** that the
tool tells which fields its records have. *Lag* is how long the tool's search trails what was
written: nothing counts as lost before it has passed. *Merged by* names the fields by which the
tool makes one record of two, so that a duplicate shows only at a later hop. A tool's address can be
replaced on any connection (`base`), for a self-hosted or test twin; what is entered then stands for
all the hosts it calls.
"""


def reference(entries: Iterable[type[Connector]]) -> str:
    """Answer the page for these connectors, in their order."""
    return "\n".join([HEAD, *(line for entry in entries for line in _connector(entry))])


def _connector(entry: type[Connector]) -> Iterator[str]:
    guide = f"../howto/connect-{entry.slug.replace('_', '-')}.md"
    yield f"## {entry.name} (`{entry.slug}`)\n"
    yield f"[How to connect it]({guide}) · [its own documentation]({entry.docs})\n"
    yield f"- Calls only: {_hosts(entry)}"
    yield f"- Verified against {entry.verified.value}"
    limits = ", ".join(f"{limit.calls} calls in {limit.seconds:g} s" for limit in entry.limits)
    yield f"- Its own limit, kept for each account: {limits or 'none published'}"
    yield from (f"- {effect}" for effect in entry.side_effects)
    yield from ["", "| asked | key | | |", "|---|---|---|---|"]
    yield from (_asked(ask) for ask in entry.asks)
    yield ""
    for resource in entry.resources:
        yield from _resource(entry, resource)


def _hosts(entry: type[Connector]) -> str:
    return (
        " · ".join(f"`{host}`" for host in (entry.base, *entry.also) if host)
        or "the host you enter"
    )


def _asked(ask: Ask) -> str:
    kind = "secret" if ask.is_secret else ask.kind.value
    if ask.choices:
        kind = " · ".join(f"`{choice}`" for choice in ask.choices)
    needed = "" if ask.required else f"optional, `{ask.default}`" if ask.default else "optional"
    notes = "; ".join(filter(None, (kind, needed)))
    said = ask.help + (f" Such as `{ask.example}`" if ask.example else "")
    return f"| {ask.label} | `{ask.key}` | {_cell(notes)} | {_cell(said)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").strip()


def _resource(entry: type[Connector], resource: Resource) -> Iterator[str]:
    able = [
        ability.value
        for ability in Ability
        if getattr(resource, ability) and issubclass(entry, ABILITIES[ability])
    ]
    yield f"**`{resource.slug}`** ({resource.plural}): {', '.join(able)}."
    facts = [
        f"Lag {resource.lag:g} s." if resource.lag else "No lag.",
        f"Merged by `{'`, `'.join(resource.merges_by)}`." if resource.merges_by else "",
        f"Removed before its `{resource.parent}`." if resource.parent else "",
        resource.note,
    ]
    yield " ".join(filter(None, facts)) + "\n"
    yield from ["| its key | default: the lead's | as |", "|---|---|---|"]
    yield from (f"| `{key}` | {_rule(rule)} |" for key, rule in resource.fields.items())
    yield ""


def _rule(rule: Mapping[str, object]) -> str:
    more = ", ".join(
        f"{name} {value}" for name, value in rule.items() if name not in ("from", "as")
    )
    return f"`{rule['from']}` | {rule['as']}{f' ({more})' if more else ''}"
