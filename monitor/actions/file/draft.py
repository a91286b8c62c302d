"""One entry of a file as the row it is to become, beside the row there is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from connectors.kit.message import Message, _
from monitor.models import Chain, Channel, Connection, Hop, Workspace

Row = TypeVar("Row", Workspace, Connection, Chain, Channel)

PRUNED = "(pruned)"
"""Where a row came from that an earlier file made and a later one lacks: it is only paused."""

PROVING = ("connector", "base", "settings", "secrets")
"""What must be proved anew once it changed."""

HIDDEN = frozenset({"secrets", "address"})
HOP_COLUMNS = (
    "position",
    "title",
    "after",
    "connection",
    "resource",
    "fields",
    "deadline",
    "lag",
    "linger",
    "carrier_kind",
    "carrier",
    "carrier_url",
)


@dataclass(kw_only=True)
class Draft(Generic[Row]):
    """What a file wants of one thing. `paused` is None where it does not say.

    `is_to_prove`: a connection that the file does not want saved unproved.
    """

    thing: str
    row: Row
    was: Row | None
    columns: Sequence[str]
    paused: bool | None = None
    hops: tuple[Hop, ...] = ()
    is_to_prove: bool = True
    changes: list[Message] = field(default_factory=list)

    def compare(self) -> None:
        """Note every change that applying the draft would make."""
        if self.was is None:
            return
        for name in self.columns:
            old, new = getattr(self.was, name), getattr(self.row, name)
            if old != new:
                self.changes.append(_change(name, old, new))
        if isinstance(self.was, Chain):
            self.changes += hop_changes(list(self.was.hops.all()), self.hops)
        if getattr(self.was, "deleted_at", None):
            self.changes.append(Message(_("was deleted and comes back")))
        if self.pauses:
            self.changes.append(Message(_("is paused")))
        if self.resumes:
            self.changes.append(Message(_("goes on")))

    @property
    def touches_proof(self) -> bool:
        """Whether what is to be proved is other than what there is."""
        return any(getattr(self.was, name) != getattr(self.row, name) for name in PROVING)

    @property
    def pauses(self) -> bool:
        """Whether the file pauses what is not paused."""
        return bool(self.paused) and not getattr(self.was, "paused_at", None)

    @property
    def resumes(self) -> bool:
        """Whether the file lets go on what is paused; what was only pruned goes on by itself."""
        if self.was is None or isinstance(self.was, Workspace) or not self.was.paused_at:
            return False
        return self.paused is False or (self.paused is None and self.was.applied_from == PRUNED)


Thing = Draft[Workspace] | Draft[Connection] | Draft[Chain] | Draft[Channel]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    """Everything a file wants, beside what there is; `pruned` are to be paused.

    `owner` is the email of the workspace's owner, empty where the file does not say.
    """

    file: str
    workspace: Draft[Workspace]
    connections: tuple[Draft[Connection], ...]
    chains: tuple[Draft[Chain], ...]
    channels: tuple[Draft[Channel], ...]
    pruned: tuple[Connection | Chain | Channel, ...] = ()
    owner: str = ""

    @property
    def things(self) -> tuple[Thing, ...]:
        """Answer every draft, in the order they must be written."""
        return (self.workspace, *self.connections, *self.chains, *self.channels)


def hop_changes(old: Sequence[Hop], new: Sequence[Hop]) -> list[Message]:
    """Answer how the hops of a chain differ from those it had."""
    before = {hop.slug: hop for hop in old}
    after = {hop.slug: hop for hop in new}
    told = [
        Message(_("hop “%(hop)s” goes; an open incident there is closed"), {"hop": slug})
        for slug in before
        if slug not in after
    ]
    for slug, hop in after.items():
        if slug not in before:
            told.append(Message(_("hop “%(hop)s” is new"), {"hop": slug}))
            continue
        there = before[slug]
        for name in HOP_COLUMNS:
            one, other = _hop_value(there, name), _hop_value(hop, name)
            if one != other:
                told.append(_change(f"{slug}.{name}", one, other))
    return told


def _hop_value(hop: Hop, name: str) -> object:
    return hop.connection.slug if name == "connection" else getattr(hop, name)


def _change(name: str, old: Any, new: Any) -> Message:
    """Answer one change in words; a secret's old and new value are both left out."""
    if name in HIDDEN and not (isinstance(old, str) and isinstance(new, str)):
        return Message(_("%(field)s: a new value"), {"field": name})
    values = {"field": name, "old": _shown(old), "new": _shown(new)}
    return Message(_("%(field)s: %(old)s → %(new)s"), values)


def _shown(value: Any) -> str:
    if value is None or value in ("", {}, []):
        return "–"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_shown(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_shown, value))
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
