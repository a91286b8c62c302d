"""What passes between a connector and the engine: frozen facts, no behaviour of a tool."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A synthetic lead as one hop sees it.

    `tag` is lower-case ASCII and marks the lead ours. `handles` are values to search it by, the
    best one first: the email address, then the surname (which carries the tag). `record` is what to
    write, keyed by the tool's own keys, already in the tool's own notation. `submitted_at` is when
    the run handed the lead in, None before that.
    """

    tag: str
    email: str
    handles: tuple[str, ...]
    record: Mapping[str, object] = field(default_factory=dict)
    submitted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whose account the credentials open. `id` is stable and tells two accounts apart."""

    id: str
    label: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The tool took a lead. `id` is the record's id where the answer named one, else empty."""

    id: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A record in a tool that may be a lead of ours.

    `record` is flat: the tool's own keys, as far as the hop maps them, with values as the tool
    gave them. A key the tool did not give is absent. `created_at` is the tool's own time in UTC or
    None where it tells none. `place` says where it lay if that matters to the owner ("junk").
    """

    id: str
    record: Mapping[str, object]
    created_at: datetime | None = None
    url: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldInfo:
    """One field a tool says its records have.

    `key` is what a mapping names it by, `label` what the owner sees in the tool. `kind` is the
    field rule's word for what it holds (name, email, phone, text, date, datetime, money, number,
    choice, boolean, url), "text" where the tool says nothing finer. `choices` are the values it
    takes, empty where it takes any.
    """

    key: str
    label: str = ""
    kind: str = "text"
    required: bool = False
    writable: bool = True
    choices: tuple[str, ...] = ()
