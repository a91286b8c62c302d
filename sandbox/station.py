"""What a chain of the sandbox can be drawn of: one kind of record in one tool."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.errand import Errand, NotTaken
from sandbox.mapping import PLAIN, Fields, parse

# What a lead field is, in the words of a field rule; the rest is text.
AS: dict[str, str] = {
    "first_name": "name",
    "last_name": "name",
    "full_name": "name",
    "email": "email",
    "phone": "phone",
    "date": "date",
    "datetime": "datetime",
    "amount": "money",
    "quantity": "number",
    "website": "url",
    "topic": "choice",
    "consent": "boolean",
}
CENTS = {"from": "amount", "as": "money", "unit": "cents", "currency": "EUR"}
BARE = {"from": "amount", "as": "money", PLAIN: True}

Deliver = Callable[[Errand], Awaitable[None]]


async def nowhere(errand: Errand) -> None:
    """Write nothing: this is a place where leads only begin."""
    raise NotTaken(f"No automation writes to {errand.url}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """One kind of hop: its tool, the record it makes, its mapping, and how one is written there.

    `deliver` writes a record through the tool's public API; without it leads only begin here.
    `known_by` names keys that are not written where the record they are copied from is known by
    id: what happens to them on the way is never seen. {resource: keys}
    """

    slug: str
    tool: str
    resource: str
    fields: Fields
    deliver: Deliver = nowhere
    known_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def station(
    slug: str,
    tool: str,
    resource: str,
    fields: Mapping[str, Any],
    deliver: Deliver = nowhere,
    *,
    known_by: Mapping[str, tuple[str, ...]] | None = None,
) -> Station:
    """Answer a station whose fields are typed as the lead fields they come from."""
    typed: Fields = {
        key: {"from": rule["from"], "as": AS.get(rule["from"], "text"), **rule}
        for key, rule in parse(fields).items()
    }
    return Station(
        slug=slug,
        tool=tool,
        resource=resource,
        fields=typed,
        deliver=deliver,
        known_by=known_by or {},
    )


def same(*names: str, prefix: str = "", left_out: tuple[str, ...] = ()) -> dict[str, str]:
    """Answer a mapping whose keys are the lead fields' own names."""
    return {prefix + name: name for name in names if name not in left_out}
